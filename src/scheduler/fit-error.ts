import type { Rejection } from "./framework.ts";

/** Why no node was found. */
export interface Diagnosis {
  readonly nodeCount: number;
  /** A prefilter's refusal, which holds for all nodes. */
  readonly preFilter?: Rejection;
  /** Refusals by node. */
  readonly nodes: ReadonlyMap<string, Rejection>;
  /** What is said of the nodes that were not looked at. */
  readonly absent?: Rejection;
  /** What preemption had to say. */
  readonly postFilter?: string;
}

/** "2 Insufficient cpu, 1 node(s) …" in byte order. */
function histogram(diagnosis: Diagnosis): string {
  const counts = new Map<string, number>();
  const add = (reason: string, by: number) => counts.set(reason, (counts.get(reason) ?? 0) + by);
  for (const { reasons } of diagnosis.nodes.values()) for (const reason of reasons) add(reason, 1);
  const absent = diagnosis.nodeCount - diagnosis.nodes.size;
  if (absent > 0) for (const reason of diagnosis.absent?.reasons ?? []) add(reason, absent);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .join(", ");
}

/** The text of FailedScheduling: "0/3 nodes are available: …". Mirrors pkg/scheduler/framework/types.go FitError.Error. */
export function fitError(diagnosis: Diagnosis): string {
  let text = `0/${diagnosis.nodeCount} nodes are available:`;
  if (diagnosis.preFilter) text += ` ${diagnosis.preFilter.reasons.join(", ")}.`;
  else {
    const reasons = histogram(diagnosis);
    if (reasons !== "") text += ` ${reasons}.`;
  }
  return diagnosis.postFilter ? `${text} ${diagnosis.postFilter}` : text;
}

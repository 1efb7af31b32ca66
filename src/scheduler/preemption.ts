import type { Pod } from "../kinds/types/core_v1.ts";
import type { PodDisruptionBudget } from "../kinds/types/policy_v1.ts";
import { parseTime } from "../machinery/time.ts";
import type { Diagnosis } from "./fit-error.ts";
import { fitError } from "./fit-error.ts";
import type { Plugin, Rejection } from "./framework.ts";
import { runPreFilters } from "./framework.ts";
import { selects } from "./plugins/label-selector.ts";
import { filterWithNominated } from "./schedule.ts";
import type { NodeInfo, Snapshot } from "./snapshot.ts";
import { nodeInfo, withNode } from "./snapshot.ts";

/** A node and the pods that would have to leave it, the most important first. */
export interface Candidate {
  readonly node: string;
  readonly victims: readonly Pod[];
  readonly budgetViolations: number;
}

/** What preemption comes to: a candidate, or why not (the text after "preemption: "). */
export type Preemption =
  | { readonly candidate: Candidate }
  | { readonly message: string; readonly keepNomination?: true };

const priorityOf = (pod: Pod): number => pod.spec?.priority ?? 0;
const startOf = (pod: Pod): number => parseTime(pod.status?.startTime ?? pod.metadata.creationTimestamp) || 0;
const notHelpful: Rejection = {
  plugin: "DefaultPreemption",
  reasons: ["Preemption is not helpful for scheduling"],
  unresolvable: true,
};

/** Looks for a node where removing less important pods would make room. Mirrors pkg/scheduler/framework/preemption Preempt with plugins/defaultpreemption. */
export function preempt(
  plugins: readonly Plugin[],
  pod: Pod,
  snapshot: Snapshot,
  diagnosis: Diagnosis,
  chance: (purpose: string) => number,
): Preemption {
  const ineligible = whyIneligible(pod, snapshot, diagnosis);
  if (ineligible !== undefined) return { message: ineligible, keepNomination: true };
  const candidates: Candidate[] = [];
  const failures = new Map<string, Rejection>();
  for (const node of snapshot.nodes) {
    const rejection = diagnosis.nodes.get(node.name);
    if (rejection === undefined || rejection.unresolvable) continue;
    const found = selectVictims(plugins, pod, node, snapshot);
    if ("victims" in found) candidates.push(found);
    else failures.set(node.name, found);
  }
  if (candidates.length === 0) {
    const text = fitError({ nodeCount: snapshot.nodes.length, nodes: failures, absent: notHelpful });
    return { message: text };
  }
  return { candidate: best(candidates, pod, chance) };
}

/** Why a pod may not preempt, if so. Mirrors default_preemption.go PodEligibleToPreemptOthers. */
function whyIneligible(pod: Pod, snapshot: Snapshot, diagnosis: Diagnosis): string | undefined {
  if (pod.spec?.preemptionPolicy === "Never") return "not eligible due to preemptionPolicy=Never.";
  const nominated = pod.status?.nominatedNodeName;
  if (!nominated || diagnosis.nodes.get(nominated)?.unresolvable) return undefined;
  const leaving = snapshot.byName
    .get(nominated)
    ?.pods.some((other) => priorityOf(other) < priorityOf(pod) && isPreempted(other));
  return leaving ? "not eligible due to a terminating pod on the nominated node." : undefined;
}

const isPreempted = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp !== undefined &&
  (pod.status?.conditions ?? []).some(
    (c) => c.type === "DisruptionTarget" && c.status === "True" && c.reason === "PreemptionByScheduler",
  );

const byImportance = (a: Pod, b: Pod): number => priorityOf(b) - priorityOf(a) || startOf(a) - startOf(b);

/** The fewest and least important pods whose removal makes room on a node. Mirrors default_preemption.go SelectVictimsOnNode. */
function selectVictims(
  plugins: readonly Plugin[],
  pod: Pod,
  node: NodeInfo,
  snapshot: Snapshot,
): Candidate | Rejection {
  const potential = node.pods.filter((other) => priorityOf(other) < priorityOf(pod));
  if (potential.length === 0)
    return {
      plugin: "DefaultPreemption",
      reasons: ["No preemption victims found for incoming pod"],
      unresolvable: true,
    };
  const kept = new Set(node.pods.filter((other) => !potential.includes(other)));
  const check = (): Rejection | undefined => {
    const without = nodeInfo(node.node, [...kept]);
    const changed = withNode(snapshot, without);
    const pre = runPreFilters(plugins, pod, changed);
    return pre.rejection ?? filterWithNominated(plugins, pod, without, pre, changed);
  };
  const rejection = check();
  if (rejection !== undefined) return rejection;
  const { violating, others } = byBudget([...potential].sort(byImportance), snapshot);
  const victims: Pod[] = [];
  let budgetViolations = 0;
  const reprieve = (victim: Pod): boolean => {
    kept.add(victim);
    if (check() === undefined) return true;
    kept.delete(victim);
    victims.push(victim);
    return false;
  };
  for (const victim of violating) if (!reprieve(victim)) budgetViolations += 1;
  for (const victim of others) reprieve(victim);
  return { node: node.name, victims: victims.sort(byImportance), budgetViolations };
}

/** Splits pods into those whose removal would violate a disruption budget and the others. Mirrors default_preemption.go filterPodsWithPDBViolation. */
function byBudget(pods: readonly Pod[], { lister }: Snapshot): { violating: Pod[]; others: Pod[] } {
  const budgets = lister
    .list<PodDisruptionBudget>("policy", "poddisruptionbudgets")
    .map((budget) => ({ budget, left: budget.status?.disruptionsAllowed ?? 0 }));
  const violating: Pod[] = [];
  const others: Pod[] = [];
  for (const pod of pods) {
    let violates = false;
    for (const entry of budgets) {
      const { metadata, spec, status } = entry.budget;
      if (metadata.namespace !== pod.metadata.namespace || Object.keys(pod.metadata.labels ?? {}).length === 0)
        continue;
      if (!selects(spec?.selector, pod.metadata.labels)) continue;
      if (Object.hasOwn(status?.disruptedPods ?? {}, pod.metadata.name ?? "")) continue;
      entry.left -= 1;
      if (entry.left < 0) violates = true;
    }
    (violates ? violating : others).push(pod);
  }
  return { violating, others };
}

const highest = (c: Candidate): number => priorityOf(c.victims[0] as Pod);
const sum = (c: Candidate): number => c.victims.reduce((total, v) => total + priorityOf(v) + 2 ** 31, 0);
const latestStart = (c: Candidate): number =>
  Math.min(...c.victims.filter((v) => priorityOf(v) === highest(c)).map(startOf));

/** The candidate that hurts least. Mirrors preemption.go pickOneNodeForPreemption. */
function best(candidates: readonly Candidate[], pod: Pod, chance: (purpose: string) => number): Candidate {
  const free = candidates.find((c) => c.victims.length === 0);
  if (free) return free;
  const measures: ((c: Candidate) => number)[] = [
    (c) => c.budgetViolations,
    highest,
    sum,
    (c) => c.victims.length,
    (c) => -latestStart(c),
  ];
  let left = [...candidates];
  for (const measure of measures) {
    const least = Math.min(...left.map(measure));
    left = left.filter((c) => measure(c) === least);
    if (left.length === 1) break;
  }
  return left[Math.floor(chance(`preemption by ${pod.metadata.uid}`) * left.length)] as Candidate;
}

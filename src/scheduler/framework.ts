import type { Pod } from "../kinds/types/core_v1.ts";
import type { NodeInfo, Snapshot } from "./snapshot.ts";

/** Why a pod does not fit. `unresolvable`: removing other pods from the node would not help. */
export interface Rejection {
  readonly plugin: string;
  readonly reasons: readonly string[];
  readonly unresolvable: boolean;
}

/** What a prefilter found out for one pod. */
export type PreFilterResult =
  /** Nothing to check on any node. */
  | "skip"
  /** The pod fits on no node at all. */
  | { readonly reject: Omit<Rejection, "plugin"> }
  /** State for filter, and the only nodes worth looking at. */
  | { readonly state?: unknown; readonly nodeNames?: ReadonlySet<string> };

/**
 * One scheduling plugin: pure functions of a pod and a snapshot. `state` is what its own prefilter or prescore made.
 * Mirrors pkg/scheduler/framework's PreFilter, Filter and Score extension points.
 */
export interface Plugin {
  readonly name: string;
  /** How much its normalized score counts. */
  readonly weight?: number;
  preFilter?(pod: Pod, snapshot: Snapshot): PreFilterResult;
  filter?(pod: Pod, node: NodeInfo, state: unknown, snapshot: Snapshot): Omit<Rejection, "plugin"> | undefined;
  /** undefined: nothing to tell the nodes apart by. */
  preScore?(pod: Pod, nodes: readonly NodeInfo[], snapshot: Snapshot): unknown;
  score?(pod: Pod, node: NodeInfo, state: unknown, snapshot: Snapshot): number;
  /** Brings the scores of all nodes into 0..100. Default: they are there already. */
  normalize?(scores: number[], nodes: readonly NodeInfo[], state: unknown): number[];
}

export const maxNodeScore = 100;

/** Scores scaled so that the largest is 100, or the smallest where less is better. Mirrors plugins/helper DefaultNormalizeScore. */
export function scaledToLargest(scores: readonly number[], reverse: boolean): number[] {
  const largest = Math.max(0, ...scores);
  if (largest === 0) return scores.map(() => (reverse ? maxNodeScore : 0));
  return scores.map((score) => {
    const scaled = Math.floor((maxNodeScore * score) / largest);
    return reverse ? maxNodeScore - scaled : scaled;
  });
}

/** The outcome of the prefilters. */
export interface PreFiltered {
  readonly states: ReadonlyMap<string, unknown>;
  readonly skipped: ReadonlySet<string>;
  readonly nodeNames?: ReadonlySet<string>;
  readonly narrowedBy: readonly string[];
  readonly rejection?: Rejection;
}

/** Runs the prefilters in order; ends at the first rejection. Mirrors framework.RunPreFilterPlugins. */
export function runPreFilters(plugins: readonly Plugin[], pod: Pod, snapshot: Snapshot): PreFiltered {
  const states = new Map<string, unknown>();
  const skipped = new Set<string>();
  const narrowedBy: string[] = [];
  let nodeNames: ReadonlySet<string> | undefined;
  for (const plugin of plugins) {
    const result = plugin.preFilter?.(pod, snapshot);
    if (result === undefined) continue;
    if (result === "skip") {
      skipped.add(plugin.name);
      continue;
    }
    if ("reject" in result) {
      const rejection = { plugin: plugin.name, ...result.reject };
      return { states, skipped, narrowedBy, rejection };
    }
    states.set(plugin.name, result.state);
    if (result.nodeNames === undefined) continue;
    narrowedBy.push(plugin.name);
    const before = nodeNames;
    nodeNames = before === undefined ? result.nodeNames : new Set([...before].filter((n) => result.nodeNames?.has(n)));
  }
  return { states, skipped, narrowedBy, ...(nodeNames === undefined ? {} : { nodeNames }) };
}

/** Runs the filters on one node; the first that refuses decides. Mirrors framework.RunFilterPlugins. */
export function runFilters(
  plugins: readonly Plugin[],
  pod: Pod,
  node: NodeInfo,
  pre: PreFiltered,
  snapshot: Snapshot,
): Rejection | undefined {
  for (const plugin of plugins) {
    if (plugin.filter === undefined || pre.skipped.has(plugin.name)) continue;
    const rejection = plugin.filter(pod, node, pre.states.get(plugin.name), snapshot);
    if (rejection !== undefined) return { plugin: plugin.name, ...rejection };
  }
  return undefined;
}

/** The weighted sum of all scores for each node, in the nodes' order. Mirrors framework.RunScorePlugins. */
export function scoreNodes(
  plugins: readonly Plugin[],
  pod: Pod,
  nodes: readonly NodeInfo[],
  snapshot: Snapshot,
): number[] {
  const totals = nodes.map(() => 0);
  for (const plugin of plugins) {
    if (plugin.score === undefined) continue;
    const state = plugin.preScore?.(pod, nodes, snapshot);
    if (plugin.preScore !== undefined && state === undefined) continue;
    const raw = nodes.map((node) => plugin.score?.(pod, node, state, snapshot) ?? 0);
    const scores = plugin.normalize?.(raw, nodes, state) ?? raw;
    for (const [i, score] of scores.entries()) totals[i] = (totals[i] ?? 0) + score * (plugin.weight ?? 1);
  }
  return totals;
}

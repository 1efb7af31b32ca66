import type { Pod } from "../kinds/types/core_v1.ts";
import type { Diagnosis } from "./fit-error.ts";
import type { Plugin, PreFiltered, Rejection } from "./framework.ts";
import { runFilters, runPreFilters, scoreNodes } from "./framework.ts";
import { nodeOfClaims } from "./plugins/volume-binding.ts";
import type { NodeInfo, Snapshot } from "./snapshot.ts";
import { nodeInfo, withNode } from "./snapshot.ts";

/** Where a pod goes, or why nowhere. */
export type Decision = { readonly node: string } | { readonly diagnosis: Diagnosis; readonly preFiltered: PreFiltered };

/** Finds the node for a pod: a pure function of the snapshot and `chance`. Mirrors pkg/scheduler/schedule_one.go schedulePod. */
export function schedulePod(
  plugins: readonly Plugin[],
  pod: Pod,
  snapshot: Snapshot,
  chance: (purpose: string) => number,
): Decision {
  const pre = runPreFilters(plugins, pod, snapshot);
  const nodeCount = snapshot.nodes.length;
  if (pre.rejection) return { diagnosis: { nodeCount, preFilter: pre.rejection, nodes: new Map() }, preFiltered: pre };
  const preferred = preferredNode(pod, snapshot);
  if (preferred && filterWithNominated(plugins, pod, preferred, pre, snapshot) === undefined)
    return { node: preferred.name };
  const rejections = new Map<string, Rejection>();
  const feasible: NodeInfo[] = [];
  for (const node of snapshot.nodes) {
    if (pre.nodeNames && !pre.nodeNames.has(node.name)) continue;
    const rejection = filterWithNominated(plugins, pod, node, pre, snapshot);
    if (rejection === undefined) feasible.push(node);
    else rejections.set(node.name, rejection);
  }
  if (feasible.length === 0) {
    const absent = pre.nodeNames && {
      plugin: "",
      reasons: [`node(s) didn't satisfy plugin(s) [${[...pre.narrowedBy].sort().join(" ")}]`],
      unresolvable: true,
    };
    return { diagnosis: { nodeCount, nodes: rejections, ...(absent ? { absent } : {}) }, preFiltered: pre };
  }
  return { node: choose(plugins, pod, feasible, snapshot, chance) };
}

function choose(
  plugins: readonly Plugin[],
  pod: Pod,
  feasible: readonly NodeInfo[],
  snapshot: Snapshot,
  chance: (purpose: string) => number,
): string {
  if (feasible.length === 1) return feasible[0]?.name ?? "";
  const scores = scoreNodes(plugins, pod, feasible, snapshot);
  const best = Math.max(...scores);
  const top = feasible.filter((_, i) => scores[i] === best);
  const pick = Math.floor(chance(`node for ${pod.metadata.uid}`) * top.length);
  return top[pick]?.name ?? "";
}

/** The node that an earlier attempt settled on: by preemption, or for a volume that is being made. */
function preferredNode(pod: Pod, snapshot: Snapshot): NodeInfo | undefined {
  const name = pod.status?.nominatedNodeName || nodeOfClaims(pod, snapshot.lister);
  return name ? snapshot.byName.get(name) : undefined;
}

/** The unscheduled pods, other than this one, that are nominated to a node and at least as important. */
function nominatedTo(node: string, pod: Pod, snapshot: Snapshot): Pod[] {
  const priority = pod.spec?.priority ?? 0;
  return snapshot.nominated.filter(
    (other) =>
      other.status?.nominatedNodeName === node &&
      other.metadata.uid !== pod.metadata.uid &&
      (other.spec?.priority ?? 0) >= priority,
  );
}

/** Filters a node as it is, and as it will be with the pods that are nominated to it. Mirrors framework.RunFilterPluginsWithNominatedPods. */
export function filterWithNominated(
  plugins: readonly Plugin[],
  pod: Pod,
  node: NodeInfo,
  pre: PreFiltered,
  snapshot: Snapshot,
): Rejection | undefined {
  const nominated = nominatedTo(node.name, pod, snapshot);
  if (nominated.length > 0) {
    const fuller = nodeInfo(node.node, [...node.pods, ...nominated]);
    const changed = withNode(snapshot, fuller);
    const rejection = runFilters(plugins, pod, fuller, runPreFilters(plugins, pod, changed), changed);
    if (rejection !== undefined) return rejection;
  }
  return runFilters(plugins, pod, node, pre, snapshot);
}

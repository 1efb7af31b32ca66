import type { Lister } from "../client/lister.ts";
import type { Amounts } from "../kinds/shared/scheduling/pod-requests.ts";
import { addAmounts, amounts, podNonZeroRequests, podRequests } from "../kinds/shared/scheduling/pod-requests.ts";
import type { Node, Pod } from "../kinds/types/core_v1.ts";

/** A node with the pods on it, as filters and scores see it. Mirrors pkg/scheduler/framework NodeInfo. */
export interface NodeInfo {
  readonly name: string;
  readonly node: Node;
  readonly pods: readonly Pod[];
  readonly requested: Amounts;
  readonly nonZeroRequested: Amounts;
  readonly allocatable: Amounts;
}

/** All nodes, by name in key order. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[];
  readonly byName: ReadonlyMap<string, NodeInfo>;
  /** Unscheduled pods for which preemption has made room somewhere. */
  readonly nominated: readonly Pod[];
  readonly lister: Lister;
}

const terminal = (pod: Pod): boolean => pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";

const allocatableOf = new WeakMap<object, Amounts>();

function allocatable(node: Node): Amounts {
  const list = node.status?.allocatable;
  if (list === undefined) return new Map();
  let found = allocatableOf.get(list);
  if (found === undefined) {
    found = amounts(list as Record<string, string>);
    allocatableOf.set(list, found);
  }
  return found;
}

/** A node with these pods. */
export function nodeInfo(node: Node, pods: readonly Pod[]): NodeInfo {
  const requested = new Map<string, number>();
  const nonZeroRequested = new Map<string, number>();
  for (const pod of pods) {
    addAmounts(requested, podRequests(pod));
    addAmounts(nonZeroRequested, podNonZeroRequests(pod));
  }
  return { name: node.metadata.name ?? "", node, pods, requested, nonZeroRequested, allocatable: allocatable(node) };
}

/** The cluster as it is now. Pods that have ended take nothing. */
export function takeSnapshot(lister: Lister): Snapshot {
  const byNode = new Map<string, Pod[]>();
  const nominated: Pod[] = [];
  for (const pod of lister.list<Pod>("", "pods")) {
    const name = pod.spec?.nodeName;
    if (!name && pod.status?.nominatedNodeName && !pod.metadata.deletionTimestamp) nominated.push(pod);
    if (!name || terminal(pod)) continue;
    const there = byNode.get(name);
    if (there === undefined) byNode.set(name, [pod]);
    else there.push(pod);
  }
  const nodes = lister
    .list<Node>("", "nodes")
    .map((node) => nodeInfo(node, byNode.get(node.metadata.name ?? "") ?? []));
  return { nodes, byName: new Map(nodes.map((n) => [n.name, n])), nominated, lister };
}

/** The snapshot with one node replaced: for trying out what preemption or a nominated pod would change. */
export function withNode(snapshot: Snapshot, changed: NodeInfo): Snapshot {
  const nodes = snapshot.nodes.map((n) => (n.name === changed.name ? changed : n));
  return { ...snapshot, nodes, byName: new Map(nodes.map((n) => [n.name, n])) };
}

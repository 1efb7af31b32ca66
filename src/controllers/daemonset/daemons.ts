import type { DaemonSet } from "../../kinds/types/apps_v1.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";
import type { ReconcileContext } from "../controller.ts";
import { claim } from "../shared/owners.ts";
import { core } from "../shared/paths.ts";
import { targetNode } from "./daemon-pods.ts";

/** A DaemonSet, its nodes, and the pods made for each. */
export interface Daemons {
  readonly context: ReconcileContext;
  readonly set: DaemonSet;
  /** The hash of the present template. */
  readonly hash: string;
  readonly nodes: readonly Node[];
  readonly pods: readonly Pod[];
  /** Oldest first. */
  on(node: string): readonly Pod[];
}

/** What a DaemonSet has at present, after adoption. */
export async function daemons(context: ReconcileContext, set: DaemonSet, hash: string): Promise<Daemons> {
  const { namespace } = set.metadata;
  const pods = await claim(context, context.lister.list<Pod>("", "pods", namespace), {
    owner: set,
    selector: set.spec?.selector,
    at: core("pods", namespace),
  });
  const age = (pod: Pod): string => `${pod.metadata.creationTimestamp} ${pod.metadata.name}`;
  const byNode = new Map<string, Pod[]>();
  for (const pod of [...pods].sort((a, b) => (age(a) < age(b) ? -1 : 1))) {
    const node = targetNode(pod);
    if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), pod]);
  }
  const nodes = context.lister.list<Node>("", "nodes");
  return { context, set, hash, nodes, pods, on: (node) => byNode.get(node) ?? [] };
}

import type { Lister } from "../../client/lister.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { type WorkKey, workKey } from "../controller.ts";
import { NO_EXECUTE, taintsOf } from "../shared/taints.ts";

/** The pods of a node whose NoExecute taints changed. */
export function taintedPodKeys(node: KubeObject, old: KubeObject | undefined, lister: Lister): readonly WorkKey[] {
  const before = old === undefined ? [] : taintsOf(old as unknown as Node, NO_EXECUTE);
  const after = taintsOf(node as unknown as Node, NO_EXECUTE);
  if (deepEqual(before, after)) return [];
  return lister
    .list<Pod>("", "pods")
    .filter((pod) => pod.spec?.nodeName === node.metadata.name)
    .map(workKey);
}

/** A pod that was just bound, or whose tolerations changed, on a node with NoExecute taints. */
export function tolerationKeys(pod: KubeObject, old: KubeObject | undefined, lister: Lister): readonly WorkKey[] {
  if (!pod.spec?.nodeName) return [];
  if (old?.spec?.nodeName === pod.spec.nodeName && deepEqual(old?.spec?.tolerations, pod.spec.tolerations)) return [];
  const node = lister.get<Node>("", "nodes", undefined, pod.spec.nodeName);
  return node === undefined || taintsOf(node, NO_EXECUTE).length === 0 ? [] : [workKey(pod)];
}

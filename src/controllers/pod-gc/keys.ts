import type { Lister } from "../../client/lister.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { WorkKey } from "../controller.ts";
import { isPodFinished } from "../shared/pods.ts";

/** How many finished pods may stay; the key under which the rest is removed. */
export const TERMINATED_LIMIT = 12_500;
export const TERMINATED = "terminated";

/** What a change of a pod gives to do: its node is missing, it ended, or it is to go without ever having been bound. */
export function podGcKeys(pod: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly WorkKey[] {
  const node = pod.spec?.nodeName;
  if (!node)
    return pod.metadata.deletionTimestamp === undefined
      ? []
      : [`unbound/${pod.metadata.namespace}/${pod.metadata.name}`];
  if (lister.get("", "nodes", undefined, node) === undefined) return [`missing/${node}`];
  return isPodFinished(pod as unknown as Pod) && lister.list("", "pods").length > TERMINATED_LIMIT ? [TERMINATED] : [];
}

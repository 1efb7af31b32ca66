import type { Lister } from "../../client/lister.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { WatchRow, WorkKey } from "../controller.ts";

/** Whether an object is no longer there, or another one of its name is. */
export function isGone(lister: Lister, group: string, resource: string, object: KubeObject): boolean {
  const { namespace, name, uid } = object.metadata;
  return lister.get(group, resource, namespace || undefined, name!)?.metadata.uid !== uid;
}

/** Narrows a watch to deletions. */
export function whenGone(
  group: string,
  resource: string,
  keys: (object: KubeObject) => readonly WorkKey[],
): NonNullable<WatchRow["keys"]> {
  return (object, _old, lister) => (isGone(lister, group, resource, object) ? keys(object) : []);
}

import type { Lister } from "../../client/lister.ts";
import type { KubeObject, OwnerReference } from "../../machinery/object.ts";
import type { WatchedAt, WorkKey } from "../controller.ts";
import { isGone } from "../shared/watch-keys.ts";

/** The finalizers through which a deletion waits for the garbage collector. */
export const FOREGROUND = "foregroundDeletion";
export const ORPHAN = "orphan";

/** What identifies an object beyond its kind's resource, which a watch of everything need not know. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const key = (i: Identity): WorkKey => [i.apiVersion, i.kind, i.namespace, i.name, i.uid].join("|");

/** The work key of an object. */
export const keyOf = ({ apiVersion, kind, metadata }: KubeObject): WorkKey =>
  key({ apiVersion, kind, namespace: metadata.namespace ?? "", name: metadata.name ?? "", uid: metadata.uid ?? "" });

/** The reverse. */
export function parseKey(text: WorkKey): Identity {
  const [apiVersion = "", kind = "", namespace = "", name = "", uid = ""] = text.split("|");
  return { apiVersion, kind, namespace, name, uid };
}

const ownerKey = (object: KubeObject, { apiVersion, kind, name, uid }: OwnerReference): WorkKey =>
  key({ apiVersion, kind, namespace: object.metadata.namespace ?? "", name, uid });

const owners = (object: KubeObject | undefined): string =>
  (object?.metadata.ownerReferences ?? []).map((r) => `${r.uid} ${r.blockOwnerDeletion === true}`).join(",");

const waits = (object: KubeObject): boolean =>
  object.metadata.deletionTimestamp !== undefined &&
  (object.metadata.finalizers ?? []).some((f) => f === FOREGROUND || f === ORPHAN);

/** Whom a change concerns: the object where its owners or its deletion changed; dependents and waiting owners where it is gone. */
export function garbageKeys(
  object: KubeObject,
  old: KubeObject | undefined,
  lister: Lister,
  at: WatchedAt,
): readonly WorkKey[] {
  if (at.group === "" && at.resource === "events") return [];
  const keys: WorkKey[] = [];
  const references = object.metadata.ownerReferences ?? [];
  const gone = isGone(lister, at.group, at.resource, object);
  const released = owners(object) !== owners(old);
  if (gone || waits(object) || (references.length > 0 && (released || waits(object)))) keys.push(keyOf(object));
  if (gone || released || waits(object))
    for (const reference of [...references, ...(old?.metadata.ownerReferences ?? [])])
      if (reference.blockOwnerDeletion === true) keys.push(ownerKey(object, reference));
  return [...new Set(keys)].filter((k) => !isIdle(k, gone, object, lister));
}

/** A deletion that nobody depended on needs no look, where the lister can tell. */
function isIdle(candidate: WorkKey, gone: boolean, object: KubeObject, lister: Lister): boolean {
  return gone && candidate === keyOf(object) && lister.dependents?.(object.metadata.uid!).length === 0;
}

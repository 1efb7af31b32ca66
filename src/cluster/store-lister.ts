import type { Lister } from "../client/lister.ts";
import type { KubeObject, OwnerReference } from "../machinery/object.ts";
import { type ObjectStore, type Stored, storeKey, storePrefix } from "../store/object-store.ts";

/** client-go's shared informers, reduced to views of the store: never stale, nothing copied. */
export function createStoreLister(store: ObjectStore): Lister & { all(): readonly KubeObject[] } {
  const controlled = createOwnerIndex(store, ({ controller }) => controller === true);
  const owned = createOwnerIndex(store, () => true);
  return {
    get: <T>(group: string, resource: string, namespace: string | undefined, name: string) =>
      store.get(storeKey(group, resource, namespace, name))?.object as T | undefined,
    list: <T>(group: string, resource: string, namespace?: string) =>
      objectsOf(store.list(storePrefix(group, resource, namespace))) as readonly T[],
    listNamed: <T>(group: string, resource: string, namespace: string | undefined, start: string) =>
      objectsOf(store.list(storeKey(group, resource, namespace, start))) as readonly T[],
    ownedBy: <T>(group: string, resource: string, namespace: string | undefined, uid: string) =>
      controlled.find(storePrefix(group, resource, namespace), uid) as unknown as readonly T[],
    dependents: (uid) => owned.find("/registry/", uid),
    all: () => objectsOf(store.list("/registry/")),
  };
}

/** The objects of listings, which never change: one that is handed out again is the same array. */
const unwrapped = new WeakMap<readonly Stored[], readonly KubeObject[]>();

function objectsOf(listing: readonly Stored[]): readonly KubeObject[] {
  let objects = unwrapped.get(listing);
  if (objects === undefined) {
    objects = listing.map((stored) => stored.object);
    unwrapped.set(listing, objects);
  }
  return objects;
}

interface OwnerIndex {
  find(prefix: string, uid: string): readonly KubeObject[];
}

/** Which objects name each uid as an owner that `counts`. Built at the first question, kept up by the store's changes. */
function createOwnerIndex(store: ObjectStore, counts: (owner: OwnerReference) => boolean): OwnerIndex {
  let keysByOwner: Map<string, Set<string>> | undefined;
  const change = (key: string, object: KubeObject | undefined, add: boolean): void => {
    for (const owner of object?.metadata.ownerReferences ?? []) {
      if (!counts(owner)) continue;
      const keys = keysByOwner!.get(owner.uid) ?? new Set();
      if (add) keys.add(key);
      else keys.delete(key);
      if (keys.size === 0) keysByOwner!.delete(owner.uid);
      else keysByOwner!.set(owner.uid, keys);
    }
  };
  store.onChange(({ type, key, object, previous }) => {
    if (keysByOwner === undefined) return;
    change(key, previous, false);
    if (type !== "DELETED") change(key, object, true);
  });
  return {
    find(prefix, uid) {
      if (keysByOwner === undefined) {
        keysByOwner = new Map();
        for (const { key, object } of store.list("/registry/")) change(key, object, true);
      }
      const keys = [...(keysByOwner.get(uid) ?? [])].filter((key) => key.startsWith(prefix)).sort();
      return keys.map((key) => store.get(key)!.object);
    },
  };
}

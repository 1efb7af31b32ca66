import type { KubeObject } from "../machinery/object.ts";

/** An object as stored: `revision` is the store's revision at its last write (its resourceVersion). The object is shared and must not be changed. */
export interface Stored {
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
}

/** One committed write, in revision order. */
export interface Change {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly key: string;
  readonly revision: number;
  /** The object after the change; for DELETED its last state with the revision of the deletion. */
  readonly object: KubeObject;
  /** The object before the change; absent for ADDED. */
  readonly previous?: KubeObject;
  /** Another process wrote it and has woken the controllers already; only watchers care. */
  readonly remote?: boolean;
}

/**
 * etcd, reduced to what an apiserver needs. Keys are "/registry/GROUP/RESOURCE/[NAMESPACE/]NAME" ("core" for the
 * core group), so that a kind, or a kind in a namespace, is one contiguous range.
 */
export interface ObjectStore {
  /** The revision of the last commit; starts at 1. */
  readonly revision: number;
  /** Changes up to this revision can no longer be replayed by {@link changesSince}. */
  readonly compactedRevision: number;
  get(key: string): Stored | undefined;
  /** Everything under `prefix` (which ends with "/"), in key order. */
  list(prefix: string): readonly Stored[];
  /**
   * Writes one object, or deletes it where `object` is undefined, if its revision still is `expectedRevision`
   * (0: it must not exist). Returns undefined where that does not hold, nothing written. The store sets
   * metadata.resourceVersion on its own copy of the top level and metadata; the rest is taken over and shared.
   */
  commit(key: string, expectedRevision: number, object: KubeObject | undefined): Stored | undefined;
  /** The changes after `revision` to keys under `prefix`, oldest first; undefined where they are compacted. */
  changesSince(revision: number, prefix: string): readonly Change[] | undefined;
  /** Called synchronously after each commit. Returns the way to stop. */
  onChange(listener: (change: Change) => void): () => void;
}

/** The store's key of an object. */
export function storeKey(group: string, resource: string, namespace: string | undefined, name: string): string {
  return `${storePrefix(group, resource, namespace)}${name}`;
}

/** The store's prefix of a kind, or of a kind in a namespace. */
export function storePrefix(group: string, resource: string, namespace?: string): string {
  return `/registry/${group === "" ? "core" : group}/${resource}/${namespace === undefined || namespace === "" ? "" : `${namespace}/`}`;
}

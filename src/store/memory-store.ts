import type { KubeObject } from "../machinery/object.ts";
import { createMemoryState, type KeyValueState } from "./key-value-state.ts";
import { ListingCache } from "./listing-cache.ts";
import type { Change, ObjectStore, Stored } from "./object-store.ts";
import { createWatchLog } from "./watch-log.ts";

/** An {@link ObjectStore} over a state, plus the way in for what another process wrote to the same state. */
export interface StateObjectStore extends ObjectStore {
  /** Tells watchers of changes that are in the state already; they are marked `remote`. */
  absorb(changes: readonly Change[]): void;
}

/** How many changes can be watched from the past. etcd keeps five minutes; a count is what memory cares about. */
const WATCH_HISTORY = 10_000;

export interface ObjectStoreOptions {
  /**
   * Whether a watch may begin before this process opened the state: the objects that have changed since are told as
   * they are now. Right for one command, which has just read the object that it goes on to watch; a server's clients
   * would miss deletions, so for them such a revision is compacted.
   */
  readonly deriveHistory?: boolean;
}

/** etcd over the keyed records of a state. Mirrors etcd's revision rules: one counter, raised by every write. */
export function createObjectStore(
  state: KeyValueState = createMemoryState(),
  options: ObjectStoreOptions = {},
): StateObjectStore {
  const log = createWatchLog(state.meta.revision, WATCH_HISTORY);
  const listeners = new Set<(change: Change) => void>();
  const listings = new ListingCache();

  const publish = (change: Change): void => {
    log.append(change);
    for (const listener of [...listeners]) listener(change);
  };

  /** What has changed under `prefix` since `revision`, as far as the objects themselves tell. */
  const derived = (revision: number, prefix: string, told: ReadonlySet<string>): Change[] =>
    state
      .keys(prefix)
      .map((key) => stored(key, state.get(key) as KubeObject))
      .filter((found) => found.revision > revision && !told.has(found.key))
      .sort((a, b) => a.revision - b.revision)
      .map(({ key, object, revision: at }) => ({ type: "MODIFIED", key, revision: at, object, previous: object }));

  return {
    get revision() {
      return state.meta.revision;
    },
    get compactedRevision() {
      return log.compactedRevision;
    },
    get(key) {
      const object = state.get(key) as KubeObject | undefined;
      return object && stored(key, object);
    },
    list(prefix) {
      return listings.list(prefix, () => state.keys(prefix).map((key) => stored(key, state.get(key) as KubeObject)));
    },
    commit(key, expectedRevision, object) {
      const previous = state.get(key) as KubeObject | undefined;
      if ((previous === undefined ? 0 : revisionOf(previous)) !== expectedRevision) return undefined;
      if (object === undefined && previous === undefined) return undefined;
      const revision = state.meta.revision + 1;
      const next = withRevision((object ?? previous) as KubeObject, revision);
      state.setMeta({ revision });
      state.set(key, object === undefined ? undefined : next);
      const type = object === undefined ? "DELETED" : previous === undefined ? "ADDED" : "MODIFIED";
      const written = { key, revision, object: next };
      listings.put(key, object === undefined ? undefined : written);
      publish({ type, ...written, ...(previous === undefined ? {} : { previous }) });
      return written;
    },
    changesSince(revision, prefix) {
      const logged = log.since(Math.max(revision, options.deriveHistory ? log.compactedRevision : 0));
      if (logged === undefined) return undefined;
      const changes = logged.filter((change) => change.key.startsWith(prefix));
      if (revision >= log.compactedRevision) return changes;
      const told = new Set(changes.map((change) => change.key));
      return [...derived(revision, prefix, told), ...changes];
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    absorb(changes) {
      listings.clear();
      for (const change of changes) publish({ ...change, remote: true });
    },
  };
}

/** The revision at which an object was last written. */
export function revisionOf(object: KubeObject): number {
  return Number(object.metadata.resourceVersion ?? 0);
}

const stored = (key: string, object: KubeObject): Stored => ({ key, revision: revisionOf(object), object });

/** What ObjectMeta has before its resourceVersion: the JSON that clients see keeps the order of the Go struct. */
const BEFORE_REVISION = new Set(["name", "generateName", "namespace", "selfLink", "uid"]);

function withRevision(object: KubeObject, revision: number): KubeObject {
  const resourceVersion = String(revision);
  if (object.metadata.resourceVersion !== undefined)
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  const fields = Object.entries(object.metadata);
  const isBefore = ([key]: [string, unknown]): boolean => BEFORE_REVISION.has(key);
  const before = Object.fromEntries(fields.filter(isBefore));
  const after = Object.fromEntries(fields.filter((field) => field[0] !== "resourceVersion" && !isBefore(field)));
  return { ...object, metadata: { ...before, resourceVersion, ...after } as KubeObject["metadata"] };
}

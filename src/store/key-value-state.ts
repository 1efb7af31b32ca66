import type { JsonObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";
import { SortedMap } from "./sorted-map.ts";

/** What a cluster's state knows beside its keyed records. */
export interface StateMeta {
  /** The version of the file format. */
  readonly format: number;
  /** The store's revision at the last commit (etcd's). */
  readonly revision: number;
  /** The simulated time at the last save. */
  readonly now: Instant;
  /** How far the simulated clock is ahead of the wall clock, in milliseconds (`clock advance`). */
  readonly clockOffsetMs: number;
  /** What all chance follows from. */
  readonly seed: string;
  /** The last sequence number that the event queue gave out. */
  readonly sequence: number;
}

/** The version of the state file that this build writes and reads. */
export const STATE_FORMAT = 1;

/**
 * Everything that a cluster persists: keyed JSON records under "/registry/" (objects), "/wakeups/" (the event queue),
 * "/containers/" (runs of containers and their inputs) and "/cluster/" (keys, settings). Writes gather in a
 * transaction until `commit` makes all of them durable, or none.
 */
export interface KeyValueState {
  readonly meta: StateMeta;
  get(key: string): JsonObject | undefined;
  /** The keys under a prefix, in code-unit order. */
  keys(prefix: string): readonly string[];
  firstKey(prefix: string): string | undefined;
  /** Writes a record, or deletes it (undefined). The value is shared: it must not be changed afterwards. */
  set(key: string, value: JsonObject | undefined): void;
  setMeta(meta: Partial<StateMeta>): void;
  /** Makes the open transaction durable. Throws where the disk refuses; the transaction then is still open. */
  commit(): void;
}

/** A state that lives in memory only, for tests and as a scratch pad. */
export function createMemoryState(meta: Partial<StateMeta> = {}): KeyValueState {
  const records = new SortedMap<JsonObject>();
  let current: StateMeta = {
    format: STATE_FORMAT,
    revision: 1,
    now: 0,
    clockOffsetMs: 0,
    seed: "0",
    sequence: 0,
    ...meta,
  };
  return {
    get meta() {
      return current;
    },
    get: (key) => records.get(key),
    keys: (prefix) => records.keysWithPrefix(prefix),
    firstKey: (prefix) => records.firstWithPrefix(prefix),
    set(key, value) {
      if (value === undefined) records.delete(key);
      else records.set(key, value);
    },
    setMeta(change) {
      current = { ...current, ...change };
    },
    commit() {},
  };
}

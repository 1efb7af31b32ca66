import type { JsonObject } from "../machinery/object.ts";
import type { KeyValueState } from "../store/key-value-state.ts";
import { SortedMap } from "../store/sorted-map.ts";

/**
 * The records of nodes and containers, under "/containers/" and "/nodes/". An exec session or a followed log runs
 * while no lock is held, so what it writes waits here until the next transaction takes it over.
 */
export interface RuntimeRecords {
  get(key: string): JsonObject | undefined;
  set(key: string, value: JsonObject | undefined): void;
  keys(prefix: string): readonly string[];
  /** Something from outside reached a pod's containers: its kubelet is to look again. `key`: "NAMESPACE/NAME". */
  touch(key: string): void;
  /** Whether something waits. */
  readonly dirty: boolean;
  /** Moves what waits into the state's open transaction, and wakes the kubelets of touched pods. */
  flush(wakeKubelet: (key: string) => void): void;
}

export function createRuntimeRecords(state: KeyValueState): RuntimeRecords {
  const waiting = new SortedMap<JsonObject | null>();
  const touched = new Set<string>();
  return {
    get(key) {
      const value = waiting.get(key);
      return value === undefined ? state.get(key) : (value ?? undefined);
    },
    set(key, value) {
      waiting.set(key, value ?? null);
    },
    keys(prefix) {
      const ours = waiting.keysWithPrefix(prefix);
      if (ours.length === 0) return state.keys(prefix);
      const all = new Set([...state.keys(prefix), ...ours]);
      return [...all].filter((key) => waiting.get(key) !== null).sort();
    },
    touch: (key) => touched.add(key),
    get dirty() {
      return waiting.size + touched.size > 0;
    },
    flush(wakeKubelet) {
      for (const key of touched) wakeKubelet(key);
      touched.clear();
      for (const key of waiting.keysWithPrefix("")) state.set(key, waiting.get(key) ?? undefined);
      waiting.clear();
    },
  };
}

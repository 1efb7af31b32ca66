import type { Wakeup } from "../sim/simulation.ts";
import type { KeyValueState } from "../store/key-value-state.ts";

const PREFIX = "/wakeups/";

/** "/wakeups/INSTANT/SEQUENCE": in key order, so that the first record is what is due next. */
const keyOf = (wakeup: Wakeup): string =>
  `${PREFIX}${String(wakeup.at).padStart(15, "0")}/${String(wakeup.sequence).padStart(12, "0")}`;

/** When the next thing is due, without reading the whole queue. */
export function nextDueAt(state: KeyValueState): number | undefined {
  const key = state.firstKey(PREFIX);
  return key === undefined ? undefined : Number(key.slice(PREFIX.length, PREFIX.length + 15));
}

/** The event queue as it was saved. */
export function readWakeups(state: KeyValueState): Wakeup[] {
  return state.keys(PREFIX).map((key) => {
    const [at, sequence] = key.slice(PREFIX.length).split("/");
    const { owner, key: work } = state.get(key) as { owner: string; key: string };
    return { at: Number(at), sequence: Number(sequence), owner, key: work };
  });
}

/** Makes the saved queue equal to `wakeups`, touching only what differs. */
export function writeWakeups(state: KeyValueState, wakeups: Iterable<Wakeup>): void {
  const stale = new Set(state.keys(PREFIX));
  for (const wakeup of wakeups) {
    const key = keyOf(wakeup);
    if (!stale.delete(key)) state.set(key, { owner: wakeup.owner, key: wakeup.key });
  }
  for (const key of stale) state.set(key, undefined);
}

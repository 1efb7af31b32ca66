import type { Instant } from "../../machinery/time.ts";

/** One entry of a back-off: how long to wait since when it was last raised. Durations in milliseconds. */
export interface BackOffEntry {
  readonly delayMs: number;
  readonly updatedAt: Instant;
}

/** The kubelet's containers and image pulls both start at 10 s and end at 5 min. */
export const initialDelayMs = 10_000;
export const maxDelayMs = 300_000;

const expired = (entry: BackOffEntry, at: Instant): boolean => at - entry.updatedAt > 2 * maxDelayMs;

/** Until when a failure at `failedAt` has to wait; undefined: it may go on at once. Mirrors client-go util/flowcontrol Backoff.IsInBackOffSince. */
export function backOffEnd(entry: BackOffEntry | undefined, failedAt: Instant): Instant | undefined {
  if (entry === undefined || expired(entry, failedAt)) return undefined;
  return failedAt + entry.delayMs;
}

/** The entry after one more failure. Mirrors client-go util/flowcontrol Backoff.Next. */
export function nextBackOff(entry: BackOffEntry | undefined, failedAt: Instant, now: Instant): BackOffEntry {
  if (entry === undefined || expired(entry, failedAt)) return { delayMs: initialDelayMs, updatedAt: now };
  return { delayMs: Math.min(entry.delayMs * 2, maxDelayMs), updatedAt: now };
}

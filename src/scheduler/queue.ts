import type { Lister } from "../client/lister.ts";
import type { Event, Pod } from "../kinds/types/core_v1.ts";
import { type Instant, parseTime } from "../machinery/time.ts";

const initialBackOffMs = 1000;
const maxBackOffMs = 10_000;

const lastSeen = (event: Event): Instant =>
  Math.max(
    ...[event.series?.lastObservedTime, event.lastTimestamp, event.eventTime, event.metadata.creationTimestamp]
      .map(parseTime)
      .filter((at) => !Number.isNaN(at)),
  );

const failures = (pod: Pod, lister: Lister): Event[] =>
  lister
    .list<Event>("", "events", pod.metadata.namespace)
    .filter((event) => event.reason === "FailedScheduling" && event.involvedObject.uid === pod.metadata.uid);

/** When it was last said that the pod found no node; undefined: never. */
export function lastAttempt(pod: Pod, lister: Lister): Instant | undefined {
  const events = failures(pod, lister);
  return events.length === 0 ? undefined : Math.max(...events.map(lastSeen));
}

/** Until when a pod that found no node is left alone: 1 s after the first failure, doubling to 10 s. It follows from the FailedScheduling events, so it needs no memory of its own. Mirrors pkg/scheduler/backend/queue calculateBackoffDuration. */
export function backOffUntil(pod: Pod, lister: Lister): Instant | undefined {
  const condition = pod.status?.conditions?.find((c) => c.type === "PodScheduled");
  if (condition?.reason !== "Unschedulable") return undefined;
  const events = failures(pod, lister);
  if (events.length === 0) return undefined;
  const attempts = events.reduce((sum, event) => sum + Math.max(1, event.series?.count ?? event.count ?? 1), 0);
  const delay = Math.min(initialBackOffMs * 2 ** Math.min(attempts - 1, 10), maxBackOffMs);
  return Math.max(...events.map(lastSeen)) + delay;
}

import { deepEqual, type JsonObject, type KubeObject } from "../machinery/object.ts";
import { StatusError } from "../machinery/status-error.ts";
import { formatMicroTime, type Instant, parseTime } from "../machinery/time.ts";
import type { Client, ResourcePath } from "./client.ts";
import { createEvent, eventName, patchEvent, referenceTo } from "./event-writes.ts";
import type { ActionEvent, EventTarget } from "./events.ts";
import type { Lister } from "./lister.ts";

/** An event belongs to a series as long as the last one like it is no older, in milliseconds. */
const SERIES_MS = 6 * 60_000;

/** What the recorder of a component of events.k8s.io events is made of. */
export interface SeriesRecorderDependencies {
  readonly client: Client;
  readonly lister: Lister;
  now(): Instant;
  /** "default-scheduler". */
  readonly controller: string;
  /** Nanoseconds since the epoch that no other event of this recorder has. */
  nextNanos(): bigint;
}

/** Records an event as the events.k8s.io API has it; one that differs in its note only continues a series. Mirrors client-go/tools/events/event_broadcaster.go recordToSink. */
export async function recordSeries(
  dependencies: SeriesRecorderDependencies,
  target: EventTarget,
  event: ActionEvent,
): Promise<void> {
  const { client, lister, now, nextNanos } = dependencies;
  const namespace = target.object.metadata.namespace || "default";
  const at = path(namespace);
  const draft = newEvent(dependencies, target, event);
  const past = lister
    .listNamed("", "events", namespace, `${target.object.metadata.name}.`)
    .filter((other) => isIsomorphic(other, draft) && now() - lastSeen(other) <= SERIES_MS)
    .sort((a, b) => lastSeen(a) - lastSeen(b))
    .at(-1);
  try {
    if (past !== undefined && (await patchEvent(client, at, past, oneMore(past, now())))) return;
    await createEvent(client, at, () => ({
      ...draft,
      metadata: { name: eventName(draft.regarding.name, nextNanos()), namespace },
    }));
  } catch (error) {
    // An event that the server refuses is lost, as with client-go.
    if (!(error instanceof StatusError)) throw error;
  }
}

const path = (namespace: string): ResourcePath => ({
  group: "events.k8s.io",
  version: "v1",
  resource: "events",
  namespace,
});

/** When an event was seen last. */
const lastSeen = (event: KubeObject): Instant =>
  parseTime(event.series?.lastObservedTime ?? event.eventTime ?? event.lastTimestamp) || 0;

/** Whether a stored event (core/v1) is the same but for its note and times. Mirrors getKey. */
function isIsomorphic(stored: KubeObject, draft: KubeObject): boolean {
  return (
    stored.type === draft.type &&
    stored.action === draft.action &&
    stored.reason === draft.reason &&
    stored.reportingComponent === draft.reportingController &&
    deepEqual(stored.involvedObject, draft.regarding) &&
    deepEqual(stored.related ?? null, draft.related ?? null)
  );
}

/** What continues an event's series. */
const oneMore = (event: KubeObject, now: Instant): JsonObject => ({
  series: { count: (event.series?.count ?? 1) + 1, lastObservedTime: formatMicroTime(now) },
});

function newEvent(
  { controller, lister, now }: SeriesRecorderDependencies,
  target: EventTarget,
  event: ActionEvent,
): KubeObject {
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {},
    eventTime: formatMicroTime(now()),
    reportingController: controller,
    reportingInstance: `${controller}-${hostOf(lister)}`,
    action: event.action,
    reason: event.reason,
    regarding: referenceTo(target.object),
    ...(event.related === undefined ? {} : { related: referenceTo(event.related) }),
    note: event.note,
    type: event.type,
  };
}

/** The machine that the control plane runs on. */
function hostOf(lister: Lister): string {
  const nodes = lister.list<KubeObject>("", "nodes");
  const labels = "node-role.kubernetes.io/control-plane";
  const node = nodes.find(({ metadata }) => metadata.labels?.[labels] !== undefined) ?? nodes[0];
  return node?.metadata.name ?? "localhost";
}

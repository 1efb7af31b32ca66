import type { JsonObject, KubeObject } from "../machinery/object.ts";
import { StatusError } from "../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../machinery/time.ts";
import type { Client, ResourcePath } from "./client.ts";
import { createEvent, eventName, patchEvent, referenceTo } from "./event-writes.ts";
import type { EventRecorder, EventTarget } from "./events.ts";
import type { Lister } from "./lister.ts";

/** Who reports an event. */
export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

export interface EventRecorderDependencies {
  readonly client: Client;
  /** Where the events of the past are read: nothing is remembered between two events. */
  readonly lister: Lister;
  now(): Instant;
  readonly source: EventSource;
}

/** As many different messages of one reason are told apart before they are thrown together. */
const MAX_SIMILAR = 10;
const SIMILAR_WITHIN_MS = 600_000;
/** An object may have this many events from one source at once, and then one more every five minutes. */
const SPAM_BURST = 25;
const SPAM_REFILL_MS = 300_000;
const COMBINED = "(combined from similar events): ";
const NANOS_PER_MS = 1_000_000n;

/** What is to be recorded, all in one. */
interface Draft {
  readonly target: EventTarget;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly source: EventSource;
}

/**
 * Records events as client-go's recorder and correlator do, but derives counts, aggregation and the spam filter from
 * the events that are there. Mirrors client-go/tools/record/events_cache.go.
 */
export function createEventRecorder(dependencies: EventRecorderDependencies): EventRecorder {
  let lastNanos = 0n;
  const nextNanos = (): bigint => {
    const wanted = BigInt(Math.floor(dependencies.now())) * NANOS_PER_MS;
    lastNanos = wanted > lastNanos ? wanted : lastNanos + 1000n;
    return lastNanos;
  };
  return {
    async event(target, type, reason, message, source = dependencies.source) {
      await record(dependencies, { target, type, reason, message, source }, nextNanos);
    },
    async action(target, event) {
      const { recordSeries } = await import("./series-recorder.ts");
      const { client, lister, now, source } = dependencies;
      await recordSeries({ client, lister, now, controller: source.component, nextNanos }, target, event);
    },
  };
}

async function record(dependencies: EventRecorderDependencies, draft: Draft, nextNanos: () => bigint): Promise<void> {
  const namespace = draft.target.object.metadata.namespace || "default";
  const path: ResourcePath = { group: "", version: "v1", resource: "events", namespace };
  const { client, lister } = dependencies;
  const now = dependencies.now();
  const { name = "" } = draft.target.object.metadata;
  const past = lister.listNamed("", "events", namespace, `${name}.`).filter((e) => isAbout(e, draft));
  if (isSpam(past, now)) return;
  const similar = past.filter((e) => e.type === draft.type && e.reason === draft.reason);
  const aggregate = mustAggregate(similar, draft, now);
  const same = similar.filter((e) =>
    aggregate ? isCombined(e) : e.message === draft.message && e.involvedObject?.fieldPath === draft.target.fieldPath,
  );
  const previous = same.sort((a, b) => lastSeen(a) - lastSeen(b)).at(-1);
  const message = aggregate ? `${COMBINED}${draft.message}` : draft.message;
  try {
    if (previous !== undefined && (await patchEvent(client, path, previous, oneMore(previous, message, now)))) return;
    await createEvent(client, path, () => newEvent({ ...draft, message }, namespace, now, nextNanos()));
  } catch (error) {
    // An event that the server refuses (its namespace is going, say) is lost, as with client-go.
    if (!(error instanceof StatusError)) throw error;
  }
}

const lastSeen = (event: KubeObject): Instant => parseTime(event.lastTimestamp ?? event.firstTimestamp) || 0;
const isCombined = (event: KubeObject): boolean => String(event.message ?? "").startsWith(COMBINED);

/** Whether an event of the past is about the same object, by the same source. */
function isAbout(event: KubeObject, { target, source }: Draft): boolean {
  const { kind, metadata, apiVersion } = target.object;
  const about = event.involvedObject ?? {};
  return (
    about.kind === kind &&
    about.name === metadata.name &&
    (about.uid ?? "") === (metadata.uid ?? "") &&
    (about.apiVersion ?? "") === (apiVersion ?? "") &&
    event.source?.component === source.component &&
    (event.source?.host ?? "") === (source.host ?? "")
  );
}

/** Mirrors EventSourceObjectSpamFilter: a bucket of 25 that refills by one every five minutes. */
function isSpam(past: readonly KubeObject[], now: Instant): boolean {
  const used = past.reduce((sum, e) => sum + (e.count ?? 1), 0);
  if (used < SPAM_BURST) return false;
  const first = Math.min(...past.map((e) => parseTime(e.firstTimestamp) || now));
  return used >= SPAM_BURST + Math.floor((now - first) / SPAM_REFILL_MS);
}

/** Mirrors EventAggregator.EventAggregate. */
function mustAggregate(similar: readonly KubeObject[], draft: Draft, now: Instant): boolean {
  const recent = similar.filter((e) => now - lastSeen(e) <= SIMILAR_WITHIN_MS && !isCombined(e));
  const messages = new Set<string>(recent.map((e) => e.message));
  messages.add(draft.message);
  return messages.size >= MAX_SIMILAR;
}

/** What counts an event once more. */
const oneMore = (event: KubeObject, message: string, now: Instant): JsonObject => ({
  count: (event.count ?? 1) + 1,
  lastTimestamp: formatTime(now),
  ...(message === event.message ? {} : { message }),
});

function newEvent(draft: Draft, namespace: string, now: Instant, nanos: bigint): KubeObject {
  const { target, source } = draft;
  const time = formatTime(now);
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: eventName(target.object.metadata.name, nanos), namespace },
    involvedObject: {
      ...referenceTo(target.object),
      ...(target.fieldPath === undefined ? {} : { fieldPath: target.fieldPath }),
    },
    reason: draft.reason,
    message: draft.message,
    source: { component: source.component, ...(source.host ? { host: source.host } : {}) },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
    type: draft.type,
    eventTime: null,
    reportingComponent: source.component,
    reportingInstance: source.host ?? "",
  };
}

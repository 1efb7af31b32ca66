import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { resourceExpired, StatusError } from "../../machinery/status-error.ts";
import type { Change } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { queryFlag, queryInteger, queryText } from "../query.ts";
import { prefixOf } from "../resources.ts";
import { createEventQueue } from "./event-queue.ts";
import { selectionOf } from "./list.ts";
import { checkNotInFuture, checkWatchOptions, versionProblem } from "./list-options.ts";
import type { Selection } from "./selection.ts";

/** One frame of a watch, before it is put into the client's representation. */
export interface RawEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: JsonObject;
}

/** A watch without a time limit of its own ends after half an hour to an hour, as upstream's; clients start again. */
const DEFAULT_TIMEOUT_SECONDS = 1800;
/** How often a client that asked for bookmarks gets one. Mirrors the watch cache's bookmark frequency. */
const BOOKMARK_EVERY_MS = 60_000;
/** A client that is so many events behind is cut off, as upstream forces the close of unresponsive watchers: it lists again. */
const MAX_BEHIND = 10_000;

/** What a change means to a watcher: an object that starts to match is added, one that ceases is deleted. Mirrors watch_cache filtering. */
export function eventOf(change: Change, selection: Selection): RawEvent | undefined {
  const before = change.previous !== undefined && selection.matches(change.previous);
  const after = change.type !== "DELETED" && selection.matches(change.object);
  if (after) return { type: before ? "MODIFIED" : "ADDED", object: change.object };
  if (!before) return undefined;
  // Deleted, or out of the selection: the last state that matched, at the revision of the change.
  const { previous } = change;
  return {
    type: "DELETED",
    object:
      change.type === "DELETED"
        ? change.object
        : { ...previous, metadata: { ...previous!.metadata, resourceVersion: String(change.revision) } },
  };
}

/**
 * The events of a collection from the query's resourceVersion on ("" and "0": the present state first, as ADDED), until
 * the client hangs up or its timeoutSeconds are over. A past that is no longer known is one ERROR event.
 */
export function watchObjects(ctx: ResourceContext): AsyncIterable<RawEvent> {
  const { request } = ctx;
  checkWatchOptions(request);
  const watch: Watched = {
    selection: selectionOf(ctx),
    prefix: prefixOf(ctx.definition, ctx.info.namespace),
    bookmarks: queryFlag(request, "allowWatchBookmarks"),
    timeoutMs: 1000 * (queryInteger(request, "timeoutSeconds") || DEFAULT_TIMEOUT_SECONDS),
  };
  checkVersion(ctx);
  // Nothing may happen unseen between the events of the past and those that follow: both begin with the reading.
  return {
    [Symbol.asyncIterator]: () => {
      const initial = initialEvents(ctx, watch);
      return initial === undefined ? tooOld(ctx) : follow(ctx, initial, watch);
    },
  };
}

/** What a watch is about. */
interface Watched {
  readonly selection: Selection;
  readonly prefix: string;
  readonly bookmarks: boolean;
  readonly timeoutMs: number;
}

/** Throws for a resourceVersion that is none, or that no state has reached. */
function checkVersion({ request, server }: ResourceContext): void {
  const version = queryText(request, "resourceVersion") ?? "";
  if (version === "") return;
  const problem = versionProblem(version);
  if (problem !== undefined) throw new StatusError({ message: problem, code: 500 });
  if (queryFlag(request, "sendInitialEvents")) checkNotInFuture(version, server.store.revision);
}

/** What is told before anything happens; undefined where the past is no longer known. Mirrors cacher.go Watch and getAllEventsSinceLocked. */
function initialEvents(ctx: ResourceContext, { selection, prefix, bookmarks }: Watched): RawEvent[] | undefined {
  const { server, request } = ctx;
  const { store } = server;
  const version = queryText(request, "resourceVersion") ?? "";
  const events: RawEvent[] = [];
  const asked = queryText(request, "sendInitialEvents");
  const sendInitial = asked === undefined ? version === "" || version === "0" : queryFlag(request, "sendInitialEvents");
  if (sendInitial) {
    for (const { object } of store.list(prefix)) if (selection.matches(object)) events.push({ type: "ADDED", object });
    if (asked !== undefined && bookmarks) events.push(bookmark(ctx, store.revision, true));
    return events;
  }
  if (version === "" || version === "0") return events;
  const changes = store.changesSince(Number(version), prefix);
  if (changes === undefined) return undefined;
  for (const change of changes) {
    const event = eventOf(change, selection);
    if (event !== undefined) events.push(event);
  }
  return events;
}

async function* tooOld({ request, server }: ResourceContext): AsyncGenerator<RawEvent> {
  const version = queryText(request, "resourceVersion");
  const { status } = resourceExpired(`too old resource version: ${version} (${server.store.compactedRevision})`);
  yield { type: "ERROR", object: status as object };
}

/** The events that the store tells, as the client reads them. */
function follow(
  ctx: ResourceContext,
  initial: readonly RawEvent[],
  { prefix, selection, bookmarks, timeoutMs }: Watched,
): AsyncIterator<RawEvent> {
  const { store, after } = ctx.server;
  const queue = createEventQueue(initial, MAX_BEHIND);
  const stops: (() => void)[] = [];
  const end = (): void => {
    for (const stop of stops.splice(0)) stop();
    queue.end();
  };
  const tell = (change: Change): void => {
    const event = change.key.startsWith(prefix) ? eventOf(change, selection) : undefined;
    if (event !== undefined && !queue.push(event)) end();
  };
  const tellBookmark = (): void => {
    queue.push(bookmark(ctx, store.revision, false));
  };
  stops.push(
    store.onChange(tell),
    after(timeoutMs, () => {
      if (bookmarks) tellBookmark();
      end();
    }),
    ...(bookmarks ? [every(after, BOOKMARK_EVERY_MS, tellBookmark)] : []),
  );
  const { signal } = ctx.request;
  if (signal !== undefined) {
    signal.addEventListener("abort", end, { once: true });
    stops.push(() => signal.removeEventListener("abort", end));
    if (signal.aborted) end();
  }
  return {
    next: queue.next,
    async return() {
      queue.clear();
      end();
      return { done: true, value: undefined };
    },
  };
}

/** Calls back again and again; returns the way to stop. */
function every(after: ResourceContext["server"]["after"], ms: number, callback: () => void): () => void {
  let stop = (): void => {};
  const again = (): void => {
    stop = after(ms, () => {
      callback();
      again();
    });
  };
  again();
  return () => stop();
}

function bookmark(ctx: ResourceContext, revision: number, initialEnd: boolean): RawEvent {
  const { kind, group, version } = ctx.definition;
  const object: KubeObject = {
    kind,
    apiVersion: group === "" ? version : `${group}/${version}`,
    metadata: {
      resourceVersion: String(revision),
      creationTimestamp: null,
      ...(initialEnd ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
    },
  };
  return { type: "BOOKMARK", object };
}

import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { resourceExpired } from "../../machinery/status-error.ts";
import type { Change } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { queryFlag, queryInteger, queryText } from "../query.ts";
import { prefixOf } from "../resources.ts";
import { selectionOf } from "./list.ts";
import type { Selection } from "./selection.ts";

/** One frame of a watch, before it is put into the client's representation. */
export interface RawEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: JsonObject;
}

/** A watch without a time limit of its own ends after half an hour to an hour, as upstream's; clients start again. */
const DEFAULT_TIMEOUT_SECONDS = 1800;

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
 * the client hangs up or its timeoutSeconds are over. Throws 410 where the past is no longer known.
 */
export function watchObjects(ctx: ResourceContext): AsyncIterable<RawEvent> {
  const { server, request } = ctx;
  const { store } = server;
  const selection = selectionOf(ctx);
  const prefix = prefixOf(ctx.definition, ctx.info.namespace);
  const version = queryText(request, "resourceVersion") ?? "";
  const bookmarks = queryFlag(request, "allowWatchBookmarks");
  const initial: RawEvent[] = [];
  const sendInitial = queryFlag(request, "sendInitialEvents");
  if (version === "" || version === "0" || sendInitial) {
    for (const { object } of store.list(prefix)) if (selection.matches(object)) initial.push({ type: "ADDED", object });
    if (sendInitial && bookmarks) initial.push(bookmark(ctx, store.revision, true));
  } else {
    const changes = store.changesSince(Number(version), prefix);
    if (changes === undefined)
      throw resourceExpired(`too old resource version: ${version} (${store.compactedRevision + 1})`);
    for (const change of changes) pushEvent(initial, change, prefix, selection);
  }
  const timeoutSeconds = queryInteger(request, "timeoutSeconds") || DEFAULT_TIMEOUT_SECONDS;
  return {
    [Symbol.asyncIterator]: () => follow(ctx, initial, prefix, selection, timeoutSeconds, bookmarks),
  };
}

function pushEvent(queue: RawEvent[], change: Change, prefix: string, selection: Selection): void {
  if (!change.key.startsWith(prefix)) return;
  const event = eventOf(change, selection);
  if (event !== undefined) queue.push(event);
}

/** A queue that the store fills and the client empties. */
function follow(
  ctx: ResourceContext,
  queue: RawEvent[],
  prefix: string,
  selection: Selection,
  timeoutSeconds: number,
  bookmarks: boolean,
): AsyncIterator<RawEvent> {
  const { store, after } = ctx.server;
  let wake: (() => void) | undefined;
  let ended = false;
  const stops: (() => void)[] = [];
  const end = (): void => {
    ended = true;
    for (const stop of stops.splice(0)) stop();
    wake?.();
  };
  stops.push(
    store.onChange((change) => {
      pushEvent(queue, change, prefix, selection);
      if (queue.length > 0) wake?.();
    }),
    after(timeoutSeconds * 1000, () => {
      if (bookmarks) queue.push(bookmark(ctx, store.revision, false));
      end();
    }),
  );
  const { signal } = ctx.request;
  if (signal !== undefined) {
    if (signal.aborted) end();
    signal.addEventListener("abort", end, { once: true });
    stops.push(() => signal.removeEventListener("abort", end));
  }
  return {
    async next() {
      while (queue.length === 0 && !ended) await new Promise<void>((resolve) => (wake = resolve));
      const value = queue.shift();
      return value === undefined ? { done: true, value: undefined } : { done: false, value };
    },
    async return() {
      queue.length = 0;
      end();
      return { done: true, value: undefined };
    },
  };
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

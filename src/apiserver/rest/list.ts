import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { badRequest, resourceExpired, StatusError } from "../../machinery/status-error.ts";
import type { Stored } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { queryInteger, queryText } from "../query.ts";
import { prefixOf } from "../resources.ts";
import { readContinueToken, writeContinueToken } from "./continue-token.ts";
import { checkListOptions, checkNotInFuture, versionProblem } from "./list-options.ts";
import { listAt } from "./past.ts";
import { parseSelection, type Selection } from "./selection.ts";

/** One page of a collection, and the list's metadata. */
export interface Page {
  readonly objects: readonly KubeObject[];
  readonly metadata: JsonObject;
}

/** The selection that the request's query asks for. */
export function selectionOf(ctx: ResourceContext): Selection {
  return parseSelection(
    ctx.definition,
    ctx.strategy,
    queryText(ctx.request, "labelSelector"),
    queryText(ctx.request, "fieldSelector"),
  );
}

/** Reads a collection, page by page where the client wants that; later pages show the state of the first. Mirrors etcd3/store.go GetList. */
export function listObjects(ctx: ResourceContext): Page {
  const { store } = ctx.server;
  checkListOptions(ctx.request);
  const selection = selectionOf(ctx);
  const asked = whatIsAsked(ctx);
  const prefix = prefixOf(ctx.definition, ctx.info.namespace);
  const revision = asked.revision ?? store.revision;
  const all = listAt(store, prefix, revision);
  if (all === undefined) throw expired(asked.start);
  const rest = asked.start === undefined ? all : all.filter(({ key }) => key >= prefix + asked.start);
  const selecting = selection.labels.length + selection.fields.length > 0;
  const { page, taken } = takePage(rest, selection, asked.limit);
  const left = rest.length - taken;
  const last = rest[taken - 1];
  const more = asked.limit > 0 && left > 0 && last !== undefined;
  return {
    objects: page,
    metadata: {
      resourceVersion: String(revision),
      ...(more ? { continue: writeContinueToken({ start: `${last.key.slice(prefix.length)}\0`, revision }) } : {}),
      ...(more && !selecting ? { remainingItemCount: left } : {}),
    },
  };
}

/** Which state a list shows, from where on, and how much of it. */
interface Asked {
  /** undefined: the present. */
  readonly revision: number | undefined;
  readonly start: string | undefined;
  /** 0: no limit. */
  readonly limit: number;
}

/** Mirrors storage.ValidateListOptions, and the watch cache's ways with resourceVersion. */
function whatIsAsked(ctx: ResourceContext): Asked {
  const { request, server } = ctx;
  const limit = Math.max(0, queryInteger(request, "limit") ?? 0);
  const version = queryText(request, "resourceVersion") ?? "";
  const token = queryText(request, "continue") ?? "";
  if (token !== "") {
    const read = readContinueToken(token);
    if (version !== "" && version !== "0")
      throw badRequest("specifying resource version is not allowed when using continue");
    return { ...read, limit };
  }
  if (version === "") return { revision: undefined, start: undefined, limit };
  const problem = versionProblem(version);
  if (problem !== undefined) throw badRequest(`invalid resource version: ${problem}`);
  checkNotInFuture(version, server.store.revision);
  const match = queryText(request, "resourceVersionMatch") ?? "";
  const exact = match === "Exact" || (match === "" && limit > 0 && Number(version) > 0);
  // The watch cache, which answers where any state will do, knows no pages.
  const any = version === "0" && match === "";
  return { revision: exact ? Number(version) : undefined, start: undefined, limit: any ? 0 : limit };
}

function expired(start: string | undefined): StatusError {
  if (start === undefined) return resourceExpired("The resourceVersion for the provided list is too old.");
  const { status } = resourceExpired(
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
  );
  return new StatusError({ ...status, metadata: { continue: writeContinueToken({ start, revision: undefined }) } });
}

function takePage(
  stored: readonly Stored[],
  selection: Selection,
  limit: number,
): { page: readonly KubeObject[]; taken: number } {
  const page: KubeObject[] = [];
  let taken = 0;
  for (const { object } of stored) {
    if (limit > 0 && page.length === limit) break;
    taken++;
    if (selection.matches(object)) page.push(object);
  }
  return { page, taken };
}

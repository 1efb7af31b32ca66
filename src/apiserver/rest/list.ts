import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { badRequest, resourceExpired } from "../../machinery/status-error.ts";
import type { Stored } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { queryInteger, queryText } from "../query.ts";
import { prefixOf } from "../resources.ts";
import { parseSelection, type Selection } from "./selection.ts";

/** What a continue token says: the key after which to go on, and the revision of the first page. */
interface ContinueToken {
  readonly after: string;
  readonly revision: number;
}

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

/**
 * Reads a collection, page by page where the client wants that. Later pages show the present state under the keys that
 * follow: the store keeps no old revisions. Mirrors etcd3/store.go GetList.
 */
export function listObjects(ctx: ResourceContext): Page {
  const { store } = ctx.server;
  const selection = selectionOf(ctx);
  const limit = queryInteger(ctx.request, "limit") ?? 0;
  const token = readToken(queryText(ctx.request, "continue"));
  const version = queryText(ctx.request, "resourceVersion") ?? "";
  checkVersion(version, queryText(ctx.request, "resourceVersionMatch") ?? "", token !== undefined, store.revision);
  if (token !== undefined && token.revision < store.compactedRevision)
    throw resourceExpired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
    );
  const all = store.list(prefixOf(ctx.definition, ctx.info.namespace));
  const rest = token === undefined ? all : all.filter((s) => s.key > token.after);
  const revision = token?.revision ?? store.revision;
  const selecting = selection.labels.length + selection.fields.length > 0;
  const { page, taken } = takePage(rest, selection, limit);
  const left = rest.length - taken;
  const last = rest[taken - 1];
  const more = limit > 0 && left > 0 && last !== undefined;
  return {
    objects: page,
    metadata: {
      resourceVersion: String(revision),
      ...(more ? { continue: writeToken({ after: last.key, revision }) } : {}),
      ...(more && !selecting ? { remainingItemCount: left } : {}),
    },
  };
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

function checkVersion(version: string, match: string, continued: boolean, present: number): void {
  if (version !== "" && !/^\d{1,16}$/.test(version))
    throw badRequest(
      `Invalid value: ${JSON.stringify(version)}: strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`,
    );
  if (continued && version !== "" && version !== "0")
    throw badRequest("specifying resource version is not allowed when using continue");
  if (match === "Exact" && Number(version) !== present)
    throw resourceExpired("The resourceVersion for the provided list is too old.");
}

function readToken(text: string | undefined): ContinueToken | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    const token = JSON.parse(Buffer.from(text, "base64url").toString()) as {
      v?: unknown;
      rv?: unknown;
      start?: unknown;
    };
    if (token.v === "meta.k8s.io/v1" && typeof token.rv === "number" && typeof token.start === "string")
      return { after: token.start, revision: token.rv };
  } catch {
    // Not a token of ours: refused below.
  }
  throw badRequest("continue key is not valid");
}

const writeToken = (token: ContinueToken): string =>
  Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: token.revision, start: token.after })).toString("base64url");

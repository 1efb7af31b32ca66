import type { ApiRequest } from "../client/transport.ts";
import { queryFlag, queryText } from "./query.ts";

/** What a request is about, read off its method, path and query. Mirrors apiserver/pkg/endpoints/request/requestinfo.go. */
export interface RequestInfo {
  /** Whether the path names a resource of the API; the rest (health, discovery, OpenAPI) is authorized by path. */
  readonly isResource: boolean;
  readonly path: string;
  /** get, list, watch, create, update, patch, delete, deletecollection; the method in lower case for other paths. */
  readonly verb: string;
  /** "api" or "apis" for resources, else "". */
  readonly prefix: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  /** The path's parts behind the subresource: what a proxy request is for. */
  readonly rest: readonly string[];
}

const VERBS: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};
/** Subresources of a namespace itself; any other part behind /namespaces/NAME/ names a resource in it. */
const NAMESPACE_SUBRESOURCES = new Set(["status", "finalize"]);

/** Reads `request`'s path and query. */
export function parseRequestInfo(request: ApiRequest): RequestInfo {
  const { path } = request;
  const parts = path.split("/").filter((p) => p !== "");
  const other: RequestInfo = {
    isResource: false,
    path,
    verb: request.method.toLowerCase(),
    prefix: "",
    group: "",
    version: "",
    namespace: "",
    resource: "",
    subresource: "",
    name: "",
    rest: [],
  };
  const prefix = parts[0];
  // /api/v1/… and /apis/GROUP/VERSION/…: anything shorter is discovery.
  if ((prefix !== "api" && prefix !== "apis") || parts.length < (prefix === "api" ? 3 : 4)) return other;
  const group = prefix === "api" ? "" : parts[1]!;
  const version = prefix === "api" ? parts[1]! : parts[2]!;
  let tail = parts.slice(prefix === "api" ? 2 : 3);
  const method = VERBS[request.method] ?? "";
  let verb = method;
  if (tail[0] === "watch" && tail.length > 1) {
    verb = "watch";
    tail = tail.slice(1);
  } else if (tail[0] === "proxy" && tail.length > 1) {
    verb = "proxy";
    tail = tail.slice(1);
  }
  let namespace = "";
  if (tail[0] === "namespaces" && tail.length > 1) {
    namespace = tail[1]!;
    // The namespace itself stays in `tail` when it is what is asked for.
    if (tail.length > 2 && !NAMESPACE_SUBRESOURCES.has(tail[2]!)) tail = tail.slice(2);
  }
  const [resource = "", name = "", subresource = "", ...rest] = tail;
  if (verb === "get" && name === "") verb = queryFlag(request, "watch") ? "watch" : "list";
  if (verb === "delete" && name === "") verb = "deletecollection";
  return {
    isResource: true,
    path,
    verb,
    prefix,
    group,
    version,
    namespace,
    resource,
    subresource,
    name: name !== "" ? name : verb === "list" || verb === "watch" ? nameInFieldSelector(request) : "",
    rest,
  };
}

/** A list or watch of metadata.name=x is authorized like access to x. */
function nameInFieldSelector(request: ApiRequest): string {
  const match = /(?:^|,)metadata\.name==?([^,=!]+)(?:,|$)/.exec(queryText(request, "fieldSelector") ?? "");
  return match?.[1] ?? "";
}

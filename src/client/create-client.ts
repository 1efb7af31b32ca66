import { apiVersionOf, type JsonObject } from "../machinery/object.ts";
import { type Status, StatusError } from "../machinery/status-error.ts";
import type { Client, DeleteOptions, ListOptions, ResourcePath, WatchEvent, WriteOptions } from "./client.ts";
import type { ApiRequest, ApiResponse, Transport } from "./transport.ts";

type Query = Record<string, string>;

/** "/api/v1/namespaces/NS/pods" of a resource path. */
export function collectionPath(path: ResourcePath): string {
  const root = path.group === "" ? `/api/${path.version}` : `/apis/${apiVersionOf(path)}`;
  return path.namespace === undefined || path.namespace === ""
    ? `${root}/${path.resource}`
    : `${root}/namespaces/${path.namespace}/${path.resource}`;
}

/** "/api/v1/namespaces/NS/pods/NAME[/SUBRESOURCE]"; throws for a name that no path can have. Mirrors client-go rest.Request.Name. */
export function objectPath(path: ResourcePath, name: string, subresource?: string): string {
  if (!name) throw new Error("resource name may not be empty");
  const wrong =
    name === "." || name === ".."
      ? [`may not be '${name}'`]
      : ["/", "%"].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`);
  if (wrong.length > 0) throw new Error(`invalid resource name ${JSON.stringify(name)}: [${wrong.join(" ")}]`);
  return `${collectionPath(path)}/${name}${subresource === undefined || subresource === "" ? "" : `/${subresource}`}`;
}

/** The query of a list or watch. */
export function listQuery(options: ListOptions): Query {
  const query: Query = {};
  if (options.labelSelector) query["labelSelector"] = options.labelSelector;
  if (options.fieldSelector) query["fieldSelector"] = options.fieldSelector;
  if (options.limit) query["limit"] = String(options.limit);
  if (options.continue) query["continue"] = options.continue;
  if (options.resourceVersion !== undefined) query["resourceVersion"] = options.resourceVersion;
  return query;
}

function writeQuery(options: WriteOptions): Query {
  const query: Query = {};
  if (options.dryRun === true) query["dryRun"] = "All";
  if (options.fieldManager) query["fieldManager"] = options.fieldManager;
  if (options.fieldValidation) query["fieldValidation"] = options.fieldValidation;
  return query;
}

function deleteBody(options: DeleteOptions): JsonObject {
  const preconditions: JsonObject = {};
  if (options.uid !== undefined) preconditions["uid"] = options.uid;
  if (options.resourceVersion !== undefined) preconditions["resourceVersion"] = options.resourceVersion;
  return {
    kind: "DeleteOptions",
    apiVersion: "v1",
    ...(options.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: options.gracePeriodSeconds }),
    ...(options.propagationPolicy === undefined ? {} : { propagationPolicy: options.propagationPolicy }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(options.dryRun === true ? { dryRun: ["All"] } : {}),
  };
}

/** Throws a Status failure, and an error for an answer of another kind of status code. */
export function checkResponse(response: ApiResponse, request?: Pick<ApiRequest, "method" | "path">): ApiResponse {
  if (!("code" in response) || response.code < 400) return response;
  if (response.kind === "object" && response.body["kind"] === "Status")
    throw new StatusError(response.body as unknown as Status);
  if (response.code === 503 && request !== undefined) throw unavailable(request);
  const text = response.kind === "text" ? asText(response.body).trim() : "";
  throw new StatusError({
    message:
      text === ""
        ? `the server responded with the status code ${response.code} but did not return more information`
        : text,
    code: response.code,
    ...(response.code === 404
      ? { reason: "NotFound", message: "the server could not find the requested resource" }
      : {}),
  });
}

/** What a client makes of a 503 that carries no Status. Mirrors apimachinery/pkg/api/errors NewGenericServerResponse. */
function unavailable({ method, path }: Pick<ApiRequest, "method" | "path">): StatusError {
  const [prefix, ...parts] = path.split("/").filter((part) => part !== "");
  const group = prefix === "apis" ? (parts[0] ?? "") : "";
  const tail = parts.slice(prefix === "apis" ? 2 : 1);
  const [resource, name] = tail[0] === "namespaces" && tail.length > 2 ? tail.slice(2) : tail;
  const what =
    resource === undefined
      ? ""
      : ` (${method.toLowerCase()} ${group === "" ? resource : `${resource}.${group}`}${name === undefined ? "" : ` ${name}`})`;
  return new StatusError({
    message: `the server is currently unable to handle the request${what}`,
    reason: "ServiceUnavailable",
    details: {
      ...(name === undefined ? {} : { name }),
      ...(group === "" ? {} : { group }),
      ...(resource === undefined ? {} : { kind: resource }),
    },
    code: 503,
  });
}

/** A body as text. */
export function asText(body: string | Uint8Array): string {
  return typeof body === "string" ? body : Buffer.from(body).toString("utf8");
}

/** A typed door to the REST API over a transport; `base` goes into every request (the user that acts, its user agent). */
export function createClient(transport: Transport, base: Pick<ApiRequest, "headers" | "user"> = {}): Client {
  const request = async (r: ApiRequest): Promise<ApiResponse> =>
    checkResponse(await transport.request({ ...base, ...r, headers: { ...base.headers, ...r.headers } }), r);
  const json = async (r: ApiRequest): Promise<any> => {
    const response = await request({ ...r, headers: { accept: "application/json", ...r.headers } });
    if (response.kind !== "object")
      throw new Error(`the server answered ${r.method} ${r.path} with something else than an object`);
    return response.body;
  };
  const body = (object: unknown): Pick<ApiRequest, "body" | "headers"> => ({
    body: object as JsonObject,
    headers: { "content-type": "application/json" },
  });
  return {
    request,
    get: (path, name, subresource) => json({ method: "GET", path: objectPath(path, name, subresource) }),
    list: async (path, options = {}) => {
      const list = await json({ method: "GET", path: collectionPath(path), query: listQuery(options) });
      return { ...list, items: list.items ?? [] };
    },
    create: (path, object, options = {}) =>
      json({
        method: "POST",
        path: options.name === undefined ? collectionPath(path) : objectPath(path, options.name, options.subresource),
        query: writeQuery(options),
        ...body(object),
      }),
    update: (path, object, options = {}) =>
      json({
        method: "PUT",
        path: objectPath(path, (object as JsonObject)["metadata"]?.name ?? "", options.subresource),
        query: writeQuery(options),
        ...body(object),
      }),
    patch: (path, name, type, patch, options = {}) =>
      json({
        method: "PATCH",
        path: objectPath(path, name, options.subresource),
        query: { ...writeQuery(options), ...(options.force === true ? { force: "true" } : {}) },
        body: patch,
        headers: { "content-type": type },
      }),
    delete: (path, name, options = {}) =>
      json({ method: "DELETE", path: objectPath(path, name), ...body(deleteBody(options)) }),
    deleteCollection: (path, list = {}, options = {}) =>
      json({ method: "DELETE", path: collectionPath(path), query: listQuery(list), ...body(deleteBody(options)) }),
    watch: <T>(path: ResourcePath, options: Parameters<Client["watch"]>[1]) =>
      watchEvents<T>(request, collectionPath(path), {}, options),
  };
}

/** Watches a collection; `headers` may ask for Tables. Throws the Status of a refusal, and ends when the server or the signal ends it. */
export async function* watchEvents<T>(
  request: (r: ApiRequest) => Promise<ApiResponse>,
  path: string,
  headers: Readonly<Record<string, string>>,
  options: Parameters<Client["watch"]>[1],
): AsyncGenerator<WatchEvent<T>> {
  const query: Query = { ...listQuery(options), watch: "true" };
  if (options.timeoutSeconds !== undefined) query["timeoutSeconds"] = String(options.timeoutSeconds);
  if (options.allowWatchBookmarks === true) query["allowWatchBookmarks"] = "true";
  const response = await request({
    method: "GET",
    path,
    query,
    headers: { accept: "application/json", ...headers },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (response.kind !== "stream") throw new Error("the server did not answer the watch with a stream");
  let pending = "";
  // A character may be cut in two by the end of a chunk.
  const decoder = new TextDecoder();
  for await (const frame of response.frames) {
    if (typeof frame === "object" && !(frame instanceof Uint8Array)) {
      yield frame as unknown as WatchEvent<T>;
      continue;
    }
    const lines = (pending + (typeof frame === "string" ? frame : decoder.decode(frame, { stream: true }))).split("\n");
    pending = lines.pop()!;
    for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as WatchEvent<T>;
  }
}

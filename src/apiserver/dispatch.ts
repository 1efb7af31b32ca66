import type { ApiRequest, ApiResponse, UserInfo } from "../client/transport.ts";
import type { ResourceDefinition } from "../kinds/definition.ts";
import { invalidObject, notSupported } from "../machinery/field-error.ts";
import { internalError, methodNotSupported, noSuchResource, StatusError } from "../machinery/status-error.ts";
import { remoteApi } from "./aggregation/remote-apis.ts";
import { type AccessAttributes, attributesOf } from "./authz/attributes.ts";
import type { RequestContext, ResourceContext, Server } from "./context.ts";
import { handlers } from "./handlers/handlers.ts";
import { queryAll, queryText } from "./query.ts";
import { parseRequestInfo, type RequestInfo } from "./request-info.ts";
import { storageOf, subresourceOf } from "./resources.ts";
import { genericStrategy, loadStrategy } from "./rest/strategy.ts";

/** Takes a request through authentication and authorization to its handler. Throws StatusError where it does not get that far. */
export async function dispatch(server: Server, request: ApiRequest): Promise<ApiResponse> {
  const info = parseRequestInfo(request);
  const user = needsAuthentication(request) ? await authenticated(server, request) : request.user!;
  if (!isMaster(user)) await authorized(server, attributesOf(info, user));
  const ctx = requestContext(server, request, info, user);
  // Warnings travel in headers: a refusal has them too.
  const response = await (info.isResource ? serveResource(ctx) : servePath(ctx)).catch((e) =>
    refusal(server, request, e),
  );
  return withWarnings(response, ctx.warnings);
}

/** The answer to what failed. A defect of ours must not take the caller down: it goes out as a 500 without its stack, as a panic does upstream. */
export function refusal(server: Pick<Server, "onDefect">, { method, path }: ApiRequest, error: unknown): ApiResponse {
  if (error instanceof StatusError) return { kind: "object", code: error.code, body: error.status };
  server.onDefect(error, `${method} ${path}`);
  const { status, code } = internalError(error instanceof Error ? error.message : String(error));
  return { kind: "object", code, body: status };
}

/** A transport that knows its user, and no impersonation: nothing to find out. */
function needsAuthentication(request: ApiRequest): boolean {
  if (request.user === undefined) return true;
  for (const header in request.headers) if (header.startsWith("impersonate-")) return true;
  return false;
}

async function authenticated(server: Server, request: ApiRequest): Promise<UserInfo> {
  return (await import("./authn/authenticate.ts")).authenticate(server, request);
}

const isMaster = (user: UserInfo): boolean => user.groups.includes("system:masters");

async function authorized(server: Server, attributes: AccessAttributes): Promise<void> {
  await (await import("./authz/authorize.ts")).requireAccess(server, attributes);
}

function requestContext(server: Server, request: ApiRequest, info: RequestInfo, user: UserInfo): RequestContext {
  return {
    server,
    request,
    info,
    user,
    now: server.now(),
    dryRun: readDryRun(request),
    fieldManager: fieldManagerOf(request),
    warnings: [],
  };
}

/** dryRun=All of the query; throws the 422 for anything else. */
function readDryRun(request: ApiRequest): boolean {
  const values = queryAll(request, "dryRun").filter((v) => v !== "");
  if (values.length === 0) return false;
  if (values.every((v) => v === "All")) return true;
  const kind =
    request.method === "DELETE"
      ? "DeleteOptions"
      : request.method === "PATCH"
        ? "PatchOptions"
        : request.method === "PUT"
          ? "UpdateOptions"
          : "CreateOptions";
  throw invalidObject({ group: "meta.k8s.io", kind }, "", [notSupported("dryRun", values, ["All"])]);
}

/** The fieldManager parameter, or what stands before the first slash of the user agent. Mirrors handlers/create.go managerOrUserAgent. */
function fieldManagerOf(request: ApiRequest): string {
  const manager = queryText(request, "fieldManager");
  if (manager) return manager;
  const agent = (request.headers?.["user-agent"] ?? "").split("/")[0]!;
  return (
    [...agent]
      .filter((c) => c >= " " && c !== "\u007f")
      .join("")
      .slice(0, 128) || "unknown"
  );
}

/** The answer of the service that an APIService names for a group version; undefined where none does. */
async function servedElsewhere(ctx: RequestContext, group: string, version: string): Promise<ApiResponse | undefined> {
  const api = remoteApi(ctx.server.store, group, version);
  return api && (await import("./aggregation/serve-remote.ts")).serveRemote(ctx, api);
}

async function servePath(ctx: RequestContext): Promise<ApiResponse> {
  const [prefix, group = "", version, ...rest] = ctx.info.path.split("/").filter((p) => p !== "");
  if (prefix === "apis" && version !== undefined && rest.length === 0) {
    const remote = await servedElsewhere(ctx, group, version);
    if (remote !== undefined) return remote;
  }
  const { serveNonResource } = await import("./discovery/paths.ts");
  return serveNonResource(ctx);
}

async function serveResource(ctx: RequestContext): Promise<ApiResponse> {
  const { info, server } = ctx;
  const definition = await server.resources.find(info.group, info.version, info.resource);
  if (definition === undefined) {
    const remote = await servedElsewhere(ctx, info.group, info.version);
    if (remote !== undefined) return remote;
  }
  if (definition === undefined || (definition.namespaced && info.namespace === "" && needsNamespace(info)))
    throw noSuchResource();
  if (!definition.namespaced && info.namespace !== "" && definition.resource !== "namespaces") throw noSuchResource();
  const stored = await storedDefinition(server, definition);
  const behind = definition.schema === undefined ? stored : definition;
  const strategy = needsStrategy(ctx) ? await loadStrategy(behind) : genericStrategy(behind);
  const deprecation = deprecationOf(definition);
  if (deprecation !== undefined) ctx.warnings.push(deprecation);
  const resource: ResourceContext = { ...ctx, definition, stored, strategy };
  if (info.subresource !== "") return serveSubresource(resource);
  const verb = info.verb as keyof typeof handlers;
  if (!Object.hasOwn(handlers, verb) || !(definition.verbs as readonly string[]).includes(verb))
    throw methodNotSupported(definition, ctx.request.method.toLowerCase() === "post" ? "create" : info.verb);
  if (isVirtual(definition)) return (await import("./rest/virtual.ts")).serveVirtual(resource);
  return handlers[verb](resource);
}

/** A plain read asks nothing of the kind's behaviour; not loading it is most of what makes `get` fast. */
function needsStrategy({ info, request }: RequestContext): boolean {
  const plainRead = info.verb === "get" || info.verb === "list" || info.verb === "watch";
  return !plainRead || info.subresource !== "" || Boolean(queryText(request, "fieldSelector"));
}

/** Kinds that upstream warns of at every touch. */
const DEPRECATIONS: Readonly<Record<string, string>> = {
  "/v1/endpoints": "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  "/v1/componentstatuses": "v1 ComponentStatus is deprecated in v1.19+",
};

function deprecationOf({ group, version, resource }: ResourceDefinition): string | undefined {
  const key = `${group}/${version}/${resource}`;
  return Object.hasOwn(DEPRECATIONS, key) ? DEPRECATIONS[key] : undefined;
}

const VIRTUAL = new Set(["/componentstatuses", "/bindings"]);
const VIRTUAL_GROUPS = new Set(["authentication.k8s.io", "authorization.k8s.io"]);

/** Resources that are computed, not stored. */
function isVirtual(definition: ResourceDefinition): boolean {
  return VIRTUAL.has(`${definition.group}/${definition.resource}`) || VIRTUAL_GROUPS.has(definition.group);
}

/** A namespaced resource without a namespace can only be listed or watched. */
const needsNamespace = (info: RequestInfo): boolean => info.verb !== "list" && info.verb !== "watch";

async function storedDefinition(server: Server, definition: ResourceDefinition): Promise<ResourceDefinition> {
  if (definition.storage === undefined) return definition;
  const { group, version, resource } = storageOf(definition);
  return (await server.resources.find(group, version, resource)) ?? definition;
}

async function serveSubresource(ctx: ResourceContext): Promise<ApiResponse> {
  const subresource = subresourceOf(ctx.definition, ctx.info.subresource);
  if (subresource === undefined) throw noSuchResource();
  const { loadSubresource } = await import("./rest/subresources/registry.ts");
  const serve = await loadSubresource(ctx.definition, subresource);
  const verb = ctx.info.verb as (typeof subresource.verbs)[number];
  if (!subresource.verbs.includes(verb)) throw methodNotSupported(ctx.definition, ctx.info.verb);
  return serve(ctx, subresource);
}

function withWarnings(response: ApiResponse, warnings: readonly string[]): ApiResponse {
  if (warnings.length === 0 || response.kind === "exec" || response.kind === "portforward") return response;
  return { ...response, warnings: [...(response.warnings ?? []), ...new Set(warnings)] };
}

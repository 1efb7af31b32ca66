import type { ApiResponse } from "../../client/transport.ts";
import type { ResourceDefinition } from "../../kinds/definition.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { StatusError } from "../../machinery/status-error.ts";
import type { RequestContext } from "../context.ts";
import { groupsOf } from "../discovery/documents.ts";
import { parseAccept } from "../negotiate.ts";
import { customSchema, customSchemaName } from "./custom.ts";
import { groupVersionPath, pathsOf } from "./paths.ts";
import { createDocs, type Dialect, type Docs, schemasOf } from "./schemas.ts";

const OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** /openapi/v3, /openapi/v3/GROUP_VERSION and /openapi/v2, made of the structure table when they are asked for. */
export async function serveOpenApi(ctx: RequestContext, parts: readonly string[]): Promise<ApiResponse | undefined> {
  const all = await ctx.server.resources.all();
  const docs = createDocs(ctx.server.readSchema);
  if (parts[0] === "v2" && parts.length === 1) return swaggerAnswer(ctx, swagger(ctx, all, docs));
  if (parts[0] !== "v3") return undefined;
  if (parts.length === 1) return json(ctx, index(all));
  const path = `/${parts.slice(1).join("/")}`;
  const own = all.filter((d) => groupVersionPath(d.group, d.version) === path);
  return own.length === 0 ? undefined : json(ctx, document(ctx, own, docs));
}

/** Swagger goes out as JSON, or as the protobuf that client-go asks for. */
async function swaggerAnswer(ctx: RequestContext, document: JsonObject): Promise<ApiResponse> {
  const { encodeSwagger, SWAGGER_PROTOBUF, SWAGGER_PROTOBUF_CONTENT } = await import("./swagger-protobuf.ts");
  const first = parseAccept(ctx.request.headers?.["accept"])[0]?.type;
  if (first !== SWAGGER_PROTOBUF) return json(ctx, document);
  return { kind: "text", code: 200, contentType: SWAGGER_PROTOBUF_CONTENT, body: encodeSwagger(document) };
}

/** JSON is all there is; a client that takes something else alone is told so. */
function json(ctx: RequestContext, body: JsonObject): ApiResponse {
  const accepted = parseAccept(ctx.request.headers?.["accept"]);
  if (accepted.length > 0 && !accepted.some((c) => c.type === "application/json" || c.type.endsWith("*")))
    throw new StatusError({
      message: "only the following media types are accepted: application/json",
      reason: "NotAcceptable",
      code: 406,
    });
  return { kind: "object", code: 200, body };
}

/** The documents that there are, each with a hash by which clients cache them. */
function index(all: readonly ResourceDefinition[]): JsonObject {
  const paths: JsonObject = {};
  for (const group of groupsOf(all))
    for (const { version, resources } of group.versions) {
      const path = groupVersionPath(group.name, version);
      paths[path.slice(1)] = { serverRelativeURL: `/openapi/v3${path}?hash=${hashOf(resources)}` };
    }
  return { paths };
}

function hashOf(resources: readonly ResourceDefinition[]): string {
  const text = JSON.stringify(resources.map((r) => [r.kind, r.resource, r.verbs, r.type, r.schema]));
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).toUpperCase().padStart(8, "0");
}

const schemaName = (d: ResourceDefinition): string | undefined =>
  d.type ?? (d.schema === undefined ? undefined : customSchemaName(d));

function definitionsOf(
  ctx: RequestContext,
  all: readonly ResourceDefinition[],
  docs: Docs,
  dialect: Dialect,
): JsonObject {
  const types = all.flatMap((d) => (d.type === undefined ? [] : [d.type, `${d.type}List`]));
  const custom = all.filter((d) => d.schema !== undefined);
  const schemas = schemasOf(ctx.server.structure, docs, [...types, OBJECT_META], dialect);
  for (const d of custom) schemas[customSchemaName(d)] = customSchema(d, docs, dialect);
  return schemas;
}

const info = (ctx: RequestContext): JsonObject => ({
  title: "Kubernetes",
  version: ctx.server.settings.gitVersion,
});

function document(ctx: RequestContext, own: readonly ResourceDefinition[], docs: Docs): JsonObject {
  return {
    openapi: "3.0.0",
    info: info(ctx),
    paths: pathsOf(own, schemaName, "v3"),
    components: { schemas: definitionsOf(ctx, own, docs, "v3") },
  };
}

function swagger(ctx: RequestContext, all: readonly ResourceDefinition[], docs: Docs): JsonObject {
  return {
    swagger: "2.0",
    info: info(ctx),
    paths: pathsOf(all, schemaName, "v2"),
    definitions: definitionsOf(ctx, all, docs, "v2"),
  };
}

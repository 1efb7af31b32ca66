import type { ResourceDefinition, SubresourceDefinition, Verb } from "../../kinds/definition.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { Dialect } from "./schemas.ts";

/** A verb's method, and what upstream calls its action. */
const OPERATIONS: Readonly<Partial<Record<Verb, readonly [string, string]>>> = {
  get: ["get", "get"],
  list: ["get", "list"],
  create: ["post", "post"],
  update: ["put", "put"],
  patch: ["patch", "patch"],
  delete: ["delete", "delete"],
  deletecollection: ["delete", "deletecollection"],
};

const COLLECTION: readonly Verb[] = ["list", "create", "deletecollection"];
const OBJECT: readonly Verb[] = ["get", "update", "patch", "delete"];

const PATCH_TYPES = [
  "application/apply-patch+yaml",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
];

/** What PATCH takes; kubectl looks here for whether a kind knows strategic merge patches, which custom resources do not. */
function patchTypesOf(d: ResourceDefinition): readonly string[] {
  return d.schema === undefined ? PATCH_TYPES : PATCH_TYPES.filter((type) => !type.includes("strategic"));
}

/** "/api/v1" or "/apis/GROUP/VERSION". */
export const groupVersionPath = (group: string, version: string): string =>
  group === "" ? `/api/${version}` : `/apis/${group}/${version}`;

/** Names the schema of a resource. */
export type SchemaName = (definition: ResourceDefinition) => string | undefined;

/** The paths of some resources, each with its operations. */
export function pathsOf(definitions: readonly ResourceDefinition[], schema: SchemaName, dialect: Dialect): JsonObject {
  const paths: JsonObject = {};
  for (const d of definitions) {
    const root = groupVersionPath(d.group, d.version);
    const base = d.namespaced ? `${root}/namespaces/{namespace}/${d.resource}` : `${root}/${d.resource}`;
    const scope = d.namespaced ? [parameter("namespace", "path", true, dialect)] : [];
    const named = [parameter("name", "path", true, dialect), ...scope];
    add(paths, base, d, COLLECTION, d.verbs, scope, schema, dialect);
    add(paths, `${base}/{name}`, d, OBJECT, d.verbs, named, schema, dialect);
    for (const s of d.subresources ?? [])
      addSubresource(paths, `${base}/{name}/${s.name}`, d, s, named, schema, dialect);
    if (d.namespaced && d.verbs.includes("list"))
      add(paths, `${root}/${d.resource}`, d, ["list"], d.verbs, [], schema, dialect);
  }
  return Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function addSubresource(
  paths: JsonObject,
  path: string,
  d: ResourceDefinition,
  s: SubresourceDefinition,
  parameters: readonly JsonObject[],
  schema: SchemaName,
  dialect: Dialect,
): void {
  const kind = { group: s.group ?? d.group, version: s.version ?? d.version, kind: s.kind };
  const name: SchemaName = s.kind === d.kind ? schema : () => undefined;
  add(paths, path, { ...d, ...kind }, [...OBJECT, "create"], s.verbs, parameters, name, dialect);
}

function add(
  paths: JsonObject,
  path: string,
  d: ResourceDefinition,
  wanted: readonly Verb[],
  verbs: readonly Verb[],
  parameters: readonly JsonObject[],
  schema: SchemaName,
  dialect: Dialect,
): void {
  const operations: JsonObject = {};
  for (const verb of wanted) {
    if (!verbs.includes(verb)) continue;
    const [method, action] = OPERATIONS[verb]!;
    operations[method] = operation(d, action, schema(d), dialect);
  }
  if (Object.keys(operations).length === 0) return;
  paths[path] = { ...operations, ...(parameters.length > 0 ? { parameters } : {}) };
}

function parameter(name: string, where: "path" | "query", required: boolean, dialect: Dialect): JsonObject {
  const type = name === "force" ? "boolean" : "string";
  return {
    name,
    in: where,
    ...(required ? { required: true } : {}),
    ...(dialect === "v2" ? { type, uniqueItems: true } : { schema: { type, uniqueItems: true } }),
  };
}

const QUERY: Readonly<Record<string, readonly string[]>> = {
  post: ["dryRun", "fieldManager", "fieldValidation"],
  put: ["dryRun", "fieldManager", "fieldValidation"],
  patch: ["dryRun", "fieldManager", "fieldValidation", "force"],
  delete: ["dryRun", "gracePeriodSeconds", "orphanDependents", "propagationPolicy"],
  deletecollection: ["dryRun", "fieldSelector", "labelSelector", "propagationPolicy"],
  list: ["allowWatchBookmarks", "continue", "fieldSelector", "labelSelector", "limit", "resourceVersion", "watch"],
};

function operation(d: ResourceDefinition, action: string, schema: string | undefined, dialect: Dialect): JsonObject {
  const query = (QUERY[action] ?? []).map((name) => parameter(name, "query", false, dialect));
  const body = schema === undefined ? undefined : { $ref: refOf(schema, dialect) };
  const takesBody = action === "post" || action === "put" || action === "patch";
  const media = action === "patch" ? patchTypesOf(d) : ["*/*"];
  return {
    tags: [`${d.group === "" ? "core" : d.group.split(".")[0]}_${d.version}`],
    ...(takesBody && dialect === "v3"
      ? {
          requestBody: {
            content: Object.fromEntries(media.map((m) => [m, body === undefined ? {} : { schema: body }])),
          },
        }
      : {}),
    ...(takesBody && dialect === "v2" ? { consumes: media } : {}),
    parameters: query,
    responses: { "200": response(body, dialect), "401": { description: "Unauthorized" } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": { group: d.group, kind: d.kind, version: d.version },
  };
}

function response(body: JsonObject | undefined, dialect: Dialect): JsonObject {
  if (body === undefined) return { description: "OK" };
  return dialect === "v2"
    ? { description: "OK", schema: body }
    : { description: "OK", content: { "application/json": { schema: body } } };
}

const refOf = (schema: string, dialect: Dialect): string =>
  dialect === "v2" ? `#/definitions/${schema}` : `#/components/schemas/${schema}`;

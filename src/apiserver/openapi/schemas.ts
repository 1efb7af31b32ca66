import type { JsonObject } from "../../machinery/object.ts";
import { enumText } from "../../machinery/schema/enum-text.ts";
import { type FieldSchema, fileOfType, type Structure, type TypeSchema } from "../../machinery/schema/structure.ts";

/** The descriptions of one type: its own under "", each field's under the field's name. */
export type TypeDocs = Readonly<Record<string, string>>;

/** Reads descriptions by type; undefined where there are none. */
export type Docs = (type: string) => TypeDocs | undefined;

/** Which dialect a document is in: OpenAPI v3, or Swagger 2 as /openapi/v2 has it. */
export type Dialect = "v3" | "v2";

/** Descriptions from docs/GROUP_VERSION.json ({ TYPE: { "": …, FIELD: … } }), read when first needed; a file that is not there has none. */
export function createDocs(read: (file: string) => string): Docs {
  const files = new Map<string, Readonly<Record<string, TypeDocs>>>();
  return (type) => {
    const file = `docs/${fileOfType(type)}.json`;
    let content = files.get(file);
    if (content === undefined) {
      try {
        content = JSON.parse(read(file)) as Readonly<Record<string, TypeDocs>>;
      } catch {
        content = {};
      }
      files.set(file, content);
    }
    return Object.hasOwn(content, type) ? content[type] : undefined;
  };
}

/** The schemas of `types` and of all that they refer to, by type name. */
export function schemasOf(
  structure: Structure,
  docs: Docs,
  types: Iterable<string>,
  dialect: Dialect,
): Record<string, JsonObject> {
  const schemas: Record<string, JsonObject> = {};
  const queue = [...types];
  for (let type = queue.pop(); type !== undefined; type = queue.pop()) {
    if (Object.hasOwn(schemas, type)) continue;
    const found = structure.type(type);
    if (found === undefined) continue;
    schemas[type] = typeSchema(type, found, docs, dialect, queue);
  }
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function typeSchema(name: string, type: TypeSchema, docs: Docs, dialect: Dialect, refs: string[]): JsonObject {
  const own = docs(name);
  const gvk = Array.isArray(type.gvk)
    ? { "x-kubernetes-group-version-kind": type.gvk.map(([group, version, kind]) => ({ group, kind, version })) }
    : {};
  const description = own?.[""] === undefined ? {} : { description: own[""] };
  if (type.fields === undefined) return { ...description, ...fieldSchema(type, undefined, dialect, refs), ...gvk };
  const properties: JsonObject = {};
  for (const field of Object.keys(type.fields).sort())
    properties[field] = fieldSchema(type.fields[field]!, own?.[field], dialect, refs);
  return {
    ...description,
    type: "object",
    ...(type.required?.length ? { required: type.required } : {}),
    properties,
    ...extensions(type),
    ...gvk,
  };
}

function extensions(field: FieldSchema): JsonObject {
  return {
    ...(field.listType === undefined ? {} : { "x-kubernetes-list-type": field.listType }),
    ...(field.listMapKeys === undefined ? {} : { "x-kubernetes-list-map-keys": field.listMapKeys }),
    ...(field.mapType === undefined ? {} : { "x-kubernetes-map-type": field.mapType }),
    ...(field.mergeKey === undefined ? {} : { "x-kubernetes-patch-merge-key": field.mergeKey }),
    ...(field.patchStrategy === undefined ? {} : { "x-kubernetes-patch-strategy": field.patchStrategy }),
  };
}

function fieldSchema(
  field: FieldSchema,
  description: string | undefined,
  dialect: Dialect,
  refs: string[],
): JsonObject {
  const said = description === undefined ? {} : { description: description + enumsOf(field) };
  if (field.ref !== undefined)
    return { ...reference(field, dialect, refs, description !== undefined), ...said, ...extensions(field) };
  return {
    ...said,
    ...scalar(field, dialect),
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(field.enum === undefined ? {} : { enum: field.enum }),
    ...(field.items === undefined ? {} : { items: fieldSchema(field.items, undefined, dialect, refs) }),
    ...(field.values === undefined
      ? {}
      : { additionalProperties: fieldSchema(field.values, undefined, dialect, refs) }),
    ...extensions(field),
  };
}

const enumsOf = (field: FieldSchema): string =>
  field.type === "string" && field.enum !== undefined ? enumText([...field.enum].sort()) : "";

/** v3 wraps a reference that is described, since nothing may stand beside one. */
function reference(field: FieldSchema, dialect: Dialect, refs: string[], described: boolean): JsonObject {
  refs.push(field.ref!);
  if (dialect === "v2") return { $ref: `#/definitions/${field.ref}` };
  const $ref = `#/components/schemas/${field.ref}`;
  return described || field.default !== undefined ? { allOf: [{ $ref }], default: field.default ?? {} } : { $ref };
}

function scalar({ type, format }: FieldSchema, dialect: Dialect): JsonObject {
  const formatted = format === undefined ? {} : { format };
  if (type === "integer|string")
    return dialect === "v2"
      ? { type: "string", format: "int-or-string" }
      : { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] };
  if (type === "string|number")
    return dialect === "v2" ? { type: "string" } : { oneOf: [{ type: "string" }, { type: "number" }] };
  return { ...(type === undefined ? {} : { type }), ...formatted };
}

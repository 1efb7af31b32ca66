import type { JsonObject } from "../../machinery/object.ts";
import { enumText } from "../../machinery/schema/enum-text.ts";
import { type FieldSchema, fileOfType, type Structure } from "../../machinery/schema/structure.ts";

/** What explain shows of a type or field, wherever it comes from. */
export interface SchemaNode {
  /** As fields name it: "PodSpec", "[]Container", "map[string]string", "Object". */
  readonly typeName: string;
  /** The field's own description, then those of the types it leads to; each on lines of its own. A list of fields shows the first. */
  readonly descriptions: readonly string[];
  readonly enum: readonly string[];
  readonly required: readonly string[];
  /** The fields of the struct that it is, or is a list or map of; empty for scalars. */
  fields(): ReadonlyMap<string, SchemaNode>;
}

/** Finds the description of a type ("" as field) or field. */
export type Docs = (type: string, field: string) => string | undefined;

type DocsFile = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Reads descriptions from the build's files, each when it is first needed; where there is none, nothing is described. */
export function createDocs(readSchema: (file: string) => string): Docs {
  const files = new Map<string, DocsFile>();
  const load = (file: string): DocsFile => {
    try {
      return JSON.parse(readSchema(`docs/${file}`));
    } catch {
      return {};
    }
  };
  return (type, field) => {
    const file = `${fileOfType(type)}.json`;
    if (!files.has(file)) files.set(file, load(file));
    const fields = files.get(file)![type];
    return fields !== undefined && Object.hasOwn(fields, field) ? fields[field] : undefined;
  };
}

const lastPart = (type: string): string => type.slice(type.lastIndexOf(".") + 1);

const SCALARS: Readonly<Record<string, string>> = { "integer|string": "IntOrString", "string|number": "Quantity" };

interface Source {
  readonly structure: Structure;
  readonly docs: Docs;
}

function typeNameOf(source: Source, field: FieldSchema): string {
  if (field.items !== undefined) return `[]${typeNameOf(source, field.items)}`;
  if (field.values !== undefined) return `map[string]${typeNameOf(source, field.values)}`;
  if (field.ref === undefined) return SCALARS[field.type ?? ""] ?? field.type ?? "Object";
  const target = source.structure.type(field.ref);
  const isPlain =
    target !== undefined && target.fields === undefined && target.type !== "object" && !SCALARS[target.type ?? ""];
  return isPlain ? typeNameOf(source, { ...target }) : lastPart(field.ref);
}

/** The type at the end of lists, maps and references, and every named type on the way. */
function behind(
  source: Source,
  field: FieldSchema,
): { readonly type: string | undefined; readonly names: readonly string[] } {
  const inner = field.items ?? field.values;
  if (inner !== undefined) return behind(source, inner);
  return { type: field.ref, names: field.ref === undefined ? [] : [field.ref] };
}

function fieldNode(source: Source, owner: string, name: string, field: FieldSchema): SchemaNode {
  const { type, names } = behind(source, field);
  const values = [...(field.enum ?? [])].sort();
  const own = source.docs(owner, name);
  const described =
    own === undefined ? undefined : own + (values.length > 0 && field.type === "string" ? enumText(values) : "");
  const struct = type === undefined ? undefined : typeNode(source, type);
  return {
    typeName: typeNameOf(source, field),
    descriptions: [described, ...names.map((n) => source.docs(n, ""))].filter((d) => d !== undefined),
    enum: values,
    required: struct?.required ?? [],
    fields: () => struct?.fields() ?? new Map(),
  };
}

/** The node of a named type of the structure. */
export function typeNode(source: Source, type: string): SchemaNode {
  const schema = source.structure.type(type);
  const description = source.docs(type, "");
  return {
    typeName: lastPart(type),
    descriptions: description === undefined ? [] : [description],
    enum: [],
    required: schema?.required ?? [],
    fields: () =>
      new Map(
        Object.entries(schema?.fields ?? {}).map(([name, field]) => [name, fieldNode(source, type, name, field)]),
      ),
  };
}

/** The node of a custom resource's schema. Its apiVersion, kind and metadata are those of every object. */
export function openApiNode(source: Source, schema: JsonObject, isRoot = false): SchemaNode {
  const inner: JsonObject | undefined = schema["items"] ?? mapValues(schema);
  const target = inner ?? schema;
  return {
    typeName: openApiTypeName(schema),
    descriptions: [schema["description"], inner?.["description"]].filter((d) => typeof d === "string"),
    enum: ((schema["enum"] ?? []) as unknown[]).map(String),
    required: target["required"] ?? [],
    fields: () => {
      const fields = new Map<string, SchemaNode>();
      const base = isRoot ? typeNode(source, "io.k8s.api.core.v1.Pod").fields() : undefined;
      for (const name of ["apiVersion", "kind", "metadata"]) {
        const common = base?.get(name);
        if (common !== undefined) fields.set(name, common);
      }
      for (const [name, child] of Object.entries((target["properties"] ?? {}) as Record<string, JsonObject>))
        if (!fields.has(name)) fields.set(name, openApiNode(source, child));
      return fields;
    },
  };
}

const mapValues = (schema: JsonObject): JsonObject | undefined =>
  typeof schema["additionalProperties"] === "object" ? schema["additionalProperties"] : undefined;

function openApiTypeName(schema: JsonObject): string {
  if (schema["items"] !== undefined) return `[]${openApiTypeName(schema["items"])}`;
  const values = mapValues(schema);
  if (values !== undefined) return `map[string]${openApiTypeName(values)}`;
  if (schema["x-kubernetes-int-or-string"] === true) return "IntOrString";
  return schema["type"] === "object" || schema["type"] === undefined ? "Object" : schema["type"];
}

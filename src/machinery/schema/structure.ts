import type { Json } from "../object.ts";

/** JSON types as the structure table has them; "integer|string" is IntOrString, "string|number" a Quantity. */
export type FieldType =
  | "array"
  | "boolean"
  | "integer"
  | "integer|string"
  | "number"
  | "object"
  | "string"
  | "string|number";

/** What a value may look like: a row of the structure table, or what a CRD's structural schema says (see from-openapi.ts). */
export interface FieldSchema {
  /** The name of a type of the structure; everything but `default`, `listType` and `mapType` then stands there. */
  readonly ref?: string;
  readonly type?: FieldType;
  readonly format?: string;
  /** Of an array. */
  readonly items?: FieldSchema;
  /** Of a map: the schema of every value. */
  readonly values?: FieldSchema;
  /** Of a struct. */
  readonly fields?: Readonly<Record<string, FieldSchema>>;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  readonly default?: Json;
  /** Strategic merge patch: the key that names an element of a list. */
  readonly mergeKey?: string;
  /** Strategic merge patch: "merge", "replace", "retainKeys", or several joined by commas. */
  readonly patchStrategy?: string;
  /** Server-side apply's view of a list; absent is atomic. */
  readonly listType?: "atomic" | "map" | "set";
  readonly listMapKeys?: readonly string[];
  /** Server-side apply's view of a struct or map; absent is granular. */
  readonly mapType?: "atomic" | "granular";
  /** Fields that `fields` does not name are kept (x-kubernetes-preserve-unknown-fields). */
  readonly preserveUnknown?: boolean;
  /** null is a value here, and stays (CRDs only). */
  readonly nullable?: boolean;
  /** A whole object with apiVersion, kind and metadata (x-kubernetes-embedded-resource). */
  readonly embedded?: boolean;
}

/** A named type of the API. */
export interface TypeSchema extends FieldSchema {
  /** The kinds that are this type: [group, version, kind]; "any" for DeleteOptions and WatchEvent. */
  readonly gvk?: readonly (readonly [string, string, string])[] | "any";
}

/** How one field of a Go struct is declared, as far as JSON shows it. */
export interface GoField {
  readonly name: string;
  /** reflect.Type.String(): "[]v1.Container", "*int32", "v1.ObjectMeta". */
  readonly type: string;
  readonly omitEmpty: boolean;
}

/** The types of the API by name ("io.k8s.api.core.v1.Pod"). Synchronous; a file of schemas/ is parsed when a type of it is first asked for. */
export interface Structure {
  type(name: string): TypeSchema | undefined;
  /** The Go struct behind a type: its JSON fields in the order of declaration. Undefined for types that are no struct, and custom ones. */
  goFields(name: string): readonly GoField[] | undefined;
}

/** The file of schemas/ that holds a type, without the suffix: "io.k8s.api.core.v1.Pod" → "core_v1". */
export function fileOfType(name: string): string {
  if (name.startsWith("io.k8s.apimachinery.")) return "meta_v1";
  const parts = name.split(".");
  return `${parts.at(-3)}_${parts.at(-2)}`;
}

/** "io.k8s.api.core.v1.Pod" → "Pod": the name of the Go type. */
export function shortName(type: string): string {
  return type.slice(type.lastIndexOf(".") + 1);
}

/**
 * The structure that reads its files through `read` ("core_v1.json" → text), which throws where there is none.
 * Everything is cached; the schemas are shared and must not be changed.
 */
export function createStructure(read: (file: string) => string): Structure {
  const files = new Map<string, Readonly<Record<string, unknown>>>();
  const load = (file: string): Readonly<Record<string, unknown>> => {
    let content = files.get(file);
    if (content === undefined) {
      content = parseFile(read, file);
      files.set(file, content);
    }
    return content;
  };
  const fields = new Map<string, readonly GoField[] | undefined>();
  return {
    type(name) {
      const file = load(`${fileOfType(name)}.json`);
      return Object.hasOwn(file, name) ? (file[name] as TypeSchema) : undefined;
    },
    goFields(name) {
      if (!fields.has(name)) fields.set(name, parseGoFields(load(`go-${fileOfType(name)}.json`), name));
      return fields.get(name);
    },
  };
}

function parseFile(read: (file: string) => string, file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = read(file);
  } catch {
    return {}; // a group that this API does not have
  }
  return JSON.parse(text);
}

/** Each row of a go-*.json file is "name type", with "!" in front of the names that are written even when empty. */
function parseGoFields(file: Readonly<Record<string, unknown>>, name: string): readonly GoField[] | undefined {
  if (!Object.hasOwn(file, name)) return undefined;
  return (file[name] as readonly string[]).map((row) => {
    const space = row.indexOf(" ");
    const always = row.startsWith("!");
    return { name: row.slice(always ? 1 : 0, space), type: row.slice(space + 1), omitEmpty: !always };
  });
}

/** The schema itself: what `ref` leads to, or the field as it is. */
export function resolve(structure: Structure, field: FieldSchema | undefined): FieldSchema | undefined {
  return field?.ref === undefined ? field : structure.type(field.ref);
}

/** The schema of a struct's field or a map's value; undefined where it is not known. */
export function childSchema(
  structure: Structure,
  field: FieldSchema | undefined,
  key: string,
): FieldSchema | undefined {
  const schema = resolve(structure, field);
  if (schema?.fields !== undefined && Object.hasOwn(schema.fields, key)) return schema.fields[key];
  return schema?.values;
}

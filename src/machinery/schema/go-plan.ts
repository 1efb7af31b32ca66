import { type FieldSchema, type GoField, resolve, type Structure, shortName } from "./structure.ts";

/** What Go does with a JSON value: a kind of reflect, or a type with a way of its own to read JSON. */
export type GoKind =
  | "any"
  | "bool"
  | "bytes"
  | "float64"
  | "int32"
  | "int64"
  | "intOrString"
  | "map"
  | "microTime"
  | "quantity"
  | "raw"
  | "slice"
  | "string"
  | "struct"
  | "time";

/** A Go type as far as JSON can tell. */
export interface GoType {
  readonly kind: GoKind;
  readonly pointer: boolean;
  /** reflect.Type.String() without the star: "[]v1.Container", "int32". */
  readonly text: string;
  /** Of a slice or map. */
  readonly element?: GoType;
  /** Of a struct: its name in the structure. */
  readonly struct?: string;
}

/** One field of a struct, with its type worked out. */
export interface PlannedField extends GoType {
  readonly name: string;
  readonly omitEmpty: boolean;
}

/** A struct: its fields in the order of declaration, and by name. */
export interface StructPlan {
  readonly name: string;
  /** "v1.PodSpec" */
  readonly text: string;
  readonly fields: readonly PlannedField[];
  readonly byName: ReadonlyMap<string, PlannedField>;
  /** The zero values of the strings and quantities that are there in every value of the struct. */
  readonly always: readonly (readonly [name: string, zero: string])[];
}

const special: Readonly<Record<string, GoKind>> = {
  "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
  "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "raw",
  "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "microTime",
  "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
  "io.k8s.apimachinery.pkg.runtime.RawExtension": "raw",
  "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "intOrString",
};

const caches = new WeakMap<Structure, Map<string, StructPlan | undefined>>();

/** How Go decodes and encodes the struct `type`; undefined where the structure does not know it, or it is no struct. Cached. */
export function structPlan(structure: Structure, type: string): StructPlan | undefined {
  let cache = caches.get(structure);
  if (cache === undefined) {
    cache = new Map();
    caches.set(structure, cache);
  }
  if (!cache.has(type)) cache.set(type, makePlan(structure, type));
  return cache.get(type);
}

function makePlan(structure: Structure, type: string): StructPlan | undefined {
  const schema = structure.type(type);
  if (schema?.fields === undefined) return undefined;
  const declared = structure.goFields(type) ?? alphabetical(schema.fields);
  const fields = declared.map((field): PlannedField => {
    const known = Object.hasOwn(schema.fields!, field.name) ? schema.fields![field.name] : undefined;
    return { ...goType(structure, known, field.type), name: field.name, omitEmpty: field.omitEmpty };
  });
  const always = fields
    .filter((f) => (f.kind === "string" || f.kind === "quantity") && !f.pointer && !f.omitEmpty)
    .map((f) => [f.name, f.kind === "string" ? "" : "0"] as const);
  return { name: type, text: goName(type), fields, byName: new Map(fields.map((f) => [f.name, f])), always };
}

/** A struct whose Go declaration is not on file: every field may be left out. */
const alphabetical = (fields: Readonly<Record<string, FieldSchema>>): GoField[] =>
  Object.keys(fields).map((name) => ({ name, type: "", omitEmpty: true }));

/** "io.k8s.api.core.v1.Pod" → "v1.Pod" */
function goName(type: string): string {
  const parts = type.split(".");
  return `${parts.at(-2)}.${shortName(type)}`;
}

/** `declared` is Go's text of the type where it is known, and "" otherwise. */
function goType(structure: Structure, field: FieldSchema | undefined, declared: string): GoType {
  const pointer = declared.startsWith("*");
  const text = pointer ? declared.slice(1) : declared;
  const base = { pointer, text };
  if (field?.ref !== undefined) {
    const kind = Object.hasOwn(special, field.ref) ? special[field.ref] : undefined;
    if (kind !== undefined) return { ...base, kind };
    const target = structure.type(field.ref);
    if (target?.fields !== undefined)
      return { ...base, kind: "struct", struct: field.ref, text: text || goName(field.ref) };
    return { ...base, kind: "any" };
  }
  const schema = resolve(structure, field);
  switch (schema?.type) {
    case "string":
      return schema.format === "byte"
        ? { ...base, kind: "bytes", text: "[]uint8" }
        : { ...base, kind: "string", text: text || "string" };
    case "boolean":
      return { ...base, kind: "bool", text: text || "bool" };
    case "integer":
      return integerType(base, schema);
    case "number":
      return { ...base, kind: "float64", text: text || "float64" };
    case "array": {
      const element = goType(structure, schema.items, text.startsWith("[]") ? text.slice(2) : "");
      return { ...base, kind: "slice", text: text || `[]${element.text}`, element };
    }
    case "object": {
      if (schema.values === undefined) return { ...base, kind: "any" };
      const element = goType(structure, schema.values, mapElement(text));
      return { ...base, kind: "map", text: text || `map[string]${element.text}`, element };
    }
    default:
      return { ...base, kind: "any" };
  }
}

function integerType(base: { pointer: boolean; text: string }, schema: FieldSchema): GoType {
  const kind = schema.format === "int64" ? "int64" : "int32";
  return { ...base, kind, text: base.text || kind };
}

/** "map[string][]uint8" → "[]uint8"; "" for a named map type. */
function mapElement(text: string): string {
  return text.startsWith("map[") ? text.slice(text.indexOf("]") + 1) : "";
}

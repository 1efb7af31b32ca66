import type { JsonObject } from "../object.ts";
import { vanishes } from "./decode.ts";
import { type GoType, type PlannedField, structPlan } from "./go-plan.ts";
import { getKey, isObject, setKey } from "./json-value.ts";
import type { Structure } from "./structure.ts";

/**
 * Writes an object as Go's JSON encoder would write the struct `type`: fields in the order of declaration, zero
 * values that omitempty drops gone, and those that it cannot drop there: `status: {}`, `resources: {}`,
 * `creationTimestamp: null`, `currentNumberScheduled: 0`. The result shares nothing that it had to change.
 * Fields that the type does not have are left out. Mirrors encoding/json on k8s.io/api's structs.
 */
export function encodeGo<T extends object>(structure: Structure, type: string, object: T): T {
  return encodeStruct(structure, type, object) as T;
}

function encodeStruct(structure: Structure, type: string, object: JsonObject): JsonObject {
  const plan = structPlan(structure, type);
  if (plan === undefined) throw new Error(`no struct ${type} in the structure`);
  const encoded: JsonObject = {};
  for (const field of plan.fields) {
    const value = getKey(object, field.name);
    if (value === undefined || value === null) {
      if (!field.omitEmpty) encoded[field.name] = zeroValue(structure, field);
    } else if (!vanishes(field, value)) encoded[field.name] = encodeValue(structure, field, value);
  }
  return encoded;
}

function encodeValue(structure: Structure, type: GoType, value: unknown): unknown {
  if (type.kind === "struct" && isObject(value)) return encodeStruct(structure, type.struct!, value);
  if (type.kind === "slice" && Array.isArray(value)) return encodeSlice(structure, type.element!, value);
  if (type.kind !== "map" || !isObject(value)) return value;
  const encoded: JsonObject = {};
  for (const key of Object.keys(value).sort()) setKey(encoded, key, encodeValue(structure, type.element!, value[key]));
  return encoded;
}

function encodeSlice(structure: Structure, element: GoType, value: readonly unknown[]): unknown[] {
  return value.map((item) => encodeValue(structure, element, item));
}

/** What an absent field is written as that omitempty does not leave out. */
function zeroValue(structure: Structure, field: PlannedField): unknown {
  if (field.pointer) return null;
  switch (field.kind) {
    case "struct":
      return encodeStruct(structure, field.struct!, {});
    case "string":
      return "";
    case "bool":
      return false;
    case "int32":
    case "int64":
    case "float64":
    case "intOrString":
      return 0;
    case "quantity":
      return "0";
    default:
      return null;
  }
}

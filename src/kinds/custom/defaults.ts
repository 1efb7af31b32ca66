import { deepCopy, type JsonObject } from "../../machinery/object.ts";
import { getKey, isObject, setKey } from "../../machinery/schema/json-value.ts";
import type { FieldSchema } from "../../machinery/schema/structure.ts";

/** Sets the schema's defaults where nothing is said, in place; a null that the schema does not allow counts as nothing. Mirrors apiextensions' structuraldefaulting. */
export function applyDefaults(schema: FieldSchema, value: unknown): void {
  if (Array.isArray(value)) {
    if (schema.items !== undefined) for (const item of value) applyDefaults(schema.items, item);
    return;
  }
  if (!isObject(value)) return;
  for (const key of Object.keys(schema.fields ?? {})) {
    const field = schema.fields![key]!;
    const present = getKey(value, key);
    if (present === null && field.nullable !== true && field.default !== undefined) delete value[key];
    if (getKey(value, key) === undefined && field.default !== undefined) setKey(value, key, deepCopy(field.default));
  }
  for (const key of Object.keys(value)) {
    const field = (schema.fields === undefined ? undefined : getKey(schema.fields as JsonObject, key)) ?? schema.values;
    if (field !== undefined && value[key] !== undefined) applyDefaults(field, value[key]);
  }
}

import { deepCopy, type JsonObject } from "../object.ts";
import { isObject, setKey } from "./json-value.ts";
import { type FieldSchema, resolve, type Structure } from "./structure.ts";

/**
 * Fills in the defaults that the schema states, at every depth. Changes `value`. A null that may not be one counts
 * as absent where there is a default. Mirrors apiextensions-apiserver structural/defaulting Default.
 */
export function applyDefaults(structure: Structure, field: FieldSchema | undefined, value: unknown): void {
  const schema = resolve(structure, field);
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    if (schema.items === undefined) return;
    for (const [i, item] of value.entries()) {
      if (isWrongNull(item, schema.items)) value[i] = deepCopy(schema.items.default);
      applyDefaults(structure, schema.items, value[i]);
    }
  } else if (isObject(value)) defaultMap(structure, schema, value);
}

const isWrongNull = (value: unknown, schema: FieldSchema): boolean =>
  value === null && schema.nullable !== true && schema.default !== undefined;

function defaultMap(structure: Structure, schema: FieldSchema, map: JsonObject): void {
  for (const [name, field] of Object.entries(schema.fields ?? {})) {
    if (field.default === undefined) continue;
    if (!Object.hasOwn(map, name) || isWrongNull(map[name], field)) setKey(map, name, deepCopy(field.default));
  }
  for (const key of Object.keys(map)) {
    const named = schema.fields !== undefined && Object.hasOwn(schema.fields, key);
    const field = named ? schema.fields![key] : schema.values;
    if (field === undefined) continue;
    if (isWrongNull(map[key], field)) setKey(map, key, deepCopy(field.default));
    applyDefaults(structure, field, map[key]);
  }
}

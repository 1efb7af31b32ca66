import type { JsonObject } from "../object.ts";
import { isObject } from "./json-value.ts";
import { type FieldSchema, resolve, type Structure } from "./structure.ts";

/**
 * Removes the fields that a custom resource's schema does not know, and nulls that may not be there and have no
 * default. Changes `object`; returns `unknown field "spec.fabric"` for each field, sorted. metadata is left to
 * decodeGo. Mirrors apiextensions-apiserver structural/pruning PruneWithOptions and PruneNonNullableNullsWithoutDefaults.
 */
export function pruneUnknown(structure: Structure, schema: FieldSchema, object: JsonObject): string[] {
  const paths: string[] = [];
  prune(structure, schema, object, "", paths);
  return paths.sort().map((path) => `unknown field ${JSON.stringify(path)}`);
}

function prune(
  structure: Structure,
  field: FieldSchema | undefined,
  value: unknown,
  path: string,
  paths: string[],
): void {
  if (field?.ref !== undefined) return; // metadata
  const schema = resolve(structure, field);
  if (schema === undefined) return;
  if (Array.isArray(value)) {
    if (schema.items !== undefined)
      for (const [i, item] of value.entries()) prune(structure, schema.items, item, `${path}[${i}]`, paths);
  } else if (isObject(value)) pruneMap(structure, schema, value, path, paths);
}

function pruneMap(structure: Structure, schema: FieldSchema, map: JsonObject, path: string, paths: string[]): void {
  for (const key of Object.keys(map)) {
    const below = path === "" ? key : `${path}.${key}`;
    const named = schema.fields !== undefined && Object.hasOwn(schema.fields, key);
    const field = named ? schema.fields![key] : schema.values;
    if (field === undefined) {
      if (schema.preserveUnknown === true) continue; // which does not hold for what is named below it
      paths.push(below);
      delete map[key];
    } else if (
      map[key] === null &&
      named &&
      field.nullable !== true &&
      field.default === undefined &&
      field.ref === undefined
    )
      delete map[key];
    else prune(structure, field, map[key], below, paths);
  }
}

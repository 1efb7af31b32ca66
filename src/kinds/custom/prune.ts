import { sortedKeys } from "../../machinery/codec/go-text.ts";
import { deepCopy, type JsonObject } from "../../machinery/object.ts";
import { getKey, isObject, setKey } from "../../machinery/schema/json-value.ts";
import type { FieldSchema } from "../../machinery/schema/structure.ts";

/** What pruning came to. */
export interface Pruned {
  readonly object: JsonObject;
  /** `unknown field "spec.fabric"`, sorted by path. */
  readonly unknown: readonly string[];
}

/** Fields of every object: whatever the schema says they stay. */
const META = new Set(["apiVersion", "kind", "metadata"]);

/** A copy without the fields that the schema does not name. Mirrors apiextensions-apiserver/pkg/apiserver/schema/pruning. */
export function prune(schema: FieldSchema, object: JsonObject): Pruned {
  const unknown: string[] = [];
  const kept = pruneValue(schema, object, "", true, unknown);
  return { object: kept as JsonObject, unknown };
}

function pruneValue(schema: FieldSchema, value: unknown, path: string, root: boolean, unknown: string[]): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return deepCopy(value);
    return value.map((v, i) => pruneValue(items, v, `${path}[${i}]`, false, unknown));
  }
  if (!isObject(value)) return value;
  const kept: JsonObject = {};
  for (const key of sortedKeys(value)) {
    const at = path === "" ? key : `${path}.${key}`;
    if ((root || schema.embedded === true) && META.has(key)) {
      setKey(kept, key, value[key]);
      continue;
    }
    const child = schema.fields === undefined ? undefined : getKey(schema.fields as JsonObject, key);
    const of: FieldSchema | undefined = child ?? schema.values;
    if (of !== undefined) setKey(kept, key, pruneValue(of, value[key], at, false, unknown));
    else if (schema.preserveUnknown === true) setKey(kept, key, deepCopy(value[key]));
    else unknown.push(`unknown field ${JSON.stringify(at)}`);
  }
  return kept;
}

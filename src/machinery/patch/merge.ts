import { deepCopy, deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "../schema/json-value.ts";

/** Applies a JSON merge patch (RFC 7386); nulls inside lists go too, unless a list replaces a map. Neither argument is changed. Mirrors evanphx/json-patch MergePatch. */
export function mergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return deepCopy(isObject(document) ? patch : pruneNulls(patch));
  const merged: JsonObject = isObject(document) ? deepCopy(document) : {};
  for (const key of Object.keys(patch)) {
    if (patch[key] === null) delete merged[key];
    else setKey(merged, key, mergePatch(getKey(merged, key), patch[key]));
  }
  return merged;
}

/** The JSON merge patch that makes `modified` of `original`. Mirrors evanphx/json-patch CreateMergePatch. */
export function createMergePatch(original: JsonObject, modified: JsonObject): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(modified)) {
    const before = getKey(original, key);
    const after = modified[key];
    if (isObject(before) && isObject(after)) {
      const nested = createMergePatch(before, after);
      if (Object.keys(nested).length > 0) setKey(patch, key, nested);
    } else if (!Object.hasOwn(original, key) || !deepEqual(before, after)) setKey(patch, key, deepCopy(after));
  }
  for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) setKey(patch, key, null);
  return patch;
}

/**
 * A copy without the keys whose value is null, at any depth, inside lists too. kubectl apply sends this when it
 * creates, so that creating and applying again come to the same. Mirrors kubectl/pkg/cmd/apply pruneNullsFromMap.
 */
export function pruneNulls<T>(value: T): T {
  if (Array.isArray(value)) return value.map(pruneNulls) as T;
  if (!isObject(value)) return value;
  const pruned: JsonObject = {};
  for (const key of Object.keys(value)) if (value[key] !== null) setKey(pruned, key, pruneNulls(value[key]));
  return pruned as T;
}

import { deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "../schema/json-value.ts";
import type { Structure } from "../schema/structure.ts";
import { goTypeOf } from "./go-text.ts";
import { PatchError } from "./patch-error.ts";
import { lookupList, lookupMap, type PatchSchema, rootSchema } from "./patch-schema.ts";
import {
  applyMapDirective,
  applyRetainKeys,
  applySpecialElements,
  discardNulls,
  type MergeOptions,
  validateAgainstOrder,
  withoutDirectives,
} from "./strategic-directives.ts";
import {
  badArgType,
  deduplicateScalars,
  deleteFromPrimitiveListPrefix,
  directiveMarker,
  elementsAreMaps,
  findByKey,
  mergeDirective,
  mergeOrder,
  noMergeKey,
  partition,
  replaceDirective,
  setElementOrderPrefix,
} from "./strategic-list.ts";

/**
 * Applies a strategic merge patch to an object of the structure's type `type` (undefined: nothing known of it) and
 * returns the result. Both `original` and `patch` are changed on the way, as upstream does: error messages show
 * what is left of the patch, so hand in copies. Throws {@link PatchError}. Mirrors strategicpatch.StrategicMergeMapPatch.
 */
export function applyStrategicPatch(
  structure: Structure,
  type: string | undefined,
  original: JsonObject,
  patch: JsonObject,
): JsonObject {
  return mergeMaps(original, patch, rootSchema(structure, type), {
    mergeParallelList: true,
    ignoreUnmatchedNulls: true,
  });
}

/** Merges `patch` into `original`; changes both. Mirrors strategicpatch.mergeMap. */
export function mergeMaps(
  original: JsonObject,
  patch: JsonObject,
  schema: PatchSchema,
  options: MergeOptions,
): JsonObject {
  if (Object.hasOwn(patch, directiveMarker)) return applyMapDirective(patch);
  applyRetainKeys(original, patch, options);
  for (const key of Object.keys(patch))
    if (key.startsWith(setElementOrderPrefix)) applyElementOrder(original, patch, key, schema, options);
  for (const key of Object.keys(patch)) mergeKey(original, key, patch[key], schema, options);
  return original;
}

function mergeKey(
  original: JsonObject,
  patchKey: string,
  value: unknown,
  schema: PatchSchema,
  options: MergeOptions,
): void {
  const deletion = patchKey.startsWith(deleteFromPrimitiveListPrefix);
  const key =
    !deletion || !options.mergeParallelList
      ? patchKey
      : withoutPrefix(patchKey, "invalid patch format of primitive list");
  if (deletion && !options.mergeParallelList) {
    setKey(original, key, value);
    return;
  }
  if (value === null) {
    delete original[key];
    if (options.ignoreUnmatchedNulls) return;
  }
  const before = getKey(original, key);
  if (before === undefined || goTypeOf(before) !== goTypeOf(value)) {
    if (!deletion) take(original, key, value, options);
  } else if (isObject(before)) setKey(original, key, mergeField(before, value as JsonObject, key, schema, options));
  else if (Array.isArray(before))
    setKey(original, key, mergeListField(before, value as unknown[], key, deletion, schema, options));
  else setKey(original, key, value);
}

/** Takes over the patch's value for a key that the original does not have, or has with another type. */
function take(original: JsonObject, key: string, value: unknown, options: MergeOptions): void {
  if (options.ignoreUnmatchedNulls) discardNulls(value);
  const kept = withoutDirectives(value);
  if (kept === undefined) delete original[key];
  else setKey(original, key, kept);
}

function mergeField(
  before: JsonObject,
  patch: JsonObject,
  key: string,
  schema: PatchSchema,
  options: MergeOptions,
): JsonObject {
  const meta = lookupMap(schema, key);
  return meta.strategy === replaceDirective ? patch : mergeMaps(before, patch, meta.schema, options);
}

function mergeListField(
  before: unknown[],
  patch: unknown[],
  key: string,
  deletion: boolean,
  schema: PatchSchema,
  options: MergeOptions,
): unknown[] {
  const meta = lookupList(schema, key);
  if (meta.strategy !== mergeDirective) return patch;
  if (before.length === 0 && patch.length === 0) return before;
  const maps = elementsAreMaps(before, patch);
  if (!maps) return mergeScalarLists(before, patch, deletion && options.mergeParallelList);
  if (meta.mergeKey === "") throw new PatchError("cannot merge lists without merge key for type struct");
  const special = applySpecialElements(before, patch, meta.mergeKey);
  const order = [...special.original];
  const merged = mergeMapLists(special.original, special.patch, meta.mergeKey, meta.schema, options);
  // Upstream deletes and appends within the old list's memory, so that new elements move into the places of deleted
  // ones: with an order list it is this list that decides where the server's own elements go.
  const window = special.remaining === special.original ? merged : special.remaining;
  before.splice(0, Math.min(before.length, window.length), ...window.slice(0, before.length));
  const { present, absent } = partition(merged, special.patch, meta.mergeKey);
  return mergeOrder(present, absent, special.patch, order, meta.mergeKey, true);
}

function mergeScalarLists(before: readonly unknown[], patch: readonly unknown[], deletion: boolean): unknown[] {
  if (deletion) return before.filter((item) => !patch.includes(item));
  const { present, absent } = partition(deduplicateScalars([...before, ...patch]), patch, "");
  return mergeOrder(present, absent, patch, before, "", false);
}

function mergeMapLists(
  before: readonly unknown[],
  patch: readonly unknown[],
  key: string,
  schema: PatchSchema,
  options: MergeOptions,
): unknown[] {
  const merged = [...before];
  for (const item of patch as readonly JsonObject[]) {
    if (!Object.hasOwn(item, key)) throw noMergeKey(item, key);
    const at = findByKey(merged, key, item[key]);
    if (at < 0) merged.push(item);
    else merged[at] = mergeMaps(merged[at] as JsonObject, item, schema, options);
  }
  return merged;
}

const badOrderList = "invalid patch format of setElementOrder list";

function withoutPrefix(key: string, message: string): string {
  const slash = key.indexOf("/");
  if (slash < 0) throw new PatchError(message);
  return key.slice(slash + 1);
}

/** Merges the list that a `$setElementOrder/…` key speaks of, and takes both out of the patch. Mirrors mergePatchIntoOriginal. */
function applyElementOrder(
  original: JsonObject,
  patch: JsonObject,
  orderKey: string,
  schema: PatchSchema,
  options: MergeOptions,
): void {
  const order = patch[orderKey];
  if (!options.mergeParallelList) {
    if (!Object.hasOwn(original, orderKey)) original[orderKey] = order;
    else if (!deepEqual(original[orderKey], order)) throw new PatchError(badOrderList);
  }
  delete patch[orderKey];
  if (!Array.isArray(order)) throw badArgType("[]interface {}", order);
  const key = withoutPrefix(orderKey, badOrderList);
  const before = listAt(original, key);
  const change = listAt(patch, key);
  const meta = lookupList(schema, key);
  validateAgainstOrder(change, order, meta.mergeKey);
  if (before === undefined && change === undefined) return;
  const merged =
    before === undefined
      ? (withoutDirectives(change) as unknown[])
      : change === undefined
        ? before
        : mergeListField(before, change, key, false, schema, options);
  const maps = elementsAreMaps(before ?? [], change ?? []);
  const { present, absent } = partition(merged, order, meta.mergeKey);
  setKey(original, key, mergeOrder(present, absent, order, before ?? [], meta.mergeKey, maps));
  delete patch[key];
}

function listAt(map: JsonObject, key: string): unknown[] | undefined {
  const value = getKey(map, key);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw badArgType("[]interface {}", value);
  return value;
}

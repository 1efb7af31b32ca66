import { deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "../schema/json-value.ts";
import type { Structure } from "../schema/structure.ts";
import { goText, goTypeOf } from "./go-text.ts";
import { PatchError } from "./patch-error.ts";
import { lookupList, lookupMap, type PatchSchema, rootSchema } from "./patch-schema.ts";
import {
  badArgType,
  deduplicateScalars,
  deleteDirective,
  deleteFromPrimitiveListPrefix,
  directiveMarker,
  elementsAreMaps,
  findByKey,
  mergeDirective,
  mergeKeyOf,
  mergeOrder,
  noMergeKey,
  partition,
  replaceDirective,
  retainKeysDirective,
  setElementOrderPrefix,
  splitDeletions,
} from "./strategic-list.ts";

/** What tells applying a patch to an object from merging one patch into another. */
export interface MergeOptions {
  /** Directives about lists are carried out, rather than carried over. */
  readonly mergeParallelList: boolean;
  /** null for a key that is not there is dropped, rather than kept for the server. */
  readonly ignoreUnmatchedNulls: boolean;
}

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

function applyMapDirective(patch: JsonObject): JsonObject {
  const directive = patch[directiveMarker];
  if (directive === deleteDirective) return {};
  if (directive !== replaceDirective) throw badPatchType(directive, patch);
  delete patch[directiveMarker];
  return patch;
}

const badPatchType = (directive: unknown, map: unknown): PatchError =>
  new PatchError(`unknown patch type: ${goText(directive)} in map: ${goText(map)}`);

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

function discardNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(discardNulls);
  else if (isObject(value))
    for (const key of Object.keys(value))
      if (value[key] === null) delete value[key];
      else discardNulls(value[key]);
}

/** The value without the maps in it that carry a $patch directive; undefined where it is one. Mirrors removeDirectives. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (!isObject(value)) return value;
  if (Object.hasOwn(value, directiveMarker)) return undefined;
  for (const key of Object.keys(value)) {
    const kept = withoutDirectives(value[key]);
    if (kept === undefined) delete value[key];
    else setKey(value, key, kept);
  }
  return value;
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
  const { present, absent } = partition(merged, special.patch, meta.mergeKey);
  return mergeOrder(present, absent, special.patch, order, meta.mergeKey, true);
}

function mergeScalarLists(before: readonly unknown[], patch: readonly unknown[], deletion: boolean): unknown[] {
  if (deletion) return before.filter((item) => !patch.includes(item));
  const { present, absent } = partition(deduplicateScalars([...before, ...patch]), patch, "");
  return mergeOrder(present, absent, patch, before, "", false);
}

/** Carries out `$patch: delete` and `$patch: replace` elements of a list. Mirrors mergeSliceWithSpecialElements. */
function applySpecialElements(
  before: readonly unknown[],
  patch: readonly unknown[],
  key: string,
): { readonly original: unknown[]; readonly patch: unknown[] } {
  const plain: unknown[] = [];
  let original = [...before];
  let replace = false;
  for (const item of patch as readonly JsonObject[]) {
    const directive = getKey(item, directiveMarker);
    if (directive === undefined) plain.push(item);
    else if (directive === deleteDirective) {
      const value = mergeKeyOf(item, key);
      for (let at = findByKey(original, key, value); at >= 0; at = findByKey(original, key, value))
        original = original.toSpliced(at, 1);
    } else if (directive === replaceDirective) replace = true;
    else if (directive === mergeDirective) throw new PatchError("merging lists cannot yet be specified in the patch");
    else throw badPatchType(directive, item);
  }
  return replace ? { original: plain, patch: [] } : { original, patch: plain };
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

/** Clears what `$retainKeys` does not list. Mirrors applyRetainKeysDirective. */
function applyRetainKeys(original: JsonObject, patch: JsonObject, options: MergeOptions): void {
  const retained = getKey(patch, retainKeysDirective);
  if (retained === undefined) return;
  delete patch[retainKeysDirective];
  if (!options.mergeParallelList) {
    const other = getKey(original, retainKeysDirective);
    if (other === undefined) original[retainKeysDirective] = retained;
    else if (!deepEqual(other, retained))
      throw new PatchError(
        `${goText(other)} and ${goText(retained)} are not deep equal: this may happen when calculating the 3-way diff patch`,
      );
    return;
  }
  const invalid = new PatchError("invalid patch format of retainKeys");
  if (!Array.isArray(retained)) throw invalid;
  for (const key of Object.keys(patch)) {
    const directive = key.startsWith(deleteFromPrimitiveListPrefix) || key.startsWith(setElementOrderPrefix);
    if (patch[key] !== null && !directive && !retained.includes(key)) throw invalid;
  }
  for (const key of Object.keys(original)) if (!retained.includes(key)) delete original[key];
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
  // The list is merged on copies: its elements in their old order decide where those of the server alone go.
  const merged =
    before === undefined
      ? (withoutDirectives(change) as unknown[])
      : change === undefined
        ? before
        : mergeListField([...before], change, key, false, schema, options);
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

/** Every element of the patch's list must be in the order list, in that order. Mirrors validatePatchWithSetOrderList. */
function validateAgainstOrder(list: readonly unknown[] | undefined, order: readonly unknown[], key: string): void {
  if (list === undefined || list.length === 0 || order.length === 0) return;
  const kept = key === "" ? list : splitDeletions(list).kept;
  let at = 0;
  for (let i = 0; i < order.length && at < kept.length; ) {
    const item = kept[at];
    if (isObject(item) && Object.hasOwn(item, directiveMarker)) {
      at++;
      continue;
    }
    const equal = key === "" ? item === order[i] : mergeKeyOf(item, key) === mergeKeyOf(order[i], key);
    if (equal) at++;
    i++;
  }
  if (at < kept.length)
    throw new PatchError(
      `The order in patch list:\n${goText(list)}\n doesn't match ${setElementOrderPrefix} list:\n${goText(order)}\n`,
    );
}

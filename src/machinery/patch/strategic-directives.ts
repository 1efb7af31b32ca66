import { deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "../schema/json-value.ts";
import { goText } from "./go-text.ts";
import { PatchError } from "./patch-error.ts";
import {
  deleteDirective,
  deleteFromPrimitiveListPrefix,
  directiveMarker,
  findByKey,
  mergeDirective,
  mergeKeyOf,
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

/** Carries out a map's own `$patch`. Mirrors handleDirectiveInMergeMap. */
export function applyMapDirective(patch: JsonObject): JsonObject {
  const directive = patch[directiveMarker];
  if (directive === deleteDirective) return {};
  if (directive !== replaceDirective) throw badPatchType(directive, patch);
  delete patch[directiveMarker];
  return patch;
}

const badPatchType = (directive: unknown, map: unknown): PatchError =>
  new PatchError(`unknown patch type: ${goText(directive)} in map: ${goText(map)}`);

/** Drops null keys at any depth; changes `value`. */
export function discardNulls(value: unknown): void {
  if (Array.isArray(value)) value.forEach(discardNulls);
  else if (isObject(value))
    for (const key of Object.keys(value))
      if (value[key] === null) delete value[key];
      else discardNulls(value[key]);
}

/** The value without the maps in it that carry a $patch directive; undefined where it is one. Mirrors removeDirectives. */
export function withoutDirectives(value: unknown): unknown {
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

/** Carries out `$patch: delete` and `$patch: replace` elements of a list; `remaining` is what deletions leave of `before`. Mirrors mergeSliceWithSpecialElements. */
export function applySpecialElements(
  before: readonly unknown[],
  patch: readonly unknown[],
  key: string,
): { readonly original: unknown[]; readonly patch: unknown[]; readonly remaining: readonly unknown[] } {
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
  return replace
    ? { original: plain, patch: [], remaining: original }
    : { original, patch: plain, remaining: original };
}

/** Clears what `$retainKeys` does not list. Mirrors applyRetainKeysDirective. */
export function applyRetainKeys(original: JsonObject, patch: JsonObject, options: MergeOptions): void {
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

/** Every element of the patch's list must be in the order list, in that order. Mirrors validatePatchWithSetOrderList. */
export function validateAgainstOrder(
  list: readonly unknown[] | undefined,
  order: readonly unknown[],
  key: string,
): void {
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

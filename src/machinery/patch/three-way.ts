import { toYaml } from "../codec/yaml-write.ts";
import { deepCopy, deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "../schema/json-value.ts";
import type { Structure } from "../schema/structure.ts";
import { goText, goTypeOf } from "./go-text.ts";
import { createMergePatch, mergePatch } from "./merge.ts";
import { PatchError } from "./patch-error.ts";
import { lookupList, lookupMap, type PatchMeta, type PatchSchema, rootSchema } from "./patch-schema.ts";
import { mergeMaps } from "./strategic.ts";
import { type DiffOptions, diffMaps, fullDiff } from "./strategic-diff.ts";
import {
  deduplicateScalars,
  directiveMarker,
  elementsAreMaps,
  mergeDirective,
  mergeKeyOf,
  replaceDirective,
  retainKeysDirective,
  sortByText,
} from "./strategic-list.ts";

/** Whether a patch keeps its hands off what must not change. */
export type Precondition = (patch: JsonObject) => boolean;

/** The patch must not have the key at its top. Mirrors mergepatch.RequireKeyUnchanged. */
export const requireKeyUnchanged =
  (key: string): Precondition =>
  (patch) =>
    !Object.hasOwn(patch, key);

/** The patch must not have the key under metadata. Mirrors mergepatch.RequireMetadataKeyUnchanged. */
export const requireMetadataKeyUnchanged =
  (key: string): Precondition =>
  (patch) => {
    const metadata = getKey(patch, "metadata");
    return !isObject(metadata) || !Object.hasOwn(metadata, key);
  };

/** What kubectl apply, edit and patch demand. */
export const identityUnchanged: readonly Precondition[] = [
  requireKeyUnchanged("apiVersion"),
  requireKeyUnchanged("kind"),
  requireMetadataKeyUnchanged("name"),
];

/** Throws a {@link PatchError} of kind "precondition" where one does not hold. Mirrors mergepatch.NewErrPreconditionFailed. */
export function checkPreconditions(patch: JsonObject, preconditions: readonly Precondition[]): void {
  if (!preconditions.every((holds) => holds(patch)))
    throw new PatchError(`precondition failed for: ${goText(patch)}`, "precondition", [patch]);
}

/** The documents that kubectl apply compares: last applied, wanted, and live. */
export interface ThreeWay {
  readonly original: JsonObject;
  readonly modified: JsonObject;
  readonly current: JsonObject;
}

const additionsOnly: DiffOptions = { ...fullDiff, ignoreDeletions: true };
const deletionsOnly: DiffOptions = { ...fullDiff, ignoreChangesAndAdditions: true };

/**
 * The strategic merge patch that brings `current` to `modified` where `original` and `modified` speak, and leaves
 * alone what others have set. Throws {@link PatchError}: kind "conflict" where `overwrite` is false and the live
 * object was changed in the same place. Mirrors strategicpatch.CreateThreeWayMergePatch.
 */
export function createThreeWayMergePatch(
  { original, modified, current }: ThreeWay,
  schema: { readonly structure: Structure; readonly type: string | undefined },
  options: { readonly overwrite: boolean; readonly preconditions?: readonly Precondition[] },
): JsonObject {
  const root = rootSchema(schema.structure, schema.type);
  const delta = deepCopy(diffMaps(current, modified, root, additionsOnly));
  const deletions = deepCopy(diffMaps(original, modified, root, deletionsOnly));
  const patch = mergeMaps(deletions, delta, root, { mergeParallelList: false, ignoreUnmatchedNulls: false });
  checkPreconditions(patch, options.preconditions ?? []);
  if (!options.overwrite) {
    const changed = diffMaps(original, current, root, { ...fullDiff, setElementOrder: false });
    if (haveConflicts(patch, changed, { schema: root, strategy: "", retainKeys: false, mergeKey: "" }))
      throw conflict(patch, changed);
  }
  return patch;
}

const conflict = (patch: JsonObject, changed: JsonObject): PatchError =>
  new PatchError(
    `patch:\n${toYaml(patch)}\nconflicts with changes made from original to current:\n${toYaml(changed)}\n`,
    "conflict",
    [patch, changed],
  );

/** The same as a JSON merge patch, for kinds of which no merge keys are known. Mirrors jsonmergepatch.CreateThreeWayJSONMergePatch. */
export function createThreeWayJsonMergePatch(
  { original, modified, current }: ThreeWay,
  options: { readonly preconditions?: readonly Precondition[] } = {},
): JsonObject {
  const additions = filterNulls(createMergePatch(current, modified), false);
  const deletions = filterNulls(createMergePatch(original, modified), true);
  if (overlapDiffers(additions, deletions)) throw conflict(additions, deletions);
  const patch = mergePatch(deletions, additions) as JsonObject;
  checkPreconditions(patch, options.preconditions ?? []);
  return patch;
}

/** Keeps the nulls of a merge patch and nothing else, or the reverse. Mirrors keepOrDeleteNullInObj. */
function filterNulls(patch: JsonObject, keepNull: boolean): JsonObject {
  const filtered: JsonObject = {};
  for (const key of Object.keys(patch)) {
    const value = patch[key];
    if (value === null) {
      if (keepNull) setKey(filtered, key, null);
    } else if (!isObject(value) || Object.keys(value).length === 0) {
      if (!keepNull) setKey(filtered, key, value);
    } else {
      const nested = filterNulls(value, keepNull);
      if (Object.keys(nested).length > 0) setKey(filtered, key, nested);
    }
  }
  return filtered;
}

/** Mirrors mergepatch.HasConflicts. */
function overlapDiffers(left: unknown, right: unknown): boolean {
  if (isObject(left) && isObject(right))
    return Object.keys(left).some((key) => Object.hasOwn(right, key) && overlapDiffers(left[key], right[key]));
  if (Array.isArray(left) && Array.isArray(right))
    return left.length !== right.length || left.some((item, i) => overlapDiffers(item, right[i]));
  return !deepEqual(left, right);
}

/** Whether two strategic patches say different things of one key. Mirrors strategicpatch.mergingMapFieldsHaveConflicts. */
function haveConflicts(left: unknown, right: unknown, meta: PatchMeta): boolean {
  if (goTypeOf(left) !== goTypeOf(right)) return true;
  if (Array.isArray(left)) return listsHaveConflicts(left, right as unknown[], meta);
  if (!isObject(left)) return left !== right;
  const other = right as JsonObject;
  if (getKey(left, directiveMarker) !== getKey(other, directiveMarker)) return true;
  return meta.strategy !== replaceDirective && mapsHaveConflicts(left, other, meta.schema);
}

function mapsHaveConflicts(left: JsonObject, right: JsonObject, schema: PatchSchema): boolean {
  return Object.keys(left).some((key) => {
    if (key === directiveMarker || key === retainKeysDirective || !Object.hasOwn(right, key)) return false;
    const meta = Array.isArray(left[key]) ? lookupList(schema, key) : lookupMap(schema, key);
    return haveConflicts(left[key], right[key], meta);
  });
}

function listsHaveConflicts(left: readonly unknown[], right: readonly unknown[], meta: PatchMeta): boolean {
  const maps = elementsAreMaps(left, right);
  const element: PatchMeta = { schema: meta.schema, strategy: "", retainKeys: false, mergeKey: "" };
  if (meta.strategy === mergeDirective) {
    if (!maps) return false;
    const others = new Map(right.map((item) => [String(mergeKeyOf(item, meta.mergeKey)), item]));
    return left.some((item) => {
      const key = String(mergeKeyOf(item, meta.mergeKey));
      return others.has(key) && haveConflicts(item, others.get(key), element);
    });
  }
  if (left.length !== right.length) return true;
  const sorted = (list: readonly unknown[]): readonly unknown[] =>
    maps ? list : sortByText(deduplicateScalars(list), (item) => item);
  const others = sorted(right);
  return sorted(left).some((item, i) => haveConflicts(item, others[i], element));
}

import { deepCopy, deepEqual, type JsonObject } from "../object.ts";
import { getKey, isObject, setKey } from "../schema/json-value.ts";
import type { Structure } from "../schema/structure.ts";
import { goText, goTypeOf } from "./go-text.ts";
import { PatchError } from "./patch-error.ts";
import { lookupList, lookupMap, type PatchMeta, type PatchSchema, rootSchema } from "./patch-schema.ts";
import {
  deduplicateScalars,
  deleteDirective,
  deleteFromPrimitiveListPrefix,
  directiveMarker,
  elementsAreMaps,
  mergeDirective,
  mergeKeyOf,
  replaceDirective,
  retainKeysDirective,
  setElementOrderPrefix,
  sortByOrder,
  sortByText,
} from "./strategic-list.ts";

/** Which half of a difference is wanted. */
export interface DiffOptions {
  readonly ignoreDeletions: boolean;
  readonly ignoreChangesAndAdditions: boolean;
  /** Whether `$setElementOrder/…` lists go with merging lists. */
  readonly setElementOrder: boolean;
  /** Whether the map at hand gets a `$retainKeys` list. */
  readonly retainKeys: boolean;
}

export const fullDiff: DiffOptions = {
  ignoreDeletions: false,
  ignoreChangesAndAdditions: false,
  setElementOrder: true,
  retainKeys: false,
};

/** The strategic merge patch that makes `modified` of `original`. Neither is changed. Throws {@link PatchError}. Mirrors strategicpatch.CreateTwoWayMergePatch. */
export function createStrategicPatch(
  structure: Structure,
  type: string | undefined,
  original: JsonObject,
  modified: JsonObject,
): JsonObject {
  return deepCopy(diffMaps(original, modified, rootSchema(structure, type), fullDiff));
}

/** The patch from one map to the other; it shares values with `modified`. Mirrors strategicpatch.diffMaps. */
export function diffMaps(
  original: JsonObject,
  modified: JsonObject,
  schema: PatchSchema,
  options: DiffOptions,
): JsonObject {
  const patch: JsonObject = {};
  for (const key of Object.keys(modified)) {
    if (Object.hasOwn(original, key)) diffField(original[key], modified[key], key, patch, schema, options);
    else if (!options.ignoreChangesAndAdditions) setKey(patch, key, modified[key]);
  }
  if (!options.ignoreDeletions)
    for (const key of Object.keys(original)) if (!Object.hasOwn(modified, key)) setKey(patch, key, null);
  if (options.retainKeys) addRetainKeys(original, modified, patch);
  return patch;
}

function addRetainKeys(original: JsonObject, modified: JsonObject, patch: JsonObject): void {
  const retained = Object.keys(modified).filter((key) => modified[key] !== null);
  const cleared = Object.keys(original).some((key) => original[key] !== null && !Object.hasOwn(modified, key));
  if (retained.length > 0 && (Object.keys(patch).length > 0 || cleared)) patch[retainKeysDirective] = retained.sort();
}

function diffField(
  before: unknown,
  after: unknown,
  key: string,
  patch: JsonObject,
  schema: PatchSchema,
  options: DiffOptions,
): void {
  if (key === directiveMarker) {
    if (typeof before !== "string" || typeof after !== "string")
      throw new PatchError(`invalid value for special key: ${directiveMarker}`);
    if (before !== after) patch[key] = after;
  } else if (goTypeOf(before) !== goTypeOf(after)) {
    if (!options.ignoreChangesAndAdditions) setKey(patch, key, after);
  } else if (isObject(before)) diffMapField(before, after as JsonObject, key, patch, schema, options);
  else if (Array.isArray(before)) diffListField(before, after as unknown[], key, patch, schema, options);
  else replaceIfNotEqual(before, after, key, patch, options);
}

function replaceIfNotEqual(
  before: unknown,
  after: unknown,
  key: string,
  patch: JsonObject,
  options: DiffOptions,
): void {
  if (!options.ignoreChangesAndAdditions && !deepEqual(before, after)) setKey(patch, key, after);
}

/** A field that the type lacks matters only where its values differ. */
function lookup(find: () => PatchMeta, before: unknown, after: unknown): PatchMeta | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof PatchError && deepEqual(before, after)) return undefined;
    throw error;
  }
}

function diffMapField(
  before: JsonObject,
  after: JsonObject,
  key: string,
  patch: JsonObject,
  schema: PatchSchema,
  options: DiffOptions,
): void {
  const meta = lookup(() => lookupMap(schema, key), before, after);
  if (meta === undefined) return;
  if (meta.strategy === replaceDirective) {
    if (!options.ignoreChangesAndAdditions) setKey(patch, key, after);
    return;
  }
  const nested = diffMaps(before, after, meta.schema, { ...options, retainKeys: meta.retainKeys });
  if (Object.keys(nested).length > 0) setKey(patch, key, nested);
}

function diffListField(
  before: unknown[],
  after: unknown[],
  key: string,
  patch: JsonObject,
  schema: PatchSchema,
  options: DiffOptions,
): void {
  const meta = lookup(() => lookupList(schema, key), before, after);
  if (meta === undefined) return;
  if (meta.strategy !== mergeDirective) {
    replaceIfNotEqual(before, after, key, patch, options);
    return;
  }
  const diff = diffLists(before, after, meta, { ...options, retainKeys: meta.retainKeys });
  if (diff.changes.length > 0) setKey(patch, key, diff.changes);
  if (diff.deletions.length > 0) patch[`${deleteFromPrimitiveListPrefix}/${key}`] = diff.deletions;
  if (diff.order.length > 0) patch[`${setElementOrderPrefix}/${key}`] = diff.order;
}

interface ListDiff {
  readonly changes: readonly unknown[];
  /** Of scalars; maps to delete are among the changes. */
  readonly deletions: readonly unknown[];
  readonly order: readonly unknown[];
}

function diffLists(
  before: readonly unknown[],
  after: readonly unknown[],
  meta: PatchMeta,
  options: DiffOptions,
): ListDiff {
  if (before.length === 0) return { changes: options.ignoreChangesAndAdditions ? [] : after, deletions: [], order: [] };
  return elementsAreMaps(before, after)
    ? diffListsOfMaps(before, after, meta, options)
    : diffListsOfScalars(before, after, options);
}

function diffListsOfScalars(before: readonly unknown[], after: readonly unknown[], options: DiffOptions): ListDiff {
  const left = sortByText(before, (item) => item);
  const added: unknown[] = [];
  const removed: unknown[] = [];
  walkSorted(
    left,
    sortByText(after, (item) => item),
    goText,
    {
      removed: (item) => removed.push(item),
      added: (item) => added.push(item),
      both: () => {},
    },
  );
  const deletions = options.ignoreDeletions ? [] : deduplicateScalars(removed);
  const changes = sortByOrder(options.ignoreChangesAndAdditions ? [] : added, after, "", false);
  // Upstream compares with the old list after sorting it in place, so a list in another order than sorted counts as changed.
  const changed = !options.ignoreChangesAndAdditions && !deepEqual(left, after);
  return { changes, deletions, order: options.setElementOrder && (deletions.length > 0 || changed) ? after : [] };
}

function diffListsOfMaps(
  before: readonly unknown[],
  after: readonly unknown[],
  meta: PatchMeta,
  options: DiffOptions,
): ListDiff {
  const key = meta.mergeKey;
  const keyOf = (item: unknown): unknown => mergeKeyOf(item, key);
  const changes: unknown[] = [];
  const deletions: unknown[] = [];
  walkSorted(sortByText(before, optionalKey(key)), sortByText(after, optionalKey(key)), (item) => goText(keyOf(item)), {
    both: (left, right) => {
      const nested = diffMaps(left as JsonObject, right as JsonObject, meta.schema, options);
      if (Object.keys(nested).length > 0) changes.push({ ...nested, [key]: keyOf(right) });
    },
    added: (item) => !options.ignoreChangesAndAdditions && changes.push(item),
    removed: (item) =>
      !options.ignoreDeletions && deletions.push({ [key]: keyOf(item), [directiveMarker]: deleteDirective }),
  });
  const all = [...sortByOrder(changes, after, key, true), ...deletions];
  const wanted = options.ignoreChangesAndAdditions
    ? !options.ignoreDeletions && all.length > 0
    : all.length > 0 || !sameOrder(before, after, key);
  const order = options.setElementOrder && wanted ? after.map((item) => ({ [key]: keyOf(item) })) : [];
  return { changes: all, deletions: [], order };
}

const optionalKey =
  (key: string) =>
  (item: unknown): unknown =>
    getKey(item as JsonObject, key);

const sameOrder = (before: readonly unknown[], after: readonly unknown[], key: string): boolean =>
  before.length === after.length && after.every((item, i) => mergeKeyOf(before[i], key) === mergeKeyOf(item, key));

interface SortedVisitor {
  both(left: unknown, right: unknown): void;
  added(right: unknown): void;
  removed(left: unknown): void;
}

/** Goes through two sorted lists side by side, matching elements by their text. */
function walkSorted(
  left: readonly unknown[],
  right: readonly unknown[],
  text: (item: unknown) => string,
  visit: SortedVisitor,
): void {
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const a = i < left.length ? text(left[i]) : undefined;
    const b = j < right.length ? text(right[j]) : undefined;
    if (a !== undefined && a === b) visit.both(left[i++], right[j++]);
    else if (a === undefined || (b !== undefined && a > b)) visit.added(right[j++]);
    else visit.removed(left[i++]);
  }
}

import type { JsonObject } from "../object.ts";
import { isObject } from "../schema/json-value.ts";
import { goText, goTypeOf } from "./go-text.ts";
import { PatchError } from "./patch-error.ts";

export const directiveMarker = "$patch";
export const deleteDirective = "delete";
export const replaceDirective = "replace";
export const mergeDirective = "merge";
export const retainKeysDirective = "$retainKeys";
export const setElementOrderPrefix = "$setElementOrder";
export const deleteFromPrimitiveListPrefix = "$deleteFromPrimitiveList";

export const noMergeKey = (map: unknown, mergeKey: string): PatchError =>
  new PatchError(`map: ${goText(map)} does not contain declared merge key: ${mergeKey}`);
export const badArgType = (expected: string, actual: unknown): PatchError =>
  new PatchError(`expected a ${expected}, but received a ${goTypeOf(actual)}`);

const mapType = "map[string]interface {}";

/** Whether the elements of the lists are maps; refuses mixed lists and lists of lists. Mirrors strategicpatch sliceElementType. */
export function elementsAreMaps(...lists: readonly (readonly unknown[])[]): boolean {
  let type: string | undefined;
  for (const list of lists)
    for (const item of list) {
      const current = goTypeOf(item);
      type ??= current;
      if (current === "[]interface {}") throw new PatchError("lists of lists are not supported");
      if (current !== type) throw new PatchError(`list element types are not identical: ${goText(lists)}`);
    }
  if (type === undefined) throw new PatchError("no elements in any of the given slices");
  return type === mapType;
}

/** The value of an element's merge key. */
export function mergeKeyOf(item: unknown, mergeKey: string): unknown {
  if (!isObject(item)) throw badArgType(mapType, item);
  if (!Object.hasOwn(item, mergeKey)) throw noMergeKey(item, mergeKey);
  return item[mergeKey];
}

/** Where the element with that merge key is, or -1. */
export function findByKey(list: readonly unknown[], mergeKey: string, value: unknown): number {
  return list.findIndex((item, i) => {
    if (!isObject(item)) throw new PatchError(`value for key ${i} is not a map.`);
    return Object.hasOwn(item, mergeKey) && item[mergeKey] === value;
  });
}

/** The elements that `by` has too, and the others. With an empty merge key elements are scalars. */
export function partition(
  list: readonly unknown[],
  by: readonly unknown[],
  mergeKey: string,
): { readonly present: unknown[]; readonly absent: unknown[] } {
  const present: unknown[] = [];
  const absent: unknown[] = [];
  for (const item of list) {
    const found = mergeKey === "" ? by.includes(item) : findByKey(by, mergeKey, mergeKeyOf(item, mergeKey)) >= 0;
    (found ? present : absent).push(item);
  }
  return { present, absent };
}

/** A list without its elements that only say "delete", and those. */
export function splitDeletions(list: readonly unknown[]): { readonly kept: unknown[]; readonly deleted: unknown[] } {
  const kept: unknown[] = [];
  const deleted: unknown[] = [];
  for (const item of list) {
    if (!isObject(item)) throw badArgType(mapType, item);
    (item[directiveMarker] === deleteDirective ? deleted : kept).push(item);
  }
  return { kept, deleted };
}

type IndexOf = (item: unknown) => number;

function indexIn(order: readonly unknown[], mergeKey: string): IndexOf {
  const positions = new Map<unknown, number>();
  order.forEach((item, i) => {
    const key = mergeKey === "" ? item : (item as JsonObject | null)?.[mergeKey];
    if (!positions.has(key)) positions.set(key, i);
  });
  return (item) => positions.get(mergeKey === "" ? item : (item as JsonObject | null)?.[mergeKey]) ?? -1;
}

/**
 * Sorts as `order` has the elements, deletions last. What `order` lacks moves to the front, past what it is
 * compared with: upstream's comparison says yes there, and its sort is by insertion. Mirrors normalizeSliceOrder.
 */
export function sortByOrder(
  list: readonly unknown[],
  order: readonly unknown[],
  mergeKey: string,
  maps: boolean,
): unknown[] {
  if (maps) for (const item of [...list, ...order]) mergeKeyOf(item, mergeKey);
  const { kept, deleted } = maps ? splitDeletions(list) : { kept: [...list], deleted: [] };
  const index = indexIn(order, maps ? mergeKey : "");
  insertionSort(kept, (a, b) => {
    const left = index(a);
    const right = index(b);
    return left >= 0 && right >= 0 ? left < right : true;
  });
  return [...kept, ...deleted];
}

/** Go's sort for short lists, which is what decides where a comparison is not a proper order. */
export function insertionSort(list: unknown[], less: (a: unknown, b: unknown) => boolean): void {
  for (let i = 1; i < list.length; i++)
    for (let j = i; j > 0 && less(list[j], list[j - 1]); j--) [list[j], list[j - 1]] = [list[j - 1], list[j]];
}

/** Brings the patch's elements and those that only the server has into one order. Mirrors normalizeElementOrder. */
export function mergeOrder(
  patchItems: readonly unknown[],
  serverItems: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string,
  maps: boolean,
): unknown[] {
  const right = sortByOrder(patchItems, patchOrder, mergeKey, maps);
  const left = sortByOrder(serverItems, serverOrder, mergeKey, maps);
  const index = indexIn(serverOrder, maps ? mergeKey : "");
  const merged: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    const takeLeft = j >= right.length || (i < left.length && before(index(left[i]), index(right[j])));
    merged.push(takeLeft ? left[i++] : right[j++]);
  }
  return merged;
}

const before = (left: number, right: number): boolean => left >= 0 && right >= 0 && left < right;

/** Drops repeated scalars the way upstream does: the last element takes the place of one that is dropped. */
export function deduplicateScalars(list: readonly unknown[]): unknown[] {
  const result = [...list];
  for (let i = 0; i < result.length - 1; i++)
    for (let j = i + 1; j < result.length; j++)
      if (result[i] === result[j]) {
        const last = result.pop();
        if (j < result.length) result[j--] = last;
      }
  return result;
}

/** Sorts by what Go prints of each value. */
export function sortByText<T>(list: readonly T[], text: (item: T) => unknown): T[] {
  const keyed: unknown[] = list.map((item) => ({ item, key: goText(text(item)) }));
  insertionSort(keyed, (a, b) => (a as { key: string }).key <= (b as { key: string }).key);
  return keyed.map((k) => (k as { item: T }).item);
}

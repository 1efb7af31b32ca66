import { relaxedJsonPath } from "../../machinery/jsonpath/parse.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { compareQuantities, tryParseQuantity } from "../../machinery/quantity.ts";
import { compileJsonPath } from "./jsonpath.ts";

/** --sort-by's expression in braces; one that cannot be read is left as it is, for the parser to complain about. */
export function relaxedExpression(text: string): string {
  try {
    return relaxedJsonPath(text);
  } catch {
    return text;
  }
}

function quantityOrder(a: string, b: string): number | undefined {
  const [left, right] = [tryParseQuantity(a), tryParseQuantity(b)];
  return left === undefined || right === undefined ? undefined : compareQuantities(left, right);
}

function isLess(a: unknown, b: unknown): boolean {
  if (a === undefined) return true;
  if (b === undefined) return false;
  if (typeof a === "string" && typeof b === "string") {
    const order = quantityOrder(a, b);
    return order === undefined ? a < b : order < 0;
  }
  if (typeof a === "number" && typeof b === "number") return a < b;
  if (typeof a === "boolean" && typeof b === "boolean") return !a && b;
  return false;
}

/** Below this many elements Go's sort inserts one by one, which shows where its answer is not an order. */
const INSERTION_LIMIT = 12;

function goSort<T>(items: readonly T[], less: (a: T, b: T) => boolean): T[] {
  const sorted = [...items];
  if (sorted.length > INSERTION_LIMIT) return sorted.sort((a, b) => (less(a, b) ? -1 : less(b, a) ? 1 : 0));
  for (let i = 1; i < sorted.length; i++)
    for (let j = i; j > 0 && less(sorted[j]!, sorted[j - 1]!); j--)
      [sorted[j], sorted[j - 1]] = [sorted[j - 1]!, sorted[j]!];
  return sorted;
}

/** Sorts by a field. Throws where the expression is wrong, or nothing has the field. Mirrors get.SortObjects and TableSorter. */
export function sortByField<T>(items: readonly T[], expression: string, objectOf: (item: T) => JsonObject): T[] {
  const path = compileJsonPath(expression);
  const keyed = items.map((item) => ({ item, value: path.find(objectOf(item)).flat()[0] }));
  if (keyed.length > 0 && keyed.every((k) => k.value === undefined))
    throw new Error(`couldn't find any field with path ${JSON.stringify(expression)} in the list of objects`);
  return goSort(keyed, (a, b) => isLess(a.value, b.value)).map((k) => k.item);
}

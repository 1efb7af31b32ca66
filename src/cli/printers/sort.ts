import { goSort } from "../../machinery/go-sort.ts";
import { relaxedJsonPath } from "../../machinery/jsonpath/parse.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { compareQuantities, tryParseQuantity } from "../../machinery/quantity.ts";
import { compileJsonPath } from "./jsonpath.ts";

/** Two values that have no order. kubectl's logger ends the program with this text. Mirrors klog.Exitf in get/sorter.go. */
export class UnsortableError extends Error {}

/** --sort-by's expression in braces; one that cannot be read is left as it is, for the parser to complain about. */
export function relaxedExpression(text: string): string {
  try {
    return relaxedJsonPath(text);
  } catch {
    return text;
  }
}

function textLess(a: string, b: string): boolean {
  const left = tryParseQuantity(a);
  const right = left === undefined ? undefined : tryParseQuantity(b);
  return left === undefined || right === undefined ? a < b : compareQuantities(left, right) < 0;
}

function goType(value: unknown): string | undefined {
  if (typeof value === "boolean") return "bool";
  if (Array.isArray(value)) return "[]interface {}";
  return typeof value === "object" ? "map[string]interface {}" : undefined;
}

/** Mirrors get/sorter.go isLess. `undefined` is a field that is not there. */
function isLess(a: unknown, b: unknown, unsortable: (why: string) => UnsortableError): boolean {
  if (a === undefined) return true;
  if (b === undefined) return false;
  if (a === null) return b !== null;
  if (b === null) return false;
  const type = goType(a);
  if (type !== undefined) throw unsortable(`unsortable type: ${type}`);
  if (typeof a === "string" && typeof b === "string") return textLess(a, b);
  if (typeof a === "number" && typeof b === "number" && Number.isInteger(a) === Number.isInteger(b)) return a < b;
  throw unsortable("unsortable interface: interface");
}

/** Sorts by a field. `holder` is the Go type that an error names. Throws where the expression is wrong, or nothing has the field; {@link UnsortableError} where values have no order. Mirrors get.SortObjects and TableSorter. */
export function sortByField<T>(
  items: readonly T[],
  expression: string,
  objectOf: (item: T) => JsonObject,
  holder = "*unstructured.Unstructured",
): T[] {
  const path = compileJsonPath(expression);
  const keyed = items.map((item) => ({ item, value: path.find(objectOf(item))[0]?.[0] }));
  if (keyed.length > 0 && keyed.every((k) => k.value === undefined))
    throw new Error(`couldn't find any field with path ${JSON.stringify(expression)} in the list of objects`);
  const unsortable = (why: string): UnsortableError =>
    new UnsortableError(`Field ${expression} in ${holder} is an unsortable type: interface, err: ${why}`);
  return goSort(keyed, (a, b) => isLess(a.value, b.value, unsortable)).map((k) => k.item);
}

import type { JsonObject } from "../../machinery/object.ts";
export function relaxedExpression(text: string): string {
  return text;
}
export function sortByField<T>(_items: readonly T[], _expression: string, _objectOf: (item: T) => JsonObject): T[] {
  throw new Error("--sort-by is not there yet in this version of drykube");
}

import type { Environment } from "@marcbachmann/cel-js";
import { deepEqual } from "../../object.ts";

type Comparable = bigint | number | string;
const less = (a: Comparable, b: Comparable): boolean => a < b;

/** Of numbers, or of durations, which the evaluator has as objects. */
const sum = (list: readonly any[]): unknown =>
  list.length === 0 ? 0n : list.reduce((a, b) => (typeof a === "object" ? a.addDuration(b) : a + b));

function extreme(
  list: readonly Comparable[],
  name: string,
  before: (a: Comparable, b: Comparable) => boolean,
): Comparable {
  if (list.length === 0) throw new Error(`${name} called on empty list`);
  return list.reduce((a, b) => (before(b, a) ? b : a));
}

const has = (list: readonly unknown[], value: unknown): boolean => list.some((v) => deepEqual(v, value));
const holds = (list: readonly unknown[], others: readonly unknown[]): boolean => others.every((v) => has(list, v));

class SetsNamespace {}

/** Kubernetes' library of lists and cel-go's of sets. Mirrors apiserver/pkg/cel/library/lists.go and cel-go ext/sets.go. */
export function registerCollections(environment: Environment): void {
  environment
    .registerFunction("list.isSorted(): bool", (list: Comparable[]) =>
      list.every((v, i) => i === 0 || !less(v, list[i - 1]!)),
    )
    .registerFunction("list.sum(): dyn", sum)
    .registerFunction("list.min(): dyn", (list: Comparable[]) => extreme(list, "min", less))
    .registerFunction("list.max(): dyn", (list: Comparable[]) => extreme(list, "max", (a, b) => less(b, a)))
    .registerFunction("list.indexOf(dyn): int", (list: unknown[], value: unknown) =>
      BigInt(list.findIndex((v) => deepEqual(v, value))),
    )
    .registerFunction("list.lastIndexOf(dyn): int", (list: unknown[], value: unknown) =>
      BigInt(list.findLastIndex((v) => deepEqual(v, value))),
    )
    .registerType("SetsNamespace", { ctor: SetsNamespace, fields: {} })
    .registerConstant("sets", "SetsNamespace", new SetsNamespace())
    .registerFunction("SetsNamespace.contains(list, list): bool", (_: unknown, a: unknown[], b: unknown[]) =>
      holds(a, b),
    )
    .registerFunction(
      "SetsNamespace.equivalent(list, list): bool",
      (_: unknown, a: unknown[], b: unknown[]) => holds(a, b) && holds(b, a),
    )
    .registerFunction("SetsNamespace.intersects(list, list): bool", (_: unknown, a: unknown[], b: unknown[]) =>
      a.some((v) => has(b, v)),
    );
}

import { type Environment, Optional } from "@marcbachmann/cel-js";
import type { CelNode } from "../nodes.ts";

/** What the evaluator hands to a macro, as far as is used here. */
interface Evaluator {
  run(node: CelNode, context: Context): any;
  check(node: CelNode, context: Context): unknown;
  getType(name: string): unknown;
}
interface Context {
  forkWithVariable(name: string, type: unknown): Context;
  reuse(parent: Context): Context;
  setIterValue(value: unknown, evaluator: Evaluator): Context;
}
interface Call {
  readonly args: readonly CelNode[];
  readonly receiver: CelNode;
}

/** Walks over a range; `run` evaluates one of the macro's expressions for a pair. */
type Walk = (pairs: readonly (readonly [unknown, unknown])[], run: (body: number) => Run) => unknown;
type Run = (pair: readonly [unknown, unknown]) => any;

/** An index and element, or a key and value, at a time. */
function pairsOf(range: unknown): readonly (readonly [unknown, unknown])[] {
  if (Array.isArray(range)) return range.map((value, i) => [BigInt(i), value]);
  if (range instanceof Map) return [...range];
  // What a literal in the expression makes.
  if (range !== null && typeof range === "object" && isPlain(range)) return Object.entries(range);
  throw new Error("no such overload");
}

const isPlain = (value: object): boolean =>
  Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null;

function twoVariables(walk: Walk): (call: Call) => object {
  return ({ args, receiver }) => {
    const [first, second, ...bodies] = args;
    let outer: Context;
    let inner: Context;
    return {
      typeCheck(checker: Evaluator, _macro: unknown, context: Context) {
        if (first!.op !== "id" || second!.op !== "id") throw new Error("argument must be a simple name");
        checker.check(receiver, context);
        outer = context.forkWithVariable(first!.args, checker.getType("dyn"));
        inner = outer.forkWithVariable(second!.args, checker.getType("dyn"));
        for (const body of bodies) checker.check(body, inner);
        return checker.getType("dyn");
      },
      evaluate(evaluator: Evaluator, _macro: unknown, context: Context) {
        const run =
          (body: number): Run =>
          ([a, b]) => {
            const own = inner.reuse(outer.reuse(context).setIterValue(a, evaluator)).setIterValue(b, evaluator);
            return evaluator.run(bodies[body]!, own);
          };
        return walk(pairsOf(evaluator.run(receiver, context)), run);
      },
      async: false,
    };
  };
}

/** One variable, bound to what `values` finds in the receiver. */
function oneVariable(
  values: (receiver: any) => readonly unknown[],
  outcome: (results: readonly unknown[]) => unknown,
): (call: Call) => object {
  return ({ args: [variable, body], receiver }) => {
    let inner: Context;
    return {
      typeCheck(checker: Evaluator, _macro: unknown, context: Context) {
        if (variable!.op !== "id") throw new Error("argument must be a simple name");
        checker.check(receiver, context);
        inner = context.forkWithVariable(variable!.args, checker.getType("dyn"));
        checker.check(body!, inner);
        return checker.getType("dyn");
      },
      evaluate(evaluator: Evaluator, _macro: unknown, context: Context) {
        const found = values(evaluator.run(receiver, context));
        return outcome(found.map((value) => evaluator.run(body!, inner.reuse(context).setIterValue(value, evaluator))));
      },
      async: false,
    };
  };
}

const present = (optional: Optional): readonly unknown[] => (optional.hasValue() ? [optional.value()] : []);
const elements = (range: unknown): readonly unknown[] =>
  Array.isArray(range) ? range : pairsOf(range).map(([key]) => key);

/** A transform's last expression is the outcome, the one before it a filter. */
const kept = (pairs: readonly (readonly [unknown, unknown])[], filter: Run | undefined) =>
  filter ? pairs.filter((pair) => filter(pair) === true) : pairs;

const transforms = (build: (rows: readonly (readonly [unknown, any])[]) => unknown) => ({
  3: twoVariables((pairs, run) => build(pairs.map((p) => [p[0], run(0)(p)]))),
  4: twoVariables((pairs, run) => build(kept(pairs, run(0)).map((p) => [p[0], run(1)(p)]))),
});

function entries(rows: readonly (readonly [unknown, any])[]): Map<unknown, unknown> {
  const merged = new Map<unknown, unknown>();
  for (const [, map] of rows)
    for (const [key, value] of pairsOf(map)) {
      if (merged.has(key)) throw new Error(`insert failed: key ${String(key)} already exists`);
      merged.set(key, value);
    }
  return merged;
}

/** Loops over indexes and elements, or keys and values, at once. Mirrors cel-go ext/comprehensions.go. */
export function registerComprehensions(environment: Environment): void {
  const macro = (signature: string, handler: unknown): void => {
    environment.registerFunction(signature, handler as never);
  };
  macro(
    "list.existsOne(ast, ast): bool",
    oneVariable(elements, (results) => results.filter((r) => r === true).length === 1),
  );
  macro(
    "optional.optMap(ast, ast): dyn",
    oneVariable(present, ([result]) => Optional.of(result)),
  );
  macro(
    "optional.optFlatMap(ast, ast): dyn",
    oneVariable(present, ([result]) => result ?? Optional.none()),
  );
  macro(
    "list.all(ast, ast, ast): bool",
    twoVariables((pairs, run) => pairs.every((p) => run(0)(p) === true)),
  );
  macro(
    "list.exists(ast, ast, ast): bool",
    twoVariables((pairs, run) => pairs.some((p) => run(0)(p) === true)),
  );
  macro(
    "list.existsOne(ast, ast, ast): bool",
    twoVariables((pairs, run) => kept(pairs, run(0)).length === 1),
  );
  for (const [name, build] of [
    ["transformList", (rows: readonly (readonly [unknown, any])[]) => rows.map(([, value]) => value)],
    ["transformMap", (rows: readonly (readonly [unknown, any])[]) => new Map(rows)],
    ["transformMapEntry", entries],
  ] as const) {
    const handlers = transforms(build);
    macro(`list.${name}(ast, ast, ast): dyn`, handlers[3]);
    macro(`list.${name}(ast, ast, ast, ast): dyn`, handlers[4]);
  }
}

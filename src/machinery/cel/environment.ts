import { Environment } from "@marcbachmann/cel-js";
import { getKey, isObject } from "../schema/json-value.ts";
import { type FieldSchema, resolve, type Structure } from "../schema/structure.ts";
import { escapeCelName } from "./escape.ts";
import { registerExtensions } from "./extensions.ts";
import type { CelNode } from "./nodes.ts";

/** An expression that was read and can be evaluated again and again. Throws an Error whose message says what went wrong. */
export type CelProgram = (variables: Readonly<Record<string, unknown>>) => unknown;

/** An expression that does not compile; the message is one line. */
export class CelCompileError extends Error {
  override readonly name = "CelCompileError";
}

const environment = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
});
registerExtensions(environment);

const programs = new Map<string, CelProgram>();
const MAX_PROGRAMS = 1000;

/** The first line of the library's message: what follows draws the expression. */
const firstLine = (error: unknown): string => (error as Error).message.split("\n")[0]!.trim();

/** Reads an expression. Throws {@link CelCompileError}. Programs are kept, as the same rules are asked again and again. */
export function compileCel(expression: string): CelProgram {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  let parsed: (context: Record<string, unknown>) => unknown;
  try {
    parsed = environment.parse(expression);
  } catch (error) {
    throw new CelCompileError(firstLine(error));
  }
  const program: CelProgram = (variables) => {
    try {
      return parsed({ ...variables });
    } catch (error) {
      throw new Error(goMessage(firstLine(error)));
    }
  };
  if (programs.size >= MAX_PROGRAMS) programs.clear();
  programs.set(expression, program);
  return program;
}

const goMessages: readonly (readonly [RegExp, string])[] = [
  [/^No such key: index out of bounds, index (-?\d+) .*$/, "index out of bounds: $1"],
  [/^No such key: (.*)$/, "no such key: $1"],
  [
    /^(no such overload|found no matching overload|Logical operator requires|Ternary condition must be).*$/,
    "no such overload",
  ],
  [/^modulo by zero$/, "modulus by zero"],
  [/^integer overflow.*$/, "integer overflow"],
  [/^Optional value is not present$/, "optional.none() dereference"],
];

/** The evaluator's messages in the words of cel-go. */
function goMessage(message: string): string {
  const found = goMessages.find(([pattern]) => pattern.test(message));
  return found ? message.replace(found[0], found[1]) : message;
}

/** An expression's tree, or the parser's error, which knows its place. */
export function parseCel(expression: string): CelNode | Error {
  try {
    return environment.parse(expression).ast as unknown as CelNode;
  } catch (error) {
    return error as Error;
  }
}

/**
 * A JSON value as CEL sees it: whole numbers are ints unless the schema says that they are doubles. A custom resource's
 * schema (without a structure) also says what of its texts are times, durations or bytes.
 */
export function celValue(value: unknown, structure?: Structure, schema?: FieldSchema): unknown {
  if (typeof value === "string") return structure === undefined ? formatted(value, schema?.format) : value;
  if (typeof value === "number") return Number.isInteger(value) && schema?.type !== "number" ? BigInt(value) : value;
  if (Array.isArray(value)) {
    const items = structure === undefined ? schema?.items : resolve(structure, schema)?.items;
    return value.map((v) => celValue(v, structure, items));
  }
  if (!isObject(value)) return value ?? null;
  const own = structure === undefined ? schema : resolve(structure, schema);
  const converted = new Map<string, unknown>();
  for (const key of Object.keys(value)) {
    const child = own?.fields === undefined ? own?.values : (getKey(own.fields, key) ?? own.values);
    const isField = structure === undefined && own?.fields !== undefined && own.values === undefined;
    converted.set(isField ? escapeCelName(key) : key, celValue(value[key], structure, child));
  }
  return converted;
}

function formatted(text: string, format: string | undefined): unknown {
  if (format === "byte") return new Uint8Array(Buffer.from(text, "base64"));
  if (format === "date" || format === "date-time") return new Date(text);
  return format === "duration" ? compileCel("duration(text)")({ text }) : text;
}

/** The reverse, for what an expression answers with. */
export function jsonValue(value: unknown): unknown {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(jsonValue);
  if (value instanceof Map) return Object.fromEntries([...value].map(([k, v]) => [String(k), jsonValue(v)]));
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, jsonValue(v)]));
  return value;
}

import { sprint, sprintf, sprintln } from "./printf.ts";
import { type GoValue, goInt, goOf, kindOf, truth, unboxed } from "./values.ts";

/** What a function complains of; the template's error puts "error calling NAME: " before it. */
export class FunctionError extends Error {}

type Arg = GoValue | undefined;

/** A function of templates: `fixed` parameters, then any number of more where `variadic`. `any` parameters take nil for what is missing, `string` ones strings only. */
export interface GoFunction {
  readonly parameters: readonly ("value" | "any" | "string")[];
  readonly variadic: boolean;
  /** `texts` are the arguments as the template has them. */
  run(args: readonly Arg[], texts: readonly string[]): Arg;
}

const invalidType = "invalid type for comparison";
const incompatible = "incompatible types for comparison";

const isCollection = (v: GoValue): boolean => kindOf(v) === "map" || kindOf(v) === "slice";

function equal(a: Arg, b: Arg): boolean {
  const [x, y] = [unboxed(a), unboxed(b)];
  if (x === undefined || y === undefined) return x === y;
  if (isCollection(x) && isCollection(y)) {
    const types =
      kindOf(x) === kindOf(y)
        ? `type ${sprintf("%s", [y])}: ${y.type}`
        : `types ${sprintf("%s", [x])}: ${x.type}, ${y.type}: ${sprintf("%v", [y])}`;
    throw new FunctionError(`non-comparable ${types}`);
  }
  if (kindOf(x) !== kindOf(y)) throw new FunctionError(incompatible);
  return x.value === y.value;
}

function less(a: Arg, b: Arg): boolean {
  const [x, y] = [unboxed(a), unboxed(b)];
  const [kx, ky] = [kindOf(x), kindOf(y)];
  for (const kind of [kx, ky])
    if (!["int", "float", "string", "bool"].includes(kind)) throw new FunctionError(invalidType);
  if (kx !== ky) throw new FunctionError(incompatible);
  if (kx === "bool") throw new FunctionError(invalidType);
  if (kx === "string") return Buffer.compare(Buffer.from(x!.value as string), Buffer.from(y!.value as string)) < 0;
  return (x!.value as number) < (y!.value as number);
}

function equalToAny([first, ...others]: readonly Arg[]): boolean {
  if (others.length === 0) throw new FunctionError("missing argument for comparison");
  return others.some((other) => equal(first, other));
}

// A list's or string's index, checked.
function indexArg(index: Arg, length: number): number {
  const v = unboxed(index);
  if (v === undefined) throw new FunctionError("cannot index slice/array with nil");
  if (kindOf(v) !== "int") throw new FunctionError(`cannot index slice/array with type ${v.type}`);
  const n = v.value as number;
  if (n < 0 || n > length) throw new FunctionError(`index out of range: ${n}`);
  return n;
}

function indexOnce(item: GoValue, index: Arg): Arg {
  const kind = kindOf(item);
  if (kind === "slice" || kind === "string") {
    const list = kind === "slice" ? (item.value as readonly unknown[]) : [...Buffer.from(item.value as string)];
    const n = indexArg(index, list.length);
    if (n === list.length) throw new FunctionError(`reflect: ${kind} index out of range`);
    return kind === "slice" ? goOf(list[n], true) : { value: list[n], type: "uint8", boxed: false };
  }
  if (kind !== "map") throw new FunctionError(`can't index item of type ${item.type}`);
  const key = unboxed(index);
  if (key === undefined) throw new FunctionError("value is nil; should be of type string");
  if (key.type !== "string") throw new FunctionError(`value has type ${key.type}; should be string`);
  const object = item.value as { readonly [key: string]: unknown };
  return goOf(Object.hasOwn(object, key.value as string) ? object[key.value as string] : null, true);
}

function index([first, ...indexes]: readonly Arg[]): Arg {
  let item: Arg = unboxed(first);
  if (item === undefined) throw new FunctionError("index of untyped nil");
  for (const i of indexes) {
    const inner: Arg = unboxed(item);
    if (inner === undefined) throw new FunctionError("index of nil pointer");
    item = indexOnce(inner, i);
  }
  return item;
}

function slice([first, ...indexes]: readonly Arg[]): Arg {
  const item = unboxed(first);
  if (item === undefined) throw new FunctionError("slice of untyped nil");
  if (indexes.length > 3) throw new FunctionError(`too many slice indexes: ${indexes.length}`);
  const kind = kindOf(item);
  if (kind === "string" && indexes.length === 3) throw new FunctionError("cannot 3-index slice a string");
  if (kind !== "string" && kind !== "slice") throw new FunctionError(`can't slice item of type ${item.type}`);
  const list = kind === "string" ? Buffer.from(item.value as string) : (item.value as readonly unknown[]);
  const bounds = [0, list.length, list.length];
  for (const [i, arg] of indexes.entries()) bounds[i] = indexArg(arg, list.length);
  if (bounds[0]! > bounds[1]!) throw new FunctionError(`invalid slice index: ${bounds[0]} > ${bounds[1]}`);
  if (bounds[1]! > bounds[2]!) throw new FunctionError(`invalid slice index: ${bounds[1]} > ${bounds[2]}`);
  const part = list.slice(bounds[0], bounds[1]);
  return goOf(kind === "string" ? part.toString() : part);
}

function length([arg]: readonly Arg[]): Arg {
  const item = unboxed(arg);
  if (item === undefined)
    throw new FunctionError(
      arg === undefined ? "reflect: call of reflect.Value.Type on zero Value" : "len of nil pointer",
    );
  const kind = kindOf(item);
  if (kind === "string") return goInt(Buffer.byteLength(item.value as string));
  if (kind === "slice") return goInt((item.value as readonly unknown[]).length);
  if (kind === "map") return goInt(Object.keys(item.value as object).length);
  throw new FunctionError(`len of type ${item.type}`);
}

const htmlEntities: { readonly [c: string]: string } = {
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\0": "\ufffd",
};
const html = (text: string): string => text.replace(/["'&<>\0]/g, (c) => htmlEntities[c]!);

function js(text: string): string {
  const hex = (c: string): string => `\\u${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return text
    .replace(/[\\'"]/g, "\\$&")
    .replace(/[<>&=\x00-\x1f]/g, hex)
    .replace(/[^\x00-\x7f]/gu, (c) => (/^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u.test(c) ? c : hex(c)));
}

const urlQuery = (text: string): string =>
  [...Buffer.from(text)]
    .map((b) => {
      const c = String.fromCharCode(b);
      if (c === " ") return "+";
      return /^[A-Za-z0-9\-_.~]$/.test(c) ? c : `%${b.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");

// What an escaper sees of its arguments: a missing one is "<no value>" here.
const joined = (args: readonly Arg[]): string => sprint(args.map((a) => unboxed(a) ?? goOf("<no value>")));

function exists([item, ...indexes]: readonly Arg[]): boolean {
  let v = unboxed(item);
  for (const i of indexes) {
    const key = unboxed(i);
    const kind = kindOf(v);
    if (kind === "map" && typeof key?.value === "string") {
      const object = v!.value as { readonly [key: string]: unknown };
      v = unboxed(goOf(Object.hasOwn(object, key.value) ? object[key.value] : null, true));
    } else if ((kind === "slice" || kind === "string") && key !== undefined && kindOf(key) === "int") {
      const list = kind === "slice" ? (v!.value as readonly unknown[]) : Buffer.from(v!.value as string);
      const n = key.value as number;
      if (n < 0 || n >= list.length) return false;
      v = unboxed(goOf(list[n], true));
    } else return false;
  }
  return v !== undefined || indexes.length === 0;
}

// Where encoding/base64 finds the text to be wrong; -1 where it is right.
function base64Problem(encoded: string): number {
  const body = /^[A-Za-z0-9+/]*/.exec(encoded)![0].length;
  const padding = (4 - (body % 4)) % 4;
  if (body === encoded.length) return padding === 0 ? -1 : body - (body % 4);
  if (encoded[body] !== "=" || padding === 0 || padding === 3) return body;
  if (padding === 1) return encoded.length > body + 1 ? body + 1 : -1;
  if (encoded[body + 1] === undefined) return encoded.length;
  if (encoded[body + 1] !== "=") return body;
  return encoded.length > body + 2 ? body + 2 : -1;
}

function base64Decode([arg]: readonly Arg[]): Arg {
  const encoded = (arg!.value as string).replace(/[\r\n]/g, "");
  const problem = base64Problem(encoded);
  if (problem >= 0) throw new FunctionError(`base64 decode failed: illegal base64 data at input byte ${problem}`);
  return goOf(Buffer.from(encoded, "base64").toString());
}

// There is nothing that could be called.
function call([fn]: readonly Arg[], [text]: readonly string[]): Arg {
  const v = unboxed(fn);
  if (v === undefined) throw new FunctionError("call of nil");
  throw new FunctionError(`non-function ${text} of type ${v.type}`);
}

const define = (
  parameters: GoFunction["parameters"],
  variadic: boolean,
  run: (args: readonly Arg[], texts: readonly string[]) => Arg,
): GoFunction => ({ parameters, variadic, run });
const bool =
  (test: (args: readonly Arg[]) => boolean) =>
  (args: readonly Arg[]): Arg =>
    goOf(test(args));
const text =
  (make: (args: readonly Arg[]) => string) =>
  (args: readonly Arg[]): Arg =>
    goOf(make(args));

/** The functions of text/template and kubectl's own. "and" and "or" are evaluated by the template, which stops early. */
export const templateFunctions: ReadonlyMap<string, GoFunction> = new Map([
  ["and", define(["value", "value"], true, (args) => args[args.length - 1])],
  ["or", define(["value", "value"], true, (args) => args[args.length - 1])],
  [
    "not",
    define(
      ["value"],
      false,
      bool(([a]) => !truth(a)),
    ),
  ],
  ["call", define(["value", "value"], true, call)],
  [
    "html",
    define(
      ["any"],
      true,
      text((args) => html(joined(args))),
    ),
  ],
  [
    "js",
    define(
      ["any"],
      true,
      text((args) => js(joined(args))),
    ),
  ],
  [
    "urlquery",
    define(
      ["any"],
      true,
      text((args) => urlQuery(joined(args))),
    ),
  ],
  ["index", define(["value", "value"], true, index)],
  ["slice", define(["value", "value"], true, slice)],
  ["len", define(["value"], false, length)],
  [
    "print",
    define(
      ["any"],
      true,
      text((args) => sprint(args.map(unboxed))),
    ),
  ],
  [
    "println",
    define(
      ["any"],
      true,
      text((args) => sprintln(args.map(unboxed))),
    ),
  ],
  [
    "printf",
    define(
      ["string", "any"],
      true,
      text(([f, ...args]) => sprintf(f!.value as string, args.map(unboxed))),
    ),
  ],
  ["eq", define(["value", "value"], true, bool(equalToAny))],
  [
    "ne",
    define(
      ["value", "value"],
      false,
      bool(([a, b]) => !equal(a, b)),
    ),
  ],
  [
    "lt",
    define(
      ["value", "value"],
      false,
      bool(([a, b]) => less(a, b)),
    ),
  ],
  [
    "le",
    define(
      ["value", "value"],
      false,
      bool(([a, b]) => less(a, b) || equal(a, b)),
    ),
  ],
  [
    "gt",
    define(
      ["value", "value"],
      false,
      bool(([a, b]) => !(less(a, b) || equal(a, b))),
    ),
  ],
  [
    "ge",
    define(
      ["value", "value"],
      false,
      bool(([a, b]) => !less(a, b)),
    ),
  ],
  ["exists", define(["any", "any"], true, bool(exists))],
  ["base64decode", define(["string"], false, base64Decode)],
]);

import { readEscapes } from "../../shell/format.ts";

/** A float; whole numbers are plain numbers. */
interface Float {
  readonly float: number;
}
/** Something of a module: "os.environ.get". */
interface Reference {
  readonly path: string;
}
/** A value of the simulated Python. */
export type Value = number | string | boolean | null | Float | Reference | Value[];

/** What expressions see. */
export interface Scope {
  readonly names: Map<string, Value>;
  readonly environment: ReadonlyMap<string, string>;
  readonly hostname: string;
  /** Milliseconds of the epoch. */
  now(): number;
}

/** An exception as its last line shows it: "NameError: name 'x' is not defined". */
export interface Raised {
  readonly raised: string;
}
/** Beyond what is simulated. */
export interface Unknown {
  readonly unknown: string;
}

export const raise = (raised: string): Raised => ({ raised });

const TOKEN =
  /\s*(?:([fFrRbB]{0,2})("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\d+\.\d*|\d+)|([A-Za-z_]\w*)|(\*\*|\/\/|==|!=|<=|>=|[-+*/%<>()[\].,=]))/y;

interface Token {
  readonly kind: "string" | "number" | "name" | "mark" | "end";
  readonly text: string;
  readonly prefix?: string;
}

function tokens(source: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  const text = source.trim();
  while (TOKEN.lastIndex < text.length) {
    const match = TOKEN.exec(text);
    if (match === null) throw { unknown: source } satisfies Unknown;
    const [, prefix = "", quoted, number, name, mark] = match;
    if (quoted !== undefined) found.push({ kind: "string", text: quoted.slice(1, -1), prefix: prefix.toLowerCase() });
    else if (number !== undefined) found.push({ kind: "number", text: number });
    else if (name !== undefined) found.push({ kind: "name", text: name });
    else found.push({ kind: "mark", text: mark! });
  }
  return [...found, { kind: "end", text: "" }];
}

/** The value of an expression. Throws Raised or Unknown. */
export function evaluate(source: string, scope: Scope): Value {
  const [value] = evaluateList(source, scope);
  return value ?? null;
}

/** The values of a call's arguments, keyword arguments left out. */
export function evaluateList(source: string, scope: Scope): Value[] {
  return items({ list: tokens(source), scope, source, at: 0 }, "");
}

/** A place in a list of tokens. */
interface Reader {
  readonly list: readonly Token[];
  readonly scope: Scope;
  readonly source: string;
  at: number;
}

const LEVELS: readonly (readonly string[])[] = [["or"], ["and"], [], ["+", "-"], ["*", "/", "//", "%"]];
const COMPARISONS = ["==", "!=", "<", ">", "<=", ">=", "in", "not", "is"];

const peek = (r: Reader): Token => r.list[r.at]!;
const is = (r: Reader, text: string): boolean => peek(r).kind !== "string" && peek(r).text === text;
const take = (r: Reader, text: string): boolean => is(r, text) && ++r.at > 0;
const fail = (r: Reader): never => {
  throw { unknown: r.source.trim() } satisfies Unknown;
};

/** Values up to a closing mark, or to the end for "". */
function items(r: Reader, close: string): Value[] {
  const over = (): boolean => (close === "" ? peek(r).kind === "end" : is(r, close));
  const values: Value[] = [];
  while (!over()) {
    const next = r.list[r.at + 1];
    const keyword = peek(r).kind === "name" && next?.kind === "mark" && next.text === "=";
    if (keyword) r.at += 2;
    const value = binary(r, 0);
    if (!keyword) values.push(value);
    if (!take(r, ",") && !over()) fail(r);
  }
  if (close !== "") r.at++;
  return values;
}

function binary(r: Reader, level: number): Value {
  if (level === 2) return comparison(r);
  if (level >= LEVELS.length) return unary(r);
  let left = binary(r, level + 1);
  for (;;) {
    const operator = LEVELS[level]!.find((o) => is(r, o));
    if (operator === undefined) return left;
    r.at++;
    left = apply(operator, left, binary(r, level + 1));
  }
}

function comparison(r: Reader): Value {
  if (take(r, "not")) return !truth(comparison(r));
  const left = binary(r, 3);
  const operator = COMPARISONS.find((o) => is(r, o));
  if (operator === undefined) return left;
  r.at++;
  const negated = operator === "not" ? take(r, "in") || fail(r) : operator === "is" && take(r, "not");
  const found = compare(operator === "not" ? "in" : operator === "is" ? "==" : operator, left, binary(r, 3));
  return negated ? !found : found;
}

function unary(r: Reader): Value {
  if (take(r, "-")) return apply("-", 0, unary(r));
  if (take(r, "+")) return unary(r);
  return postfix(r, atom(r));
}

function postfix(r: Reader, start: Value): Value {
  let value = start;
  for (;;) {
    if (take(r, ".")) {
      const name = peek(r).text;
      r.at++;
      if (isReference(value)) value = { path: `${value.path}.${name}` };
      else if (take(r, "(")) value = method(value, name, items(r, ")"));
      else fail(r);
    } else if (take(r, "(")) value = isReference(value) ? call(value.path, items(r, ")"), r.scope) : fail(r);
    else if (take(r, "[")) value = index(value, items(r, "]")[0] ?? null, r.scope);
    else return value;
  }
}

function atom(r: Reader): Value {
  const token = peek(r);
  r.at++;
  if (token.kind === "number") return token.text.includes(".") ? { float: Number(token.text) } : Number(token.text);
  if (token.kind === "string") return text(token, r.scope) + (peek(r).kind === "string" ? String(atom(r)) : "");
  if (token.text === "(" || token.text === "[") {
    const inside = items(r, token.text === "(" ? ")" : "]");
    return token.text === "[" || inside.length !== 1 ? inside : inside[0]!;
  }
  if (token.kind !== "name") return fail(r);
  if (token.text === "True" || token.text === "False") return token.text === "True";
  if (token.text === "None") return null;
  return r.scope.names.get(token.text) ?? reference(token.text);
}

const MODULES = new Set(["os", "sys", "time", "socket", "datetime", "platform"]);
const FUNCTIONS = new Set(["int", "str", "len", "range", "float", "bool", "abs", "min", "max", "sum", "print", "exit"]);

function reference(name: string): Reference {
  if (MODULES.has(name) || FUNCTIONS.has(name) || /^(sleep|quit|getenv|gethostname)$/.test(name)) return { path: name };
  throw raise(`NameError: name '${name}' is not defined`);
}

const isReference = (value: Value): value is Reference =>
  typeof value === "object" && value !== null && "path" in value;
const isFloat = (value: Value): value is Float => typeof value === "object" && value !== null && "float" in value;
const numeric = (value: Value): number | undefined =>
  typeof value === "number"
    ? value
    : typeof value === "boolean"
      ? Number(value)
      : isFloat(value)
        ? value.float
        : undefined;

/** Whether a value counts as true. */
export function truth(value: Value): boolean {
  const number = numeric(value);
  if (number !== undefined) return number !== 0;
  return typeof value === "string" || Array.isArray(value) ? value.length > 0 : value !== null;
}

/** str(value). */
export function show(value: Value, quoted = false): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "string") return quoted ? `'${value}'` : value;
  if (isFloat(value)) return Number.isInteger(value.float) ? `${value.float}.0` : String(value.float);
  if (Array.isArray(value)) return `[${value.map((v) => show(v, true)).join(", ")}]`;
  return typeof value === "number" ? String(value) : `<built-in function ${value.path}>`;
}

function text(token: Token, scope: Scope): string {
  const { prefix = "" } = token;
  const raw = prefix.includes("r") ? token.text : readEscapes(token.text.replace(/\\(['"])/g, "$1"), false).text;
  if (!prefix.includes("f")) return raw;
  return raw.replace(/\{\{|\}\}|\{([^{}]*)\}/g, (whole, inner?: string) =>
    inner === undefined ? whole[0]! : show(evaluate(inner, scope)),
  );
}

const typeName = (value: Value): string =>
  value === null
    ? "NoneType"
    : typeof value === "string"
      ? "str"
      : typeof value === "boolean"
        ? "bool"
        : Array.isArray(value)
          ? "list"
          : isFloat(value)
            ? "float"
            : "int";

function apply(operator: string, left: Value, right: Value): Value {
  if (operator === "or") return truth(left) ? left : right;
  if (operator === "and") return truth(left) ? right : left;
  if (operator === "+" && typeof left === "string" && typeof right === "string") return left + right;
  if (operator === "+" && Array.isArray(left) && Array.isArray(right)) return [...left, ...right];
  if (operator === "*" && typeof left === "string" && typeof right === "number")
    return left.repeat(Math.min(1 << 16, Math.max(0, right)));
  if (operator === "%" && typeof left === "string") return percent(left, Array.isArray(right) ? right : [right]);
  const [a, b] = [numeric(left), numeric(right)];
  if (a === undefined || b === undefined)
    throw raise(
      operator === "+" && typeof left === "string"
        ? `TypeError: can only concatenate str (not "${typeName(right)}") to str`
        : `TypeError: unsupported operand type(s) for ${operator}: '${typeName(left)}' and '${typeName(right)}'`,
    );
  if (b === 0 && operator === "/") throw raise("ZeroDivisionError: division by zero");
  if (b === 0 && (operator === "//" || operator === "%"))
    throw raise("ZeroDivisionError: integer division or modulo by zero");
  const results: Readonly<Record<string, number>> = {
    "+": a + b,
    "-": a - b,
    "*": a * b,
    "/": a / b,
    "//": Math.floor(a / b),
    "%": a - b * Math.floor(a / b),
  };
  const result = results[operator]!;
  return operator === "/" || isFloat(left) || isFloat(right) ? { float: result } : result;
}

function percent(format: string, values: readonly Value[]): string {
  let next = 0;
  return format.replace(/%([sd%])/g, (_, kind: string) => (kind === "%" ? "%" : show(values[next++] ?? null)));
}

function compare(operator: string, left: Value, right: Value): boolean {
  if (operator === "in")
    return Array.isArray(right) ? right.some((v) => compare("==", left, v)) : show(right).includes(show(left));
  const [a, b] = [numeric(left), numeric(right)];
  const same = a !== undefined && b !== undefined ? a === b : show(left, true) === show(right, true);
  if (operator === "==") return same;
  if (operator === "!=") return !same;
  const pair: [number | string, number | string] | undefined =
    a !== undefined && b !== undefined
      ? [a, b]
      : typeof left === "string" && typeof right === "string"
        ? [left, right]
        : undefined;
  if (pair === undefined)
    throw raise(
      `TypeError: '${operator}' not supported between instances of '${typeName(left)}' and '${typeName(right)}'`,
    );
  if (operator === "<") return pair[0] < pair[1];
  if (operator === ">") return pair[0] > pair[1];
  return operator === "<=" ? pair[0] <= pair[1] : pair[0] >= pair[1];
}

function index(value: Value, key: Value, scope: Scope): Value {
  if (isReference(value) && value.path === "os.environ") {
    const found = scope.environment.get(show(key));
    if (found === undefined) throw raise(`KeyError: ${show(key, true)}`);
    return found;
  }
  if (!Array.isArray(value) && typeof value !== "string") throw { unknown: show(value) } satisfies Unknown;
  const at = numeric(key) ?? 0;
  const found = value[at < 0 ? value.length + at : at];
  if (found === undefined)
    throw raise(`IndexError: ${typeof value === "string" ? "string" : "list"} index out of range`);
  return found;
}

function method(value: Value, name: string, args: readonly Value[]): Value {
  const first = args[0] ?? null;
  if (typeof value === "string") {
    if (name === "upper") return value.toUpperCase();
    if (name === "lower") return value.toLowerCase();
    if (name === "strip") return value.trim();
    if (name === "startswith") return value.startsWith(show(first));
    if (name === "endswith") return value.endsWith(show(first));
    if (name === "split") return first === null ? value.trim().split(/\s+/) : value.split(show(first));
    if (name === "join" && Array.isArray(first)) return first.map((v) => show(v)).join(value);
    if (name === "replace") return value.replaceAll(show(first), show(args[1] ?? ""));
    let next = 0;
    if (name === "format") return value.replace(/\{\}/g, () => show(args[next++] ?? null));
  }
  if (Array.isArray(value) && name === "append") {
    value.push(first);
    return null;
  }
  throw { unknown: `.${name}()` } satisfies Unknown;
}

function call(path: string, args: readonly Value[], scope: Scope): Value {
  const [first = null, second = null] = args;
  const number = numeric(first);
  if (path === "os.environ.get" || path === "os.getenv" || path === "getenv")
    return scope.environment.get(show(first)) ?? second;
  if (path === "socket.gethostname" || path === "gethostname" || path === "platform.node") return scope.hostname;
  if (path === "time.time") return { float: scope.now() / 1000 };
  if (path === "os.getpid") return 1;
  if (path === "str") return show(first);
  if (path === "bool") return truth(first);
  if (path === "len" && (typeof first === "string" || Array.isArray(first))) return first.length;
  if (path === "range") return range(args.map((value) => numeric(value) ?? 0));
  if (path === "abs" && number !== undefined) return isFloat(first) ? { float: Math.abs(number) } : Math.abs(number);
  if (path === "int" || path === "float") return toNumber(path, first);
  if (path === "min" || path === "max" || path === "sum") {
    const numbers = (Array.isArray(first) ? first : args).map((value) => numeric(value) ?? 0);
    return path === "sum" ? numbers.reduce((a, b) => a + b, 0) : Math[path](...numbers);
  }
  throw { unknown: `${path}()` } satisfies Unknown;
}

function range(bounds: readonly number[]): number[] {
  const [from, to, step = 1] = bounds.length < 2 ? [0, bounds[0] ?? 0] : bounds;
  if (step === 0) throw raise("ValueError: range() arg 3 must not be zero");
  const count = Math.min(100_000, Math.max(0, Math.ceil((to! - from!) / step)));
  return Array.from({ length: count }, (_, i) => from! + i * step);
}

function toNumber(path: "int" | "float", value: Value): Value {
  const number = numeric(value) ?? (typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN);
  if (value === null)
    throw raise(
      `TypeError: ${path}() argument must be a string${path === "int" ? ", a bytes-like object" : ""} or a real number, not 'NoneType'`,
    );
  if (Number.isNaN(number) || (path === "int" && typeof value === "string" && !Number.isInteger(number)))
    throw raise(
      path === "int"
        ? `ValueError: invalid literal for int() with base 10: ${show(value, true)}`
        : `ValueError: could not convert string to float: ${show(value, true)}`,
    );
  return path === "int" ? Math.trunc(number) : { float: number };
}

import { launchFor } from "../../runtime/machine/launch.ts";
import { type Run, statusCode } from "../../runtime/machine/process.ts";
import { formatDate } from "../applets/date.ts";
import { printfText } from "../format.ts";
import { searchRegex } from "../lang/regex.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Expression } from "./syntax.ts";
import { toNumber, toText, type Value } from "./values.ts";

/** Calls a built-in function. `given`: its arguments where they have been evaluated already. */
export function* callBuiltin(
  awk: Interpreter,
  name: string,
  args: readonly Expression[],
  given?: readonly Value[],
): Run<Value> {
  if (name === "split") return yield* split(awk, args);
  if (name === "sub" || name === "gsub") return yield* substitute(awk, args, name === "gsub");
  if (name === "match") return yield* match(awk, args);
  const first = args[0];
  if (name === "length" && first?.t === "variable" && awk.arrays.has(first.name)) return awk.array(first.name).size;
  const values: Value[] = given === undefined ? [] : [...given];
  if (given === undefined) for (const arg of args) values.push(yield* awk.evaluate(arg));
  const text = (i: number): string => toText(values[i] ?? "");
  const number = (i: number): number => toNumber(values[i] ?? 0);
  switch (name) {
    case "length":
      return (values.length === 0 ? awk.records.text : text(0)).length;
    case "substr":
      return substring(text(0), number(1), values.length > 2 ? number(2) : Number.POSITIVE_INFINITY);
    case "index":
      return text(0).indexOf(text(1)) + 1;
    case "tolower":
      return text(0).toLowerCase();
    case "toupper":
      return text(0).toUpperCase();
    case "sprintf":
      return printfText(
        text(0),
        values.slice(1).map((value) => (typeof value === "number" ? exact(value) : toText(value))),
      ).text;
    case "system":
      return yield* system(awk, text(0));
    case "close":
      return yield* awk.closeAll(text(0));
    case "fflush":
      return 0;
    case "systime":
      return Math.floor(awk.process.time / 1000);
    case "strftime":
      return formatDate(
        values.length > 1 ? number(1) * 1000 : awk.process.time,
        values.length > 0 ? text(0) : "%a %b %e %H:%M:%S %Z %Y",
      );
    default:
      return mathematics(awk, name, number, values.length);
  }
}

/** A number for %d and %s alike. */
function exact(value: number): string {
  return Number.isInteger(value) ? toText(value) : String(value);
}

function mathematics(awk: Interpreter, name: string, number: (i: number) => number, count: number): number {
  switch (name) {
    case "int":
      return Math.trunc(number(0));
    case "sqrt":
      return Math.sqrt(number(0));
    case "exp":
      return Math.exp(number(0));
    case "log":
      return Math.log(number(0));
    case "sin":
      return Math.sin(number(0));
    case "cos":
      return Math.cos(number(0));
    case "atan2":
      return Math.atan2(number(0), number(1));
    case "rand":
      return awk.process.machine.chance(`awk/${awk.seed}/${awk.randomCount++}`);
    case "srand": {
      const old = awk.seed;
      awk.seed = count > 0 ? number(0) : Math.floor(awk.process.time / 1000);
      awk.randomCount = 0;
      return old;
    }
    case "and":
      return number(0) & number(1);
    case "or":
      return number(0) | number(1);
    case "xor":
      return number(0) ^ number(1);
    case "lshift":
      return number(0) * 2 ** number(1);
    case "rshift":
      return Math.floor(number(0) / 2 ** number(1));
    default:
      throw `function ${name} not defined`;
  }
}

function substring(text: string, from: number, length: number): string {
  const start = Math.round(from);
  const end = length === Number.POSITIVE_INFINITY ? text.length + 1 : start + Math.round(length);
  return text.slice(Math.max(1, start) - 1, Math.max(0, Math.max(1, end) - 1));
}

function* split(awk: Interpreter, args: readonly Expression[]): Run<Value> {
  const [source, array, separator] = args;
  const text = source === undefined ? "" : toText(yield* awk.evaluate(source));
  const by =
    separator === undefined
      ? toText(awk.get("FS"))
      : separator.t === "regex"
        ? separator.regex
        : toText(yield* awk.evaluate(separator));
  const parts = awk.records.split(text, by);
  if (array?.t !== "variable") throw "split: second argument is not an array";
  const cells = awk.array(array.name);
  cells.clear();
  for (const [i, part] of parts.entries()) cells.set(String(i + 1), { input: part });
  return parts.length;
}

function* match(awk: Interpreter, args: readonly Expression[]): Run<Value> {
  const text = toText(yield* awk.evaluate(args[0]!));
  const found = searchRegex(yield* awk.records.regexOf(args[1]!), text, 0);
  awk.set("RSTART", found === undefined ? 0 : found.start + 1);
  awk.set("RLENGTH", found === undefined ? -1 : found.end - found.start);
  return found === undefined ? 0 : found.start + 1;
}

function* substitute(awk: Interpreter, args: readonly Expression[], all: boolean): Run<Value> {
  const regex = yield* awk.records.regexOf(args[0]!);
  const replacement = toText(yield* awk.evaluate(args[1]!));
  const target: Expression = args[2] ?? { t: "field", index: { t: "number", value: 0 } };
  const text = toText(yield* awk.evaluate(target));
  let out = "";
  let at = 0;
  let count = 0;
  while (at <= text.length) {
    const found = searchRegex(regex, text, at);
    if (found === undefined) break;
    const whole = text.slice(found.start, found.end);
    out +=
      text.slice(at, found.start) +
      replacement.replace(/\\\\&|\\&|&|\\\\/g, (mark) =>
        mark === "&" ? whole : mark === "\\&" ? "&" : mark === "\\\\&" ? `\\${whole}` : "\\",
      );
    count++;
    if (found.end === found.start) {
      out += text[found.end] ?? "";
      at = found.end + 1;
    } else at = found.end;
    if (!all || out.length > 1 << 22) break;
  }
  if (count > 0) yield* awk.store(target, out + text.slice(at));
  return count;
}

function* system(awk: Interpreter, command: string): Run<Value> {
  const found = launchFor(awk.process, ["sh", "-c", command]);
  if (!("program" in found)) return 127;
  const child = awk.process.fork(found.program, found.argv);
  return statusCode((yield* awk.process.wait(child))!);
}

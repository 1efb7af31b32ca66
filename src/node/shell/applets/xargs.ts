import type { Run } from "../../runtime/machine/process.ts";
import { compileRegex, searchRegex } from "../lang/regex.ts";
import { type Applet, badOption, parseOptions, print } from "./lib.ts";
import { runCommand } from "./system.ts";

/** Words of xargs' input: blanks separate, quotes and backslashes protect. */
function words(text: string): string[] {
  const out: string[] = [];
  for (const match of text.matchAll(/(?:'[^'\n]*'|"[^"\n]*"|\\[\s\S]|[^\s'"\\])+/g))
    out.push(match[0].replace(/'([^'\n]*)'|"([^"\n]*)"|\\([\s\S])/g, (_, a, b, c) => a ?? b ?? c));
  return out;
}

/** xargs */
export const xargs: Applet = function* (process, args): Run {
  const options = parseOptions(
    args,
    "n:I:i0rtd:P:L:s:x",
    { null: "0", "no-run-if-empty": "r", "max-args=": "n", "replace=": "I", "delimiter=": "d" },
    true,
  );
  if (options.bad !== undefined) return yield* badOption(process, "xargs", options.bad);
  const text = yield* process.readAll(0);
  const replace = options.value("I") ?? (options.has("i") ? "{}" : undefined);
  const delimiter = options.has("0") ? "\0" : options.value("d")?.replace(/\\n/, "\n");
  let items: string[];
  if (delimiter !== undefined)
    items = text.split(delimiter).filter((item, i, all) => i < all.length - 1 || item !== "");
  else if (replace !== undefined || options.has("L"))
    items = text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "");
  else items = words(text);
  const command = options.rest.length === 0 ? ["echo"] : options.rest;
  const size =
    replace !== undefined ? 1 : Math.max(1, Number(options.value("n") ?? options.value("L") ?? 5000) || 5000);
  let status = 0;
  const batches: string[][] = [];
  for (let i = 0; i < items.length; i += size) batches.push(items.slice(i, i + size));
  if (batches.length === 0 && replace === undefined && !options.has("r")) batches.push([]);
  for (const batch of batches) {
    const argv =
      replace === undefined ? [...command, ...batch] : command.map((arg) => arg.replaceAll(replace, batch[0]!));
    if (options.has("t") && process.files.has(2)) yield* process.write(2, `${argv.join(" ")}\n`);
    const code = yield* runCommand(process, argv, "xargs");
    if (code === 255) return 124;
    if (code >= 126) return code;
    if (code !== 0) status = 123;
  }
  return status;
};

/** expr */
export const expr: Applet = function* (process, args): Run {
  const cursor = { at: 0 };
  try {
    const value = either(args, cursor);
    if (cursor.at < args.length) throw "syntax error";
    yield* print(process, `${value}\n`);
    return value === "" || /^-?0+$/.test(value) ? 1 : 0;
  } catch (caught) {
    if (typeof caught !== "string") throw caught;
    if (process.files.has(2)) yield* process.write(2, `expr: ${caught}\n`);
    return 2;
  }
};

type Cursor = { at: number };

const LEVELS: readonly (readonly string[])[] = [
  ["|"],
  ["&"],
  ["<", "<=", "=", "==", "!=", ">=", ">"],
  ["+", "-"],
  ["*", "/", "%"],
  [":"],
];

function either(args: readonly string[], cursor: Cursor, level = 0): string {
  if (level === LEVELS.length) return operand(args, cursor);
  let left = either(args, cursor, level + 1);
  for (
    let operator = args[cursor.at];
    operator !== undefined && LEVELS[level]!.includes(operator);
    operator = args[cursor.at]
  ) {
    cursor.at++;
    left = apply(operator, left, either(args, cursor, level + 1));
  }
  return left;
}

function operand(args: readonly string[], cursor: Cursor): string {
  const token = args[cursor.at++];
  if (token === undefined) throw "syntax error: missing argument";
  if (token === "(") {
    const value = either(args, cursor);
    if (args[cursor.at++] !== ")") throw "syntax error: expecting ')'";
    return value;
  }
  const rest = args.slice(cursor.at);
  if (token === "length" && rest.length >= 1) {
    cursor.at++;
    return String(rest[0]!.length);
  }
  if (token === "substr" && rest.length >= 3) {
    cursor.at += 3;
    return rest[0]!.substr(Number(rest[1]) - 1, Number(rest[2]));
  }
  if (token === "index" && rest.length >= 2) {
    cursor.at += 2;
    return String(1 + [...rest[0]!].findIndex((c) => rest[1]!.includes(c)));
  }
  return token;
}

const isInteger = (text: string): boolean => /^-?\d+$/.test(text);
const isTrue = (text: string): boolean => text !== "" && !/^-?0+$/.test(text);

function apply(operator: string, a: string, b: string): string {
  if (operator === "|") return isTrue(a) ? a : isTrue(b) ? b : "0";
  if (operator === "&") return isTrue(a) && isTrue(b) ? a : "0";
  if (operator === ":") return matchStart(a, b);
  const numeric = isInteger(a) && isInteger(b);
  if (LEVELS[2]!.includes(operator)) {
    const order = numeric ? Number(BigInt(a) - BigInt(b)) : a < b ? -1 : a > b ? 1 : 0;
    const value = {
      "<": order < 0,
      "<=": order <= 0,
      "=": order === 0,
      "==": order === 0,
      "!=": order !== 0,
      ">=": order >= 0,
      ">": order > 0,
    }[operator];
    return value ? "1" : "0";
  }
  if (!numeric) throw "non-integer argument";
  const [x, y] = [BigInt(a), BigInt(b)];
  if ((operator === "/" || operator === "%") && y === 0n) throw "division by zero";
  return String(
    operator === "+" ? x + y : operator === "-" ? x - y : operator === "*" ? x * y : operator === "/" ? x / y : x % y,
  );
}

function matchStart(text: string, pattern: string): string {
  const regex = compileRegex(`^${pattern}`, { extended: false });
  if (typeof regex === "string") throw regex;
  const match = searchRegex(regex, text, 0);
  if (regex.groups === 0) return String(match === undefined ? 0 : match.end);
  const group = match?.groups[1];
  return group === undefined ? "" : text.slice(group[0], group[1]);
}

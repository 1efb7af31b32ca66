import type { Process, Run } from "../../runtime/machine/process.ts";
import { evaluate, evaluateList, type Raised, raise, type Scope, show, truth, type Unknown } from "./expression.ts";

/** A statement, with the block below it. */
interface Line {
  readonly number: number;
  readonly text: string;
  readonly body: Line[];
}

/** How a statement leaves its block; a number is the end of the program. */
type Outcome = "next" | "break" | "continue" | number;

const LIMITS =
  "drykube's simulated Python knows print, if, while, for, variables, os.environ, time.sleep, sys.exit and python -m http.server only";

/** Runs a program; `file` is how tracebacks call it. Answers the exit code. */
export function* runPython(process: Process, code: string, file: string): Run {
  const scope: Scope = {
    names: new Map(),
    environment: process.env,
    hostname: process.container.spec.hostname,
    now: () => process.time,
  };
  let line = 0;
  const at = (number: number): void => {
    line = number;
  };
  try {
    const outcome = yield* block(process, readLines(code), scope, at);
    return typeof outcome === "number" ? outcome : 0;
  } catch (caught) {
    const { raised, unknown } = caught as Partial<Raised & Unknown>;
    if (raised !== undefined)
      yield* process.write(
        2,
        `Traceback (most recent call last):\n  File "${file}", line ${line}, in <module>\n${raised}\n`,
      );
    else if (unknown !== undefined) yield* process.write(2, `${LIMITS}, not: ${unknown}\n`);
    else throw caught;
    return 1;
  }
}

/** Statements by indentation; `if x: y; z` has its block on the same line. */
function readLines(code: string): Line[] {
  const top: Line[] = [];
  const open: { indent: number; lines: Line[] }[] = [{ indent: 0, lines: top }];
  for (const [i, raw] of code.split("\n").entries()) {
    const text = splitOutside(raw, "#")[0]!.trimEnd();
    if (text.trim() === "") continue;
    const indent = text.length - text.trimStart().length;
    while (open.length > 1 && indent < open.at(-1)!.indent) open.pop();
    const here = open.at(-1)!;
    if (indent > here.indent) {
      const parent = here.lines.at(-1);
      if (parent === undefined) open.push({ indent, lines: here.lines });
      else open.push({ indent, lines: parent.body });
    }
    open.at(-1)!.lines.push(...statements(text.trim(), i + 1));
  }
  return top;
}

function statements(text: string, number: number): Line[] {
  if (/^(if|elif|else|while|for)\b/.test(text)) {
    const [head = "", ...rest] = splitOutside(text, ":");
    const inline = rest.join(":").trim();
    return [{ number, text: head.trim(), body: inline === "" ? [] : statements(inline, number) }];
  }
  return splitOutside(text, ";")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .flatMap((part, i) =>
      i > 0 && /^(if|while|for)\b/.test(part) ? statements(part, number) : [{ number, text: part, body: [] }],
    );
}

/** Splits at a mark outside of quotes and brackets. */
function splitOutside(text: string, mark: string): string[] {
  const parts = [""];
  let quote = "";
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote === "" && depth === 0 && c === mark) {
      parts.push("");
      continue;
    }
    if (quote !== "") quote = c === quote && text[i - 1] !== "\\" ? "" : quote;
    else if (c === '"' || c === "'") quote = c;
    else if ("([{".includes(c)) depth++;
    else if (")]}".includes(c)) depth--;
    parts[parts.length - 1] += c;
  }
  return parts;
}

function* block(process: Process, lines: readonly Line[], scope: Scope, at: (line: number) => void): Run<Outcome> {
  let taken = true;
  for (const line of lines) {
    at(line.number);
    if (process.tick(4)) yield* process.pause();
    const word = /^\w+/.exec(line.text)?.[0] ?? "";
    const rest = line.text.slice(word.length);
    let outcome: Outcome = "next";
    if (word === "if" || word === "elif" || word === "else") {
      const asked: boolean = word === "if" || !taken;
      const chosen: boolean = asked && (word === "else" || truth(evaluate(rest, scope)));
      taken = word === "if" ? chosen : taken || chosen;
      if (chosen) outcome = yield* block(process, line.body, scope, at);
    } else if (word === "while" || word === "for") outcome = yield* loop(process, line, word, rest, scope, at);
    else outcome = yield* simple(process, line.text, scope);
    if (outcome !== "next") return outcome;
  }
  return "next";
}

function* loop(
  process: Process,
  line: Line,
  word: "while" | "for",
  rest: string,
  scope: Scope,
  at: (line: number) => void,
): Run<Outcome> {
  const each = /^\s+(\w+)\s+in\s+(.*)$/s.exec(rest);
  if (word === "for" && each === null) throw { unknown: line.text } satisfies Unknown;
  const values = each === null || word === "while" ? undefined : evaluate(each[2]!, scope);
  const items = Array.isArray(values) ? values : typeof values === "string" ? [...values] : [];
  for (let i = 0; values === undefined ? truth(evaluate(rest, scope)) : i < items.length; i++) {
    if (each !== null && values !== undefined) scope.names.set(each[1]!, items[i]!);
    const outcome = yield* block(process, line.body, scope, at);
    if (outcome === "break") return "next";
    if (typeof outcome === "number") return outcome;
    if (process.tick()) yield* process.pause();
  }
  return "next";
}

function* simple(process: Process, text: string, scope: Scope): Run<Outcome> {
  if (/^(import|from|pass)\b/.test(text)) return "next";
  if (text === "break" || text === "continue") return text;
  if (/^(def|class|try|except|with|lambda|async|global)\b/.test(text)) throw { unknown: text } satisfies Unknown;
  const raising = /^raise\s+(\w+)(?:\((.*)\))?$/s.exec(text);
  if (raising !== null) {
    const [message] = evaluateList(raising[2] ?? "", scope);
    if (raising[1] === "SystemExit") return typeof message === "number" ? message & 255 : 0;
    throw raise(message === undefined ? raising[1]! : `${raising[1]}: ${show(message)}`);
  }
  const assigned = /^([A-Za-z_]\w*)\s*(\+|-|\*|\/|%)?=(?!=)\s*(.*)$/s.exec(text);
  if (assigned !== null) {
    const [, name, operator, expression] = assigned;
    scope.names.set(
      name!,
      evaluate(operator === undefined ? expression! : `${name} ${operator} (${expression})`, scope),
    );
    return "next";
  }
  const called = /^([\w.]+)\((.*)\)$/s.exec(text);
  const name = called?.[1];
  const args = called?.[2] ?? "";
  if (name === "print") yield* print(process, args, scope);
  else if (name === "time.sleep" || name === "sleep") yield* process.sleep(Number(show(evaluate(args, scope))) * 1000);
  else if (name === "sys.exit" || name === "exit" || name === "quit" || name === "os._exit")
    return yield* leave(process, args, scope);
  else if (name === "sys.stdout.write") yield* process.write(1, show(evaluate(args, scope)));
  else if (name !== "sys.stdout.flush") evaluate(text, scope);
  return "next";
}

function* print(process: Process, args: string, scope: Scope): Run<void> {
  const end = /,?\s*\bend\s*=\s*(["'])(.*?)\1/.exec(args);
  const text = evaluateList(args, scope)
    .map((value) => show(value))
    .join(" ");
  yield* process.write(/\bfile\s*=\s*sys\.stderr\b/.test(args) ? 2 : 1, `${text}${end === null ? "\n" : end[2]}`);
}

/** exit(): a number is the code, a text is said and fails. */
function* leave(process: Process, args: string, scope: Scope): Run<number> {
  const [value = 0] = evaluateList(args, scope);
  if (typeof value === "number") return value & 255;
  if (value === null) return 0;
  yield* process.write(2, `${show(value)}\n`);
  return 1;
}

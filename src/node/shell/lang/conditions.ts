import type { Run } from "../../runtime/machine/process.ts";
import { testExpression } from "../builtins/test.ts";
import type { Word } from "./ast.ts";
import { expandPattern, expandString } from "./expand.ts";
import { matches } from "./pattern.ts";
import { compileRegex, searchRegex } from "./regex.ts";
import type { Shell } from "./state.ts";

interface Cursor {
  readonly words: readonly Word[];
  at: number;
  /** The outcome is known already: what is left is read, not expanded. */
  idle?: boolean;
}

/** bash's [[ … ]]: 0 true, 1 false, 2 where it is no expression. */
export function* evaluateTest(shell: Shell, words: readonly Word[]): Run {
  const cursor = { words, at: 0 };
  const value = yield* or(shell, cursor);
  if (cursor.at < words.length) {
    yield* shell.complain("syntax error in conditional expression");
    return 2;
  }
  return value ? 0 : 1;
}

function operator(cursor: Cursor): string | undefined {
  const word = cursor.words[cursor.at];
  return word?.length === 1 && word[0]!.t === "lit" ? word[0]!.v : undefined;
}

function* or(shell: Shell, cursor: Cursor): Run<boolean> {
  let value = yield* and(shell, cursor);
  while (operator(cursor) === "||") {
    cursor.at++;
    const right = yield* unless(value, cursor, and(shell, cursor));
    value ||= right;
  }
  return value;
}

function* and(shell: Shell, cursor: Cursor): Run<boolean> {
  let value = yield* term(shell, cursor);
  while (operator(cursor) === "&&") {
    cursor.at++;
    const right = yield* unless(!value, cursor, term(shell, cursor));
    value &&= right;
  }
  return value;
}

/** Evaluates an operand; where it no longer counts, without side effects. */
function* unless(decided: boolean, cursor: Cursor, operand: Run<boolean>): Run<boolean> {
  const outer = cursor.idle === true;
  cursor.idle = outer || decided;
  const value = yield* operand;
  cursor.idle = outer;
  return value;
}

function* term(shell: Shell, cursor: Cursor): Run<boolean> {
  const first = operator(cursor);
  if (first === "!") {
    cursor.at++;
    return !(yield* term(shell, cursor));
  }
  if (first === "(") {
    cursor.at++;
    const value = yield* or(shell, cursor);
    if (operator(cursor) === ")") cursor.at++;
    return value;
  }
  if (
    first !== undefined &&
    /^-[a-zA-Z]$/.test(first) &&
    cursor.words[cursor.at + 1] !== undefined &&
    !isBinary(operator({ ...cursor, at: cursor.at + 1 }))
  ) {
    const word = cursor.words[cursor.at + 1]!;
    cursor.at += 2;
    if (cursor.idle) return false;
    const text = yield* expandString(shell, word);
    if (first === "-v") return shell.get(text) !== undefined;
    return testExpression(shell.process, [first, text]) === true;
  }
  return yield* comparison(shell, cursor);
}

function isBinary(text: string | undefined): boolean {
  return text !== undefined && /^(==?|!=|=~|<|>|-(eq|ne|lt|le|gt|ge|nt|ot|ef))$/.test(text);
}

function* comparison(shell: Shell, cursor: Cursor): Run<boolean> {
  const word = cursor.words[cursor.at++];
  if (word === undefined) return false;
  const op = operator(cursor);
  const right = cursor.words[cursor.at + 1];
  const binary = isBinary(op) && right !== undefined;
  if (binary) cursor.at += 2;
  if (cursor.idle) return false;
  const left = yield* expandString(shell, word);
  if (!binary) return left !== "";
  if (op === "==" || op === "=") return matches(yield* expandPattern(shell, right), left);
  if (op === "!=") return !matches(yield* expandPattern(shell, right), left);
  if (op === "=~") return regexTest(shell, left, yield* expandString(shell, right));
  const text = yield* expandString(shell, right);
  if (op === "<") return left < text;
  if (op === ">") return left > text;
  return testExpression(shell.process, [left, op!, text]) === true;
}

function regexTest(shell: Shell, text: string, pattern: string): boolean {
  const regex = compileRegex(pattern, { extended: true });
  if (typeof regex === "string") return false;
  const match = searchRegex(regex, text, 0);
  if (match === undefined) return false;
  const elements = new Map(
    match.groups.map((group, i) => [String(i), group === undefined ? "" : text.slice(group[0], group[1])]),
  );
  shell.variables.set("BASH_REMATCH", { value: elements.get("0")!, elements, exported: false, readonly: false });
  return true;
}

import { parse } from "@marcbachmann/cel-js";
import { CelCompileError, compileCel } from "../../machinery/cel/environment.ts";

// What cel-go's grammar wants where an operand should stand.
const operands =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const closers: Readonly<Record<string, string>> = { RPAREN: ")", RBRACKET: "]", RBRACE: "}" };

interface Range {
  readonly start: number;
  readonly end: number;
}

/** Why an expression does not compile, drawn as cel-go draws it; undefined where it does. */
export function celCompileError(expression: string): string | undefined {
  try {
    compileCel(expression);
    return undefined;
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    const { message, range } = syntaxError(expression);
    return draw(expression, message ?? error.message, range?.start ?? 0);
  }
}

function syntaxError(expression: string): { message?: string; range?: Range } {
  try {
    parse(expression);
    return {};
  } catch (error) {
    const { range, message } = error as Error & { range?: Range };
    return range === undefined ? {} : { message: `Syntax error: ${inGrammarWords(expression, message, range)}`, range };
  }
}

function inGrammarWords(expression: string, message: string, range: Range): string {
  const line = message.split("\n")[0]!;
  const token = range.start >= expression.length ? "<EOF>" : expression.slice(range.start, range.end);
  const expected = /^Expected (\w+), got/.exec(line)?.[1];
  if (expected && closers[expected]) return `missing '${closers[expected]}' at '${token}'`;
  if (expected) return `no viable alternative at input '${expression.slice(Math.max(0, range.start - 1), range.end)}'`;
  if (line.startsWith("Unterminated")) return `token recognition error at: '${token}'`;
  if (line.startsWith("Unexpected character")) return `extraneous input '${token}' expecting <EOF>`;
  return `${token === "<EOF>" || range.end >= expression.length ? "mismatched" : "extraneous"} input '${token}' expecting ${operands}`;
}

/** ERROR: <input>:LINE:COLUMN: …, the line, and an arrow. Mirrors cel-go common.Error.ToDisplayString. */
function draw(expression: string, message: string, offset: number): string {
  const before = expression.slice(0, offset).split("\n");
  const column = before.at(-1)!.length;
  const line = expression.split("\n")[before.length - 1]!;
  return `ERROR: <input>:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${".".repeat(column)}^`;
}

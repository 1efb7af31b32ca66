import { type CelScope, checkCel } from "../../machinery/cel/checker.ts";
import { parseCel } from "../../machinery/cel/environment.ts";
import type { CelType } from "../../machinery/cel/types.ts";

// What cel-go's grammar wants where an operand should stand.
const operands =
  "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";
const closers: Readonly<Record<string, string>> = { RPAREN: ")", RBRACKET: "]", RBRACE: "}" };

interface Range {
  readonly start: number;
  readonly end: number;
}

/** What an expression comes to, or why it does not compile. */
export interface CelCompilation {
  readonly type?: CelType;
  /** All that is wrong, drawn as cel-go draws it. */
  readonly error?: string;
}

/** Reads and checks an expression that may name the variables of `scope`. Mirrors cel-go Env.Compile. */
export function compileCelIn(expression: string, scope: CelScope): CelCompilation {
  const tree = parseCel(expression);
  if (tree instanceof Error) {
    const { range, message } = tree as Error & { range?: Range };
    const text = range ? `Syntax error: ${inGrammarWords(expression, message, range)}` : message.split("\n")[0]!;
    return { error: draw(expression, text, range?.start ?? 0) };
  }
  const { type, issues } = checkCel(tree, expression, scope);
  if (issues.length === 0) return { type };
  return { error: issues.map(({ message, offset }) => draw(expression, message, offset)).join("\n") };
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

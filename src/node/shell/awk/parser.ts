import { compileRegex, type Regex } from "../lang/regex.ts";
import { type Token, tokenize } from "./lexer.ts";
import type { AwkFunction, AwkProgram, Expression, Rule, Statement } from "./syntax.ts";

interface Parser {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
  /** Inside `print …` a bare > redirects. */
  noGreater: boolean;
  /** Inside `for (x in …)` heads `in` is not an operator. */
  noIn: boolean;
}

/** Parses an awk program; the answer is a text where it is wrong. */
export function parseAwk(source: string): AwkProgram | string {
  const rules: Rule[] = [];
  const functions = new Map<string, AwkFunction>();
  try {
    const p: Parser = { tokens: tokenize(source), at: 0, depth: 0, noGreater: false, noIn: false };
    for (;;) {
      skipTerminators(p);
      if (peek(p).kind === "end") return { rules, functions };
      const word = peek(p).text;
      if ((word === "function" || word === "func") && peek(p).kind === "name") {
        p.at++;
        const name = next(p).text;
        functions.set(name, { parameters: parameters(p), body: block(p) });
      } else rules.push(rule(p));
    }
  } catch (caught) {
    if (typeof caught === "string") return caught;
    throw caught;
  }
}

const peek = (p: Parser): Token => p.tokens[p.at]!;
const next = (p: Parser): Token => p.tokens[p.at++] ?? peekEnd(p);
const peekEnd = (p: Parser): Token => p.tokens[p.tokens.length - 1]!;

function is(p: Parser, text: string): boolean {
  const token = peek(p);
  return (token.kind === "operator" || token.kind === "name" || token.kind === "function") && token.text === text;
}

function take(p: Parser, text: string): boolean {
  if (!is(p, text)) return false;
  p.at++;
  return true;
}

function expect(p: Parser, text: string): void {
  if (!take(p, text))
    throw `syntax error at or near ${peek(p).text === "\n" ? "end of line" : peek(p).text || "end of program"}`;
}

function skipNewlines(p: Parser): void {
  while (peek(p).kind === "newline") p.at++;
}

function skipTerminators(p: Parser): void {
  while (peek(p).kind === "newline" || is(p, ";")) p.at++;
}

function nest<T>(p: Parser, parse: () => T): T {
  if (++p.depth > 150) throw "program nested too deeply";
  const result = parse();
  p.depth--;
  return result;
}

function parameters(p: Parser): string[] {
  const names: string[] = [];
  expect(p, "(");
  while (!take(p, ")")) {
    names.push(next(p).text);
    take(p, ",");
    skipNewlines(p);
    if (peek(p).kind === "end") throw "syntax error in parameter list";
  }
  skipNewlines(p);
  return names;
}

function rule(p: Parser): Rule {
  for (const kind of ["BEGIN", "END"] as const) {
    if (!take(p, kind)) continue;
    skipNewlines(p);
    return { kind, body: block(p) };
  }
  if (is(p, "{")) return { kind: "pattern", body: block(p) };
  const pattern = expression(p);
  let until: Expression | undefined;
  if (take(p, ",")) {
    skipNewlines(p);
    until = expression(p);
  }
  const body = is(p, "{") ? block(p) : undefined;
  return { kind: "pattern", pattern, ...(until && { until }), ...(body && { body }) };
}

function block(p: Parser): Statement {
  return nest(p, () => {
    expect(p, "{");
    const body: Statement[] = [];
    for (;;) {
      skipTerminators(p);
      if (take(p, "}")) return { t: "block", body };
      if (peek(p).kind === "end") throw "syntax error at end of program: missing }";
      body.push(statement(p));
    }
  });
}

function endOfSimple(p: Parser): void {
  if (peek(p).kind === "newline" || take(p, ";")) return;
  if (!is(p, "}") && peek(p).kind !== "end") throw `syntax error at or near ${peek(p).text}`;
}

function body(p: Parser): Statement {
  skipNewlines(p);
  if (take(p, ";")) return { t: "block", body: [] };
  return nest(p, () => statement(p));
}

function statement(p: Parser): Statement {
  if (is(p, "{")) return block(p);
  if (take(p, "if")) return ifStatement(p);
  if (take(p, "while")) {
    expect(p, "(");
    const test = expression(p);
    expect(p, ")");
    return { t: "while", test, body: body(p), first: false };
  }
  if (take(p, "do")) {
    const inner = body(p);
    skipTerminators(p);
    expect(p, "while");
    expect(p, "(");
    const test = expression(p);
    expect(p, ")");
    endOfSimple(p);
    return { t: "while", test, body: inner, first: true };
  }
  if (take(p, "for")) return forStatement(p);
  const simple = simpleStatement(p);
  endOfSimple(p);
  return simple;
}

function ifStatement(p: Parser): Statement {
  expect(p, "(");
  const test = expression(p);
  expect(p, ")");
  const yes = body(p);
  const mark = p.at;
  skipTerminators(p);
  if (take(p, "else")) return { t: "if", test, yes, no: body(p) };
  p.at = mark;
  return { t: "if", test, yes };
}

function forStatement(p: Parser): Statement {
  expect(p, "(");
  const [a, b, c] = p.tokens.slice(p.at, p.at + 3);
  if (a?.kind === "name" && b?.text === "in" && c?.kind === "name" && p.tokens[p.at + 3]?.text === ")") {
    p.at += 4;
    return { t: "forIn", name: a.text, array: c.text, body: body(p) };
  }
  const init = is(p, ";") ? undefined : simpleStatement(p);
  expect(p, ";");
  skipNewlines(p);
  const test = is(p, ";") ? undefined : expression(p);
  expect(p, ";");
  skipNewlines(p);
  const step = is(p, ")") ? undefined : simpleStatement(p);
  expect(p, ")");
  return { t: "for", ...(init && { init }), ...(test && { test }), ...(step && { step }), body: body(p) };
}

function simpleStatement(p: Parser): Statement {
  for (const word of ["next", "nextfile", "break", "continue"] as const) if (take(p, word)) return { t: word };
  for (const word of ["exit", "return"] as const)
    if (take(p, word)) {
      const bare = peek(p).kind === "newline" || is(p, ";") || is(p, "}") || peek(p).kind === "end";
      return bare ? { t: word } : { t: word, value: expression(p) };
    }
  if (take(p, "delete")) {
    const name = next(p).text;
    return is(p, "[") ? { t: "delete", name, index: subscripts(p) } : { t: "delete", name };
  }
  if (is(p, "print") || is(p, "printf")) return printStatement(p, next(p).text === "printf");
  return { t: "expression", value: expression(p) };
}

function printStatement(p: Parser, format: boolean): Statement {
  let args: readonly Expression[] = [];
  const before = p.noGreater;
  p.noGreater = true;
  if (
    !(
      peek(p).kind === "newline" ||
      is(p, ";") ||
      is(p, "}") ||
      is(p, ">") ||
      is(p, ">>") ||
      is(p, "|") ||
      peek(p).kind === "end"
    )
  )
    args = expressions(p);
  p.noGreater = before;
  if (args.length === 1 && args[0]!.t === "group") args = args[0].items;
  for (const operator of [">>", ">", "|"] as const)
    if (take(p, operator)) return { t: "print", format, args, to: { operator, target: concatenation(p) } };
  return { t: "print", format, args };
}

function expressions(p: Parser): Expression[] {
  const list = [expression(p)];
  while (take(p, ",")) {
    skipNewlines(p);
    list.push(expression(p));
  }
  return list;
}

function subscripts(p: Parser): Expression[] {
  expect(p, "[");
  const before = [p.noGreater, p.noIn] as const;
  p.noGreater = false;
  p.noIn = false;
  const list = expressions(p);
  [p.noGreater, p.noIn] = before;
  expect(p, "]");
  return list;
}

function expression(p: Parser): Expression {
  return nest(p, () => ternary(p));
}

const ASSIGN = ["=", "+=", "-=", "*=", "/=", "%=", "^=", "**="];

function ternary(p: Parser): Expression {
  const test = or(p);
  if (take(p, "?")) {
    skipNewlines(p);
    const yes = ternary(p);
    skipNewlines(p);
    expect(p, ":");
    skipNewlines(p);
    return { t: "ternary", test, yes, no: ternary(p) };
  }
  const operator = peek(p).kind === "operator" ? ASSIGN.find((o) => is(p, o)) : undefined;
  if (operator === undefined || !isTarget(test)) return test;
  p.at++;
  skipNewlines(p);
  return {
    t: "assign",
    operator: operator === "**=" ? "^" : operator.slice(0, -1),
    target: test,
    value: nest(p, () => ternary(p)),
  };
}

const isTarget = (e: Expression): boolean => e.t === "variable" || e.t === "field" || e.t === "element";

function or(p: Parser): Expression {
  let left = and(p);
  while (take(p, "||")) {
    skipNewlines(p);
    left = { t: "binary", operator: "||", left, right: and(p) };
  }
  return left;
}

function and(p: Parser): Expression {
  let left = membership(p);
  while (take(p, "&&")) {
    skipNewlines(p);
    left = { t: "binary", operator: "&&", left, right: membership(p) };
  }
  return left;
}

function membership(p: Parser): Expression {
  let left = matching(p);
  while (!p.noIn && is(p, "in")) {
    p.at++;
    left = { t: "in", name: next(p).text, index: left.t === "group" ? left.items : [left] };
  }
  return left;
}

function matching(p: Parser): Expression {
  let left = comparison(p);
  while (is(p, "~") || is(p, "!~")) left = { t: "match", negate: next(p).text === "!~", left, right: comparison(p) };
  return left;
}

function comparison(p: Parser): Expression {
  const left = concatenation(p);
  const operator = ["<=", "==", "!=", ">=", "<", ">"].find((o) => is(p, o) && peek(p).kind === "operator");
  if (operator === undefined || (operator === ">" && p.noGreater)) return piped(p, left);
  if (operator === "<" && left.t === "getline") return left;
  p.at++;
  return { t: "binary", operator, left, right: concatenation(p) };
}

/** "command" | getline */
function piped(p: Parser, left: Expression): Expression {
  if (!is(p, "|") || p.tokens[p.at + 1]?.text !== "getline") return left;
  p.at += 2;
  const target = getlineTarget(p);
  return piped(p, { t: "getline", command: left, ...(target && { target }) });
}

function startsOperand(p: Parser): boolean {
  const token = peek(p);
  if (token.kind === "number" || token.kind === "string" || token.kind === "regex" || token.kind === "function")
    return true;
  if (token.kind === "name") return token.text !== "in" && token.text !== "getline";
  return token.kind === "operator" && ["$", "!", "(", "-", "+", "++", "--"].includes(token.text);
}

function concatenation(p: Parser): Expression {
  let left = additive(p);
  while (
    startsOperand(p) &&
    !(peek(p).kind === "operator" && (peek(p).text === "-" || peek(p).text === "+" || peek(p).text === "!"))
  )
    left = { t: "binary", operator: " ", left, right: additive(p) };
  return left;
}

function additive(p: Parser): Expression {
  let left = multiplicative(p);
  while ((is(p, "+") || is(p, "-")) && peek(p).kind === "operator")
    left = { t: "binary", operator: next(p).text, left, right: multiplicative(p) };
  return left;
}

function multiplicative(p: Parser): Expression {
  let left = unary(p);
  while ((is(p, "*") || is(p, "/") || is(p, "%")) && peek(p).kind === "operator")
    left = { t: "binary", operator: next(p).text, left, right: unary(p) };
  return left;
}

function unary(p: Parser): Expression {
  for (const operator of ["!", "-", "+"] as const)
    if (peek(p).kind === "operator" && take(p, operator))
      return { t: "unary", operator, operand: nest(p, () => unary(p)) };
  return power(p);
}

function power(p: Parser): Expression {
  const left = postfix(p);
  if (!take(p, "^") && !take(p, "**")) return left;
  return { t: "binary", operator: "^", left, right: nest(p, () => unary(p)) };
}

function postfix(p: Parser): Expression {
  const operand = primary(p);
  if (!isTarget(operand)) return operand;
  if (take(p, "++")) return { t: "step", target: operand, by: 1, before: false };
  return take(p, "--") ? { t: "step", target: operand, by: -1, before: false } : operand;
}

function getlineTarget(p: Parser): Expression | undefined {
  const token = peek(p);
  return (token.kind === "operator" && token.text === "$") || (token.kind === "name" && token.text !== "in")
    ? primary(p)
    : undefined;
}

function primary(p: Parser): Expression {
  const token = next(p);
  if (token.kind === "number") return { t: "number", value: Number(token.text) };
  if (token.kind === "string") return { t: "string", value: token.text };
  if (token.kind === "regex") return { t: "regex", regex: compiled(token.text) };
  if (token.text === "$" && token.kind === "operator")
    return { t: "field", index: nest(p, () => (is(p, "++") || is(p, "--") || is(p, "-") ? unary(p) : primary(p))) };
  if (token.text === "++" || token.text === "--")
    return { t: "step", target: primary(p), by: token.text === "++" ? 1 : -1, before: true };
  if (token.text === "(" && token.kind === "operator") return group(p);
  if (token.text === "getline") {
    const target = getlineTarget(p);
    const file = take(p, "<") ? primary(p) : undefined;
    return { t: "getline", ...(target && { target }), ...(file && { file }) };
  }
  if (token.kind === "function") return call(p, token.text);
  if (token.kind === "name") {
    if (token.text === "length") return { t: "call", name: "length", args: [], own: false };
    return is(p, "[") ? { t: "element", name: token.text, index: subscripts(p) } : { t: "variable", name: token.text };
  }
  throw `syntax error at or near ${token.text === "\n" || token.text === "" ? "end of line" : token.text}`;
}

function group(p: Parser): Expression {
  const before = [p.noGreater, p.noIn] as const;
  p.noGreater = false;
  p.noIn = false;
  const items = expressions(p);
  [p.noGreater, p.noIn] = before;
  expect(p, ")");
  return { t: "group", items };
}

const BUILTIN = new Set(
  "length substr index split sub gsub match tolower toupper sprintf int rand srand sqrt exp log sin cos atan2 system systime strftime close fflush and or xor lshift rshift".split(
    " ",
  ),
);

function call(p: Parser, name: string): Expression {
  expect(p, "(");
  const before = [p.noGreater, p.noIn] as const;
  p.noGreater = false;
  p.noIn = false;
  skipNewlines(p);
  const args = is(p, ")") ? [] : expressions(p);
  [p.noGreater, p.noIn] = before;
  expect(p, ")");
  return { t: "call", name, args, own: !BUILTIN.has(name) };
}

function compiled(source: string): Regex {
  const regex = compileRegex(source, { extended: true });
  if (typeof regex === "string") throw `illegal regular expression: ${regex}`;
  return regex;
}

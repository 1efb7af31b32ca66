import { readEscapes } from "../format.ts";

export interface Token {
  readonly kind: "number" | "string" | "regex" | "name" | "function" | "operator" | "newline" | "end";
  readonly text: string;
  /** A blank stands before it: `a (b)` is a concatenation, `a(b)` a call. */
  readonly spaced: boolean;
}

const OPERATORS = [
  "**=",
  "&&",
  "||",
  "++",
  "--",
  "+=",
  "-=",
  "*=",
  "/=",
  "%=",
  "^=",
  "==",
  "<=",
  ">=",
  "!=",
  "!~",
  ">>",
  "**",
  "{",
  "}",
  "(",
  ")",
  "[",
  "]",
  ";",
  ",",
  "+",
  "-",
  "*",
  "/",
  "%",
  "^",
  "!",
  ">",
  "<",
  "|",
  "?",
  ":",
  "~",
  "$",
  "=",
];

/** Splits an awk program into tokens. Throws a text for what it cannot read. */
export function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let spaced = false;
  const add = (kind: Token["kind"], text: string): void => {
    tokens.push({ kind, text, spaced });
    spaced = false;
  };
  while (at < source.length) {
    const c = source[at]!;
    if (c === " " || c === "\t" || c === "\r") {
      spaced = true;
      at++;
    } else if (c === "\\" && source[at + 1] === "\n") at += 2;
    else if (c === "#") {
      while (at < source.length && source[at] !== "\n") at++;
    } else if (c === "\n") {
      add("newline", "\n");
      at++;
    } else if (c === '"') at = takeString(source, at, add);
    else if (c === "/" && regexMayStart(tokens)) at = takeRegex(source, at, add);
    else {
      const number = /(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)/y;
      const name = /[A-Za-z_][A-Za-z0-9_]*/y;
      number.lastIndex = at;
      name.lastIndex = at;
      const digits = number.exec(source)?.[0];
      const word = digits === undefined ? name.exec(source)?.[0] : undefined;
      const operator = OPERATORS.find((o) => source.startsWith(o, at));
      if (digits !== undefined) add("number", digits);
      else if (word !== undefined) add(source[at + word.length] === "(" ? "function" : "name", word);
      else if (operator !== undefined) add("operator", operator);
      else throw `syntax error at source line 1: unexpected '${c}'`;
      at += (digits ?? word ?? operator)!.length;
    }
  }
  add("newline", "\n");
  add("end", "");
  return tokens;
}

/** After an operand a slash divides, elsewhere it opens a regular expression. */
function regexMayStart(tokens: readonly Token[]): boolean {
  const last = tokens[tokens.length - 1];
  if (last === undefined) return true;
  if (last.kind === "number" || last.kind === "string" || last.kind === "name")
    return last.text === "print" || last.text === "return" || last.text === "in";
  return !(last.kind === "operator" && (last.text === ")" || last.text === "]" || last.text === "$"));
}

function takeString(source: string, from: number, add: (kind: Token["kind"], text: string) => void): number {
  let at = from + 1;
  let raw = "";
  for (; source[at] !== '"'; at++) {
    if (at >= source.length || source[at] === "\n") throw "unterminated string";
    if (source[at] === "\\" && (source[at + 1] === '"' || source[at + 1] === "/")) raw += source[++at];
    else if (source[at] === "\\") raw += source[at]! + (source[++at] ?? "");
    else raw += source[at];
  }
  add("string", readEscapes(raw, false).text);
  return at + 1;
}

function takeRegex(source: string, from: number, add: (kind: Token["kind"], text: string) => void): number {
  let at = from + 1;
  let raw = "";
  let inSet = false;
  for (; source[at] !== "/" || inSet; at++) {
    const c = source[at];
    if (c === undefined || c === "\n") throw "unterminated regular expression";
    if (c === "[") inSet = true;
    else if (c === "]" && raw[raw.length - 1] !== "[") inSet = false;
    if (c === "\\") {
      raw += source[at + 1] === "/" ? "/" : c + (source[at + 1] ?? "");
      at++;
    } else raw += c;
  }
  add("regex", raw);
  return at + 1;
}

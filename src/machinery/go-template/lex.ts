import { goRune } from "../codec/go-text.ts";
import { goQuote } from "../field-error.ts";

/** The kinds of a template's tokens; keywords are called by their word. */
export type ItemKind =
  | "error"
  | "EOF"
  | "text"
  | "left delim"
  | "right delim"
  | "space"
  | "="
  | ":="
  | "|"
  | "("
  | ")"
  | "char"
  | "string"
  | "raw string"
  | "char constant"
  | "number"
  | "variable"
  | "field"
  | "identifier"
  | "bool"
  | "dot"
  | "block"
  | "break"
  | "continue"
  | "define"
  | "else"
  | "end"
  | "if"
  | "range"
  | "nil"
  | "template"
  | "with";

/** One token; `position` counts bytes of UTF-16 text, `line` from 1. */
export interface Item {
  readonly kind: ItemKind;
  readonly text: string;
  readonly position: number;
  readonly line: number;
}

const keywords = new Set<string>([
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "range",
  "nil",
  "template",
  "with",
]);

/** A token as text/template's messages show it. */
export function itemText(item: Item): string {
  if (item.kind === "EOF") return "EOF";
  if (item.kind === "error") return item.text;
  if (keywords.has(item.kind) || item.kind === "dot") return `<${item.text}>`;
  const runes = [...item.text];
  return runes.length > 10 ? `${goQuote(runes.slice(0, 10).join(""))}...` : goQuote(item.text);
}

const isSpace = (c: string): boolean => c !== "" && " \t\r\n".includes(c);
const isAlphaNumeric = (c: string): boolean => c !== "" && /^[\p{L}\p{Nd}_]$/u.test(c);

const numberPattern =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;

class LexError extends Error {}

/** Mirrors text/template/parse/lex.go. */
class Lexer {
  readonly #input: string;
  readonly #items: Item[] = [];
  #position = 0;
  #start = 0;
  #line = 1;
  #startLine = 1;
  #parens = 0;

  constructor(input: string) {
    this.#input = input;
  }

  run(): Item[] {
    try {
      while (this.#text()) this.#action();
      this.#emit("EOF");
    } catch (error) {
      if (!(error instanceof LexError)) throw error;
      this.#items.push({ kind: "error", text: error.message, position: this.#start, line: this.#startLine });
    }
    return this.#items;
  }

  #peek(): string {
    const point = this.#input.codePointAt(this.#position);
    return point === undefined ? "" : String.fromCodePoint(point);
  }

  #next(): string {
    const c = this.#peek();
    this.#position += c.length;
    if (c === "\n") this.#line++;
    return c;
  }

  #at(text: string): boolean {
    return this.#input.startsWith(text, this.#position);
  }

  #advance(to: number): void {
    for (let i = this.#position; i < to; i++) if (this.#input[i] === "\n") this.#line++;
    this.#position = to;
  }

  #ignore(): void {
    this.#start = this.#position;
    this.#startLine = this.#line;
  }

  #emit(kind: ItemKind): void {
    const text = this.#input.slice(this.#start, this.#position);
    this.#items.push({ kind, text, position: this.#start, line: this.#startLine });
    this.#ignore();
  }

  // Text up to the next action; false at the end.
  #text(): boolean {
    const found = this.#input.indexOf("{{", this.#position);
    const end = found < 0 ? this.#input.length : found;
    const trim = found >= 0 && this.#input[found + 2] === "-" && isSpace(this.#input[found + 3] ?? "");
    let textEnd = end;
    if (trim) while (textEnd > this.#position && isSpace(this.#input[textEnd - 1]!)) textEnd--;
    this.#advance(textEnd);
    if (this.#position > this.#start) this.#emit("text");
    this.#advance(end);
    this.#ignore();
    if (found < 0) return false;
    this.#leftDelim(trim ? 2 : 0);
    return true;
  }

  #leftDelim(marker: number): void {
    if (this.#input.startsWith("/*", this.#position + 2 + marker)) {
      this.#position += 2 + marker;
      this.#comment();
      return;
    }
    this.#position += 2;
    this.#emit("left delim");
    this.#advance(this.#position + marker);
    this.#ignore();
    this.#parens = 0;
  }

  #comment(): void {
    this.#ignore();
    const end = this.#input.indexOf("*/", this.#position + 2);
    if (end < 0) throw new LexError("unclosed comment");
    this.#advance(end + 2);
    const delim = this.#rightDelim();
    if (delim === undefined) throw new LexError("comment ends before closing delimiter");
    this.#passRightDelim(delim);
    this.#ignore();
  }

  // How much of a trim marker stands before the closing delimiter here; undefined where there is none.
  #rightDelim(): number | undefined {
    if (isSpace(this.#peek()) && this.#input.startsWith("-}}", this.#position + 1)) return 2;
    return this.#at("}}") ? 0 : undefined;
  }

  #passRightDelim(marker: number): void {
    this.#advance(this.#position + 2 + marker);
    if (marker > 0) while (isSpace(this.#peek())) this.#next();
  }

  #action(): void {
    // A comment has left the cursor behind its end.
    if (this.#items[this.#items.length - 1]?.kind !== "left delim" || this.#start !== this.#position) return;
    for (;;) {
      const delim = this.#rightDelim();
      if (delim !== undefined) {
        if (this.#parens > 0) throw new LexError("unclosed left paren");
        this.#advance(this.#position + (delim > 0 ? 2 : 0));
        this.#ignore();
        this.#position += 2;
        this.#emit("right delim");
        if (delim > 0) while (isSpace(this.#peek())) this.#next();
        this.#ignore();
        return;
      }
      this.#insideAction();
    }
  }

  #insideAction(): void {
    const c = this.#peek();
    if (c === "") throw new LexError("unclosed action");
    if (isSpace(c)) this.#space();
    else if (c === "." && !/^[0-9]$/.test(this.#input[this.#position + 1] ?? "x")) this.#fieldOrVariable("field");
    else if (c === "$") this.#fieldOrVariable("variable");
    else if (/^[-+0-9.]$/.test(c)) this.#number();
    else if (isAlphaNumeric(c)) this.#identifier();
    else this.#symbol(this.#next());
  }

  #symbol(c: string): void {
    if (c === "=") this.#emit("=");
    else if (c === ":") {
      if (this.#next() !== "=") throw new LexError("expected :=");
      this.#emit(":=");
    } else if (c === "|") this.#emit("|");
    else if (c === '"') this.#quoted('"', "string", "unterminated quoted string");
    else if (c === "'") this.#quoted("'", "char constant", "unterminated character constant");
    else if (c === "`") this.#rawQuoted();
    else if (c === "(") {
      this.#parens++;
      this.#emit("(");
    } else if (c === ")") {
      if (--this.#parens < 0) throw new LexError("unexpected right paren");
      this.#emit(")");
    } else if (/^[\x20-\x7e]$/.test(c)) this.#emit("char");
    else throw new LexError(`unrecognized character in action: ${goRune(c)}`);
  }

  #space(): void {
    while (isSpace(this.#peek())) {
      // The last blank may belong to the closing delimiter.
      if (this.#rightDelim() !== undefined) break;
      this.#next();
    }
    if (this.#position > this.#start) this.#emit("space");
  }

  #quoted(end: string, kind: ItemKind, problem: string): void {
    for (let c = this.#next(); c !== end; c = this.#next()) {
      if (c === "\\") c = this.#next();
      if (c === "" || c === "\n") throw new LexError(problem);
    }
    this.#emit(kind);
  }

  #rawQuoted(): void {
    for (let c = this.#next(); c !== "`"; c = this.#next())
      if (c === "") throw new LexError("unterminated raw quoted string");
    this.#emit("raw string");
  }

  #atTerminator(): boolean {
    const c = this.#peek();
    return c === "" || isSpace(c) || ".,|:()".includes(c) || this.#at("}}");
  }

  #checkTerminator(): void {
    if (!this.#atTerminator()) throw new LexError(`bad character ${goRune(this.#peek())}`);
  }

  #fieldOrVariable(kind: "field" | "variable"): void {
    this.#next();
    if (this.#atTerminator()) {
      this.#emit(kind === "variable" ? "variable" : "dot");
      return;
    }
    while (isAlphaNumeric(this.#peek())) this.#next();
    this.#checkTerminator();
    this.#emit(kind);
  }

  #identifier(): void {
    while (isAlphaNumeric(this.#peek())) this.#next();
    this.#checkTerminator();
    const word = this.#input.slice(this.#start, this.#position);
    if (keywords.has(word)) this.#emit(word as ItemKind);
    else this.#emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  #number(): void {
    const fine = this.#scanNumber();
    const complex = fine && /^[+-]$/.test(this.#peek());
    if (complex) this.#scanNumber();
    // Complex numbers are left out: nothing in an object is one.
    if (!fine || complex)
      throw new LexError(`bad number syntax: ${goQuote(this.#input.slice(this.#start, this.#position))}`);
    this.#emit("number");
  }

  #scanNumber(): boolean {
    numberPattern.lastIndex = this.#position;
    numberPattern.exec(this.#input);
    this.#position = numberPattern.lastIndex;
    if (!isAlphaNumeric(this.#peek())) return true;
    this.#next();
    return false;
  }
}

/** The tokens of a template; the last is the end or an error. */
export const lexTemplate = (input: string): Item[] => new Lexer(input).run();

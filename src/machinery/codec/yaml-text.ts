import { scannerError, YamlError } from "./yaml-error.ts";

/** A place in the text; lines and columns count from 0. */
export interface Mark {
  readonly index: number;
  readonly line: number;
  readonly column: number;
}

/** Blank, line break or end ("") may follow an indicator. */
export const isBlank = (c: string): boolean => c === " " || c === "\t";
export const isBreak = (c: string): boolean =>
  c === "\n" || c === "\r" || c === "\x85" || c === "\u2028" || c === "\u2029";
export const isBreakOrEnd = (c: string): boolean => c === "" || isBreak(c);
export const isBlankOrEnd = (c: string): boolean => isBlank(c) || isBreakOrEnd(c);
export const isWordChar = (c: string): boolean => /^[0-9A-Za-z_-]$/.test(c);

const forbidden = /[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** A cursor over YAML's characters that knows its line and column. Mirrors go-yaml readerc.go. */
export class YamlText {
  readonly #text: string;
  index = 0;
  line = 0;
  column = 0;

  constructor(text: string) {
    this.#text = text.startsWith("\ufeff") ? text.slice(1) : text;
    if (forbidden.test(this.#text)) throw new YamlError("yaml: control characters are not allowed");
  }

  /** The character `ahead` of the cursor; "" beyond the end. A NUL cannot occur. */
  peek(ahead = 0): string {
    return this.#text[this.index + ahead] ?? "";
  }

  get mark(): Mark {
    return { index: this.index, line: this.line, column: this.column };
  }

  skip(count = 1): void {
    this.index += count;
    this.column += count;
  }

  read(): string {
    const c = this.peek();
    this.skip();
    return c;
  }

  /** Reads while `test` holds. */
  readWhile(test: (c: string) => boolean): string {
    const start = this.index;
    while (this.index < this.#text.length && test(this.#text[this.index]!)) this.skip();
    return this.#text.slice(start, this.index);
  }

  /** Passes one line break and tells what it stands for: "\n", but the Unicode separators for themselves. */
  readBreak(): string {
    const c = this.peek();
    this.index += c === "\r" && this.peek(1) === "\n" ? 2 : c === "" ? 0 : 1;
    if (c !== "") {
      this.line++;
      this.column = 0;
    }
    return c === "" ? "" : c === "\u2028" || c === "\u2029" ? c : "\n";
  }

  /** Whether "---" or "..." stands at the beginning of a line here. */
  atDocumentIndicator(): boolean {
    if (this.column !== 0) return false;
    const three = this.#text.slice(this.index, this.index + 3);
    return (three === "---" || three === "...") && isBlankOrEnd(this.peek(3));
  }

  fail(problem: string, context: Mark): YamlError {
    return scannerError(problem, context.line, this.line);
  }
}

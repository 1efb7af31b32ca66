import { scannerError } from "./yaml-error.ts";
import { scanBlock, scanPlain, scanQuoted } from "./yaml-scalars.ts";
import { scanDirective, scanTag } from "./yaml-tags.ts";
import { isBlank, isBlankOrEnd, isBreak, isWordChar, type Mark, YamlText } from "./yaml-text.ts";

/** The kinds of YAML's tokens; indicators are called by their character. */
export type TokenKind =
  | "stream end"
  | "version"
  | "tag directive"
  | "---"
  | "..."
  | "block sequence"
  | "block mapping"
  | "block end"
  | "["
  | "]"
  | "{"
  | "}"
  | ","
  | "-"
  | "?"
  | ":"
  | "alias"
  | "anchor"
  | "tag"
  | "scalar";

/** One token. `value` is a scalar's text, an anchor's name or a tag's handle; `suffix` the tag's rest or a directive's prefix. */
export interface Token {
  readonly kind: TokenKind;
  readonly mark: Mark;
  readonly value: string;
  readonly suffix: string;
  readonly plain: boolean;
}

interface SimpleKey {
  possible: boolean;
  readonly required: boolean;
  readonly token: number;
  readonly mark: Mark;
}

// Deeper nesting would overflow the stack of what walks it; go-yaml's own bound is 10000.
const maxDepth = 1000;
const noKey = (mark: Mark): SimpleKey => ({ possible: false, required: false, token: -1, mark });

/**
 * Turns YAML into tokens, each no earlier than the parser wants it, so that of several errors the first is found.
 * A key without "?" is known by the ":" behind it only, so its token is inserted afterwards. Mirrors go-yaml v2 scannerc.go.
 */
export class Scanner {
  readonly #text: YamlText;
  readonly #tokens: Token[] = [];
  #taken = 0;
  #ended = false;
  #indent = -1;
  readonly #indents: number[] = [];
  #simpleKeyAllowed = true;
  readonly #keys: SimpleKey[];

  constructor(source: string) {
    this.#text = new YamlText(source);
    this.#keys = [noKey(this.#text.mark)];
  }

  /** The next token, which stays. */
  peek(): Token {
    while (this.#needsMore()) this.#fetch();
    return this.#tokens[0]!;
  }

  /** Drops the token that {@link peek} showed. */
  skip(): void {
    this.#tokens.shift();
    this.#taken++;
  }

  get #flowLevel(): number {
    return this.#keys.length - 1;
  }

  #needsMore(): boolean {
    if (this.#tokens.length === 0) return !this.#ended;
    const key = this.#keys.find((k) => k.possible && k.token === this.#taken);
    return key !== undefined && this.#isValid(key) && !this.#ended;
  }

  // A simple key is on one line and not long.
  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.mark.line >= this.#text.line && key.mark.index + 1024 >= this.#text.index) return true;
    if (key.required) throw this.#text.fail("could not find expected ':'", key.mark);
    key.possible = false;
    return false;
  }

  #saveKey(): void {
    if (!this.#simpleKeyAllowed) return;
    const required = this.#flowLevel === 0 && this.#indent === this.#text.column;
    const key = { possible: true, required, token: this.#taken + this.#tokens.length, mark: this.#text.mark };
    this.#dropKey();
    this.#keys[this.#keys.length - 1] = key;
  }

  #dropKey(): void {
    const key = this.#keys[this.#keys.length - 1]!;
    if (key.possible && key.required) throw this.#text.fail("could not find expected ':'", key.mark);
    key.possible = false;
  }

  #add(kind: TokenKind, mark: Mark, value = "", suffix = "", plain = false): void {
    this.#tokens.push({ kind, mark, value, suffix, plain });
  }

  #insert(at: number, kind: TokenKind, mark: Mark): void {
    this.#tokens.splice(at, 0, { kind, mark, value: "", suffix: "", plain: false });
  }

  #indicator(kind: TokenKind, length = 1): void {
    this.#add(kind, this.#text.mark);
    this.#text.skip(length);
  }

  // Opens a block collection where the column lies deeper than the current one; `at` is the place of its token.
  #roll(column: number, kind: TokenKind, mark: Mark, at = this.#tokens.length): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    if (this.#indents.length > maxDepth) throw this.#tooDeep(mark);
    this.#insert(at, kind, mark);
  }

  #unroll(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#add("block end", this.#text.mark);
      this.#indent = this.#indents.pop()!;
    }
  }

  #tooDeep(mark: Mark): Error {
    return scannerError(`exceeded max depth of ${maxDepth}`, mark.line, this.#text.line);
  }

  #fetch(): void {
    const text = this.#text;
    this.#toNextToken();
    this.#unroll(text.column);
    const c = text.peek();
    const next = text.peek(1);
    const inFlow = this.#flowLevel > 0;
    if (c === "") this.#fetchEnd();
    else if (c === "%" && text.column === 0) this.#fetchDirective();
    else if (text.atDocumentIndicator()) this.#fetchDocumentIndicator(c === "-" ? "---" : "...");
    else if (c === "[" || c === "{") this.#fetchFlowStart(c);
    else if (c === "]" || c === "}") this.#fetchFlowEnd(c);
    else if (c === ",") this.#fetchFlowEntry();
    else if (c === "-" && isBlankOrEnd(next)) this.#fetchBlockEntry();
    else if (c === "?" && (inFlow || isBlankOrEnd(next))) this.#fetchKey();
    else if (c === ":" && (inFlow || isBlankOrEnd(next))) this.#fetchValue();
    else if (c === "*" || c === "&") this.#fetchAnchor(c === "*" ? "alias" : "anchor");
    else if (c === "!") this.#fetchTag();
    else if ((c === "|" || c === ">") && !inFlow) this.#fetchBlockScalar();
    else if (c === "'" || c === '"') this.#fetchQuoted(c);
    else if (this.#startsPlain(c, next)) this.#fetchPlain();
    else throw text.fail("found character that cannot start any token", text.mark);
  }

  #startsPlain(c: string, next: string): boolean {
    if (c === "-") return !isBlank(next);
    if (c === "?" || c === ":") return this.#flowLevel === 0 && !isBlankOrEnd(next);
    return !isBlankOrEnd(c) && !",[]{}#&*!|>'\"%@`".includes(c);
  }

  #toNextToken(): void {
    const text = this.#text;
    for (;;) {
      if (text.column === 0 && text.peek() === "\ufeff") text.skip();
      // A tab cannot indent in block context.
      while (text.peek() === " " || (text.peek() === "\t" && (this.#flowLevel > 0 || !this.#simpleKeyAllowed)))
        text.skip();
      if (text.peek() === "#") text.readWhile((c) => !isBreak(c));
      if (!isBreak(text.peek())) return;
      text.readBreak();
      if (this.#flowLevel === 0) this.#simpleKeyAllowed = true;
    }
  }

  #fetchEnd(): void {
    const text = this.#text;
    if (text.column !== 0) {
      text.column = 0;
      text.line++;
    }
    this.#unroll(-1);
    this.#dropKey();
    this.#simpleKeyAllowed = false;
    this.#add("stream end", text.mark);
    this.#ended = true;
  }

  #fetchDocumentIndicator(kind: "---" | "..."): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#simpleKeyAllowed = false;
    this.#indicator(kind, 3);
  }

  #fetchFlowStart(kind: "[" | "{"): void {
    this.#saveKey();
    this.#keys.push(noKey(this.#text.mark));
    if (this.#flowLevel > maxDepth) throw this.#tooDeep(this.#text.mark);
    this.#simpleKeyAllowed = true;
    this.#indicator(kind);
  }

  #fetchFlowEnd(kind: "]" | "}"): void {
    this.#dropKey();
    if (this.#flowLevel > 0) this.#keys.pop();
    this.#simpleKeyAllowed = false;
    this.#indicator(kind);
  }

  #fetchFlowEntry(): void {
    this.#dropKey();
    this.#simpleKeyAllowed = true;
    this.#indicator(",");
  }

  #fetchBlockEntry(): void {
    const mark = this.#text.mark;
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed)
        throw this.#text.fail("block sequence entries are not allowed in this context", mark);
      this.#roll(mark.column, "block sequence", mark);
    }
    this.#dropKey();
    this.#simpleKeyAllowed = true;
    this.#indicator("-");
  }

  #fetchKey(): void {
    const mark = this.#text.mark;
    if (this.#flowLevel === 0) {
      if (!this.#simpleKeyAllowed) throw this.#text.fail("mapping keys are not allowed in this context", mark);
      this.#roll(mark.column, "block mapping", mark);
    }
    this.#dropKey();
    this.#simpleKeyAllowed = this.#flowLevel === 0;
    this.#indicator("?");
  }

  #fetchValue(): void {
    const mark = this.#text.mark;
    const key = this.#keys[this.#keys.length - 1]!;
    if (this.#isValid(key)) {
      const at = key.token - this.#taken;
      this.#insert(at, "?", key.mark);
      this.#roll(key.mark.column, "block mapping", key.mark, at);
      key.possible = false;
      this.#simpleKeyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#simpleKeyAllowed) throw this.#text.fail("mapping values are not allowed in this context", mark);
        this.#roll(mark.column, "block mapping", mark);
      }
      this.#simpleKeyAllowed = this.#flowLevel === 0;
    }
    this.#indicator(":");
  }

  #fetchAnchor(kind: "alias" | "anchor"): void {
    this.#saveKey();
    this.#simpleKeyAllowed = false;
    const mark = this.#text.mark;
    this.#text.skip();
    const name = this.#text.readWhile(isWordChar);
    const c = this.#text.peek();
    if (name === "" || !(isBlankOrEnd(c) || "?:,]}%@`".includes(c)))
      throw this.#text.fail("did not find expected alphabetic or numeric character", mark);
    this.#add(kind, mark, name);
  }

  #fetchBlockScalar(): void {
    this.#dropKey();
    this.#simpleKeyAllowed = true;
    const mark = this.#text.mark;
    this.#add("scalar", mark, scanBlock(this.#text, this.#indent));
  }

  #fetchQuoted(quote: "'" | '"'): void {
    this.#saveKey();
    this.#simpleKeyAllowed = false;
    const mark = this.#text.mark;
    this.#add("scalar", mark, scanQuoted(this.#text, quote));
  }

  #fetchPlain(): void {
    this.#saveKey();
    this.#simpleKeyAllowed = false;
    const mark = this.#text.mark;
    const { value, crossedLine } = scanPlain(this.#text, this.#indent + 1, this.#flowLevel > 0);
    this.#add("scalar", mark, value, "", true);
    if (crossedLine) this.#simpleKeyAllowed = true;
  }

  #fetchTag(): void {
    this.#saveKey();
    this.#simpleKeyAllowed = false;
    const mark = this.#text.mark;
    const { handle, suffix } = scanTag(this.#text);
    this.#add("tag", mark, handle, suffix);
  }

  #fetchDirective(): void {
    this.#unroll(-1);
    this.#dropKey();
    this.#simpleKeyAllowed = false;
    const mark = this.#text.mark;
    const { kind, value, prefix } = scanDirective(this.#text);
    this.#add(kind, mark, value, prefix);
  }
}

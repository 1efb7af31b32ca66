/** Text that is not JSON; the message is encoding/json's. `offset` counts the characters that were read. */
export class JsonError extends Error {
  override readonly name = "JsonError";
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

// Deeper values would overflow the stack of what walks them; upstream's own bound is 10000.
const maxDepth = 1000;

/** What {@link scanJson} found: where the first value ends, and the fields that it names twice. */
export interface JsonScan {
  readonly end: number;
  readonly duplicates: readonly string[];
}

interface Level {
  readonly list: boolean;
  readonly path: string;
  readonly keys: Set<string>;
  index: number;
}

/** A byte as Go's messages quote it. */
function quoteChar(char: string): string {
  if (char === "'") return "'\\''";
  if (char === '"') return `'"'`;
  // Go looks at bytes: of a character beyond ASCII it sees the first byte.
  const byte = String.fromCharCode(Buffer.from(char)[0]!);
  const named: { [c: string]: string } = {
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\\": "\\\\",
    "\b": "\\b",
    "\f": "\\f",
    "\v": "\\v",
    "\x07": "\\a",
  };
  if (named[byte] !== undefined) return `'${named[byte]}'`;
  const code = byte.charCodeAt(0);
  if (code < 0x20 || code === 0x7f) return `'\\x${code.toString(16).padStart(2, "0")}'`;
  return (code >= 0x80 && code < 0xa1) || code === 0xad ? `'\\u00${code.toString(16)}'` : `'${byte}'`;
}

/** Reads JSON's grammar without building values. Mirrors encoding/json scanner.go, whose words its errors have. */
class Scanner {
  readonly text: string;
  position: number;
  readonly endMessage: string;
  readonly levels: Level[] = [];
  readonly duplicates: string[] = [];
  // The last key that was read, as a path appends it.
  field = "";

  constructor(text: string, start: number, endMessage: string) {
    this.text = text;
    this.position = start;
    this.endMessage = endMessage;
  }

  fail(context: string): never {
    const point = this.text.codePointAt(this.position);
    if (point === undefined) throw new JsonError(this.endMessage, this.position);
    throw new JsonError(`invalid character ${quoteChar(String.fromCodePoint(point))} ${context}`, this.position + 1);
  }

  blanks(): string {
    const blank = /[ \t\r\n]*/y;
    blank.lastIndex = this.position;
    blank.exec(this.text);
    this.position = blank.lastIndex;
    return this.text[this.position] ?? "";
  }

  // One value, without recursion: `levels` holds the collections that are open.
  value(): void {
    for (;;) {
      const c = this.blanks();
      if (c === "{" || c === "[") {
        if (this.open(c)) continue;
      } else if (c === '"') this.string();
      else if (c === "-" || (c >= "0" && c <= "9")) this.number();
      else if (c === "t") this.literal("true");
      else if (c === "f") this.literal("false");
      else if (c === "n") this.literal("null");
      else this.fail("looking for beginning of value");
      if (!this.next()) return;
    }
  }

  // Enters a collection; false where it is empty.
  open(c: string): boolean {
    this.position++;
    if (this.levels.length >= maxDepth) throw new JsonError("exceeded max depth", this.position);
    const list = c === "[";
    const level: Level = { list, path: this.path(), keys: new Set(), index: 0 };
    if (this.blanks() === (list ? "]" : "}")) {
      this.position++;
      return false;
    }
    this.levels.push(level);
    if (!list) this.key();
    return true;
  }

  path(): string {
    const top = this.levels[this.levels.length - 1];
    if (top === undefined) return "";
    return top.list ? `${top.path}[${top.index}]` : top.path + this.field;
  }

  key(): void {
    if (this.blanks() !== '"') this.fail("looking for beginning of object key string");
    const start = this.position;
    this.string();
    const key = JSON.parse(this.text.slice(start, this.position)) as string;
    const level = this.levels[this.levels.length - 1]!;
    this.field = level.path === "" ? key : `.${key}`;
    if (level.keys.has(key)) {
      const path = level.path + this.field;
      if (!this.duplicates.includes(path)) this.duplicates.push(path);
    }
    level.keys.add(key);
    if (this.blanks() !== ":") this.fail("after object key");
    this.position++;
  }

  // After a value: to the next one of the same collection, or out of it. False at the end of the whole.
  next(): boolean {
    for (;;) {
      const level = this.levels[this.levels.length - 1];
      if (level === undefined) return false;
      const c = this.blanks();
      if (c === ",") {
        this.position++;
        if (level.list) level.index++;
        else this.key();
        return true;
      }
      if (c !== (level.list ? "]" : "}")) this.fail(level.list ? "after array element" : "after object key:value pair");
      this.position++;
      this.levels.pop();
    }
  }

  string(): void {
    for (this.position++; ; this.position++) {
      const c = this.text[this.position] ?? "";
      if (c === '"') break;
      if (c === "" || c < " ") this.fail("in string literal");
      if (c === "\\") this.escape();
    }
    this.position++;
  }

  escape(): void {
    this.position++;
    const c = this.text[this.position] ?? "";
    if (c === "u") {
      for (let i = 0; i < 4; i++) {
        this.position++;
        if (!/^[0-9a-fA-F]$/.test(this.text[this.position] ?? "")) this.fail("in \\u hexadecimal character escape");
      }
    } else if (c === "" || !'bfnrt\\/"'.includes(c)) this.fail("in string escape code");
  }

  digits(context: string): void {
    if (!/^[0-9]$/.test(this.text[this.position] ?? "")) this.fail(context);
    const digits = /[0-9]+/y;
    digits.lastIndex = this.position;
    digits.exec(this.text);
    this.position = digits.lastIndex;
  }

  number(): void {
    if (this.text[this.position] === "-") this.position++;
    if (this.text[this.position] === "0") this.position++;
    else this.digits("in numeric literal");
    if (this.text[this.position] === ".") {
      this.position++;
      this.digits("after decimal point in numeric literal");
    }
    if (/^[eE]$/.test(this.text[this.position] ?? "")) {
      this.position++;
      if (/^[-+]$/.test(this.text[this.position] ?? "")) this.position++;
      this.digits("in exponent of numeric literal");
    }
  }

  literal(word: string): void {
    for (let i = 0; i < word.length; i++, this.position++)
      if (this.text[this.position] !== word[i]) this.fail(`in literal ${word} (expecting '${word[i]}')`);
  }
}

/** The first JSON value of `text` from `start`, unread. Throws {@link JsonError}; at the end of the text with `endMessage`: a Decoder's by default. */
export function scanJson(text: string, start = 0, endMessage = "unexpected EOF"): JsonScan {
  const scanner = new Scanner(text, start, endMessage);
  scanner.value();
  return { end: scanner.position, duplicates: scanner.duplicates };
}

const hasLoneSurrogate = (text: string): boolean => /\\u[dD][89a-fA-F]/.test(text);

function wellFormed(value: unknown): unknown {
  if (typeof value === "string")
    return value.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(wellFormed);
  // Object.fromEntries defines properties: a key "__proto__" stays data.
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [wellFormed(k), wellFormed(v)]));
}

/** Builds the value of a text that {@link scanJson} has passed. */
export function buildJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return hasLoneSurrogate(text) ? wellFormed(value) : value;
}

/** How {@link parseJson} reads. */
export interface ParseJsonOptions {
  /** What the text's early end is called: "unexpected end of JSON input" is json.Unmarshal's, "unexpected EOF" a json.Decoder's. */
  readonly endMessage?: string;
}

function isDeep(text: string): boolean {
  let brackets = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if ((c === 0x5b || c === 0x7b) && ++brackets > maxDepth) return true;
  }
  return false;
}

/** The value of a text that is one JSON value. Throws {@link JsonError} in encoding/json's words. Mirrors json.Unmarshal into an interface. */
export function parseJson(text: string, options: ParseJsonOptions = {}): unknown {
  if (!isDeep(text)) {
    try {
      return buildJson(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
  }
  const scanner = new Scanner(text, 0, options.endMessage ?? "unexpected end of JSON input");
  scanner.value();
  if (scanner.blanks() !== "") scanner.fail("after top-level value");
  return buildJson(text);
}

/** The paths of the fields that `text` (valid JSON) names more than once, as strict decoding reports them: "spec.containers[0].name". */
export function duplicateJsonFields(text: string): readonly string[] {
  return scanJson(text).duplicates;
}

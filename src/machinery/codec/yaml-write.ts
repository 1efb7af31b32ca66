import { goFloat64 } from "./go-text.ts";
import { YamlError } from "./yaml-error.ts";
import { resolveYaml } from "./yaml-resolve.ts";
import { type ScalarContext, writeScalar } from "./yaml-write-scalar.ts";

const isLetter = (rune: string): boolean => /^\p{L}$/u.test(rune);
const isDigit = (rune: string | undefined): boolean => rune !== undefined && /^\p{Nd}$/u.test(rune);

// The number that the digits from `start` make, and where they end.
function digitsFrom(runes: readonly string[], start: number, prefix: bigint): { number: bigint; end: number } {
  let number = prefix;
  let end = start;
  for (; isDigit(runes[end]); end++) number = number * 10n + BigInt(runes[end]!.codePointAt(0)! - 48);
  return { number: BigInt.asIntN(64, number), end };
}

// Whether a zero here continues a number that has begun with another digit.
function insideNumber(runes: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && isDigit(runes[i]); i--) if (runes[i] !== "0") return true;
  return false;
}

const isAsciiLetter = (unit: number): boolean => (unit >= 65 && unit <= 90) || (unit >= 97 && unit <= 122);

/** Orders keys as go-yaml v2 does: numbers in them by their value, other signs ahead of letters. Mirrors sorter.go keyList. */
export function compareYamlKeys(a: string, b: string): number {
  let same = 0;
  while (same < a.length && same < b.length && a.charCodeAt(same) === b.charCodeAt(same)) same++;
  if (same === a.length || same === b.length) return a.length - b.length;
  const [x, y] = [a.charCodeAt(same), b.charCodeAt(same)];
  return isAsciiLetter(x) && isAsciiLetter(y) ? x - y : compareRunes(a, b);
}

function compareRunes(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const [x, y] = [left[i]!, right[i]!];
    if (x === y) continue;
    const byRune = x.codePointAt(0)! - y.codePointAt(0)!;
    const [xLetter, yLetter] = [isLetter(x), isLetter(y)];
    if (xLetter && yLetter) return byRune;
    if (xLetter || yLetter) return yLetter ? -1 : 1;
    const prefix = (x === "0" || y === "0") && insideNumber(left, i) ? 1n : 0n;
    const m = digitsFrom(left, i, prefix);
    const n = digitsFrom(right, i, prefix);
    if (m.number !== n.number) return m.number < n.number ? -1 : 1;
    return m.end !== n.end ? m.end - n.end : byRune;
  }
  return left.length - right.length;
}

// Through JSON, a whole number is one as long as it fits into 64 bits.
function numberText(n: number): string {
  if (Number.isInteger(n) && Math.abs(n) < 1e21 && n < 2 ** 64 && n >= -(2 ** 63)) return String(n);
  return goFloat64(n);
}

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Whether a string needs quotes lest it be read as something else. */
function needsQuotes(text: string): boolean {
  return resolveYaml(text).tag !== "!!str" || (text.includes(":") && base60.test(text));
}

const plainWords = new Map<string, boolean>();
const MAX_PLAIN_WORDS = 5_000;

/** Whether a string stands for itself wherever it is written: most keys and many values do, the same ones again and again. */
function isPlainWord(text: string): boolean {
  const known = plainWords.get(text);
  if (known !== undefined) return known;
  if (text.length > 40) return false;
  const plain = /^[A-Za-z][\w./-]*$/.test(text) && !needsQuotes(text);
  if (plainWords.size < MAX_PLAIN_WORDS) plainWords.set(text, plain);
  return plain;
}

/** Words with a blank between them; colons inside words are no sign. */
const wordsPattern = /^[A-Za-z][\w./-]*(?:[:@+][\w./-]+)*(?: [\w./-]+(?:[:@+][\w./-]+)*)*$/;
const addressPattern = /^\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}$/;
const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const numberOrTimePattern = /^(?:[1-9]\d{0,17}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/;
const LINE_WIDTH = 80;

/** What most strings of objects come to, without the emitter's look at each sign; undefined where it must look. */
function commonText(text: string, column: number): string | undefined {
  // Beyond the width, lines break at blanks.
  const fits = column + text.length < LINE_WIDTH;
  if (fits && wordsPattern.test(text)) return needsQuotes(text) ? undefined : text;
  if (addressPattern.test(text) || uuidPattern.test(text)) return text;
  return numberOrTimePattern.test(text) && needsQuotes(text) ? `"${text}"` : undefined;
}

/** The text of a scalar at `context`. What kubectl prints goes through JSON in double quotes, which YAML reads anew. */
function scalarText(value: unknown, context: ScalarContext): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "boolean") return value ? "true" : "false";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "bigint") return String(value);
  let text = String(value);
  if (isPlainWord(text)) return text;
  const common = commonText(text, context.column);
  if (common !== undefined) return common;
  if (/[\x7f-\x9f]/.test(text)) {
    if (/[\x7f-\x84\x86-\x9f]/.test(text)) throw new YamlError("yaml: control characters are not allowed");
    text = text.replace(/[ \t]*\x85[ \t]*/g, " ");
  }
  return writeScalar(text, needsQuotes(text), context);
}

const isCollection = (value: unknown): value is object => typeof value === "object" && value !== null;

/** Writes values as go-yaml v2's emitter does. `column` is where the next character goes. */
class Writer {
  readonly #out: string[] = [];
  readonly #sortKeys: boolean;

  constructor(sortKeys: boolean) {
    this.#sortKeys = sortKeys;
  }

  document(value: unknown): string {
    if (!isCollection(value)) this.#out.push(scalarText(value, { column: 0, indent: 2, key: false }));
    else if (this.#isEmpty(value)) this.#out.push(Array.isArray(value) ? "[]" : "{}");
    else this.#collection(value, 0, true);
    const text = this.#out.join("");
    return text.endsWith("\n") ? text : `${text}\n`;
  }

  #keys(object: object): string[] {
    const source = object as { [key: string]: unknown };
    const keys = Object.keys(source).filter((k) => source[k] !== undefined);
    return this.#sortKeys ? keys.sort(compareYamlKeys) : keys;
  }

  #isEmpty(value: object): boolean {
    if (Array.isArray(value)) return value.length === 0;
    for (const key in value) if ((value as { [key: string]: unknown })[key] !== undefined) return false;
    return true;
  }

  // `inline`: the first entry goes where the cursor is, not on a line of its own.
  #collection(value: object, indent: number, inline: boolean): void {
    if (Array.isArray(value)) this.#sequence(value, indent, inline);
    else this.#mapping(value as { [key: string]: unknown }, indent, inline);
  }

  #newLine(indent: number): void {
    const last = this.#out[this.#out.length - 1];
    if (last !== undefined && !last.endsWith("\n")) this.#out.push("\n");
    this.#out.push(" ".repeat(indent));
  }

  #sequence(items: readonly unknown[], indent: number, inline: boolean): void {
    items.forEach((item, i) => {
      if (!inline || i > 0) this.#newLine(indent);
      this.#out.push("-");
      if (isCollection(item) && !this.#isEmpty(item)) {
        this.#out.push(" ");
        this.#collection(item, indent + 2, true);
      } else {
        this.#leaf(item, indent + 1, indent);
      }
    });
  }

  #mapping(object: { [key: string]: unknown }, indent: number, inline: boolean): void {
    this.#keys(object).forEach((key, i) => {
      if (!inline || i > 0) this.#newLine(indent);
      const value = object[key];
      const simple = (key.length < 32 || Buffer.byteLength(key) <= 128) && !/[\n\r\x85\u2028\u2029]/.test(key);
      if (!simple) {
        this.#out.push(`? ${scalarText(key, { column: indent + 2, indent: indent + 2, key: false })}`);
        this.#newLine(indent);
        this.#out.push(":");
        this.#afterColon(value, indent, indent + 1, true);
        return;
      }
      const text = scalarText(key, { column: indent, indent: indent + 2, key: true });
      this.#out.push(text, ":");
      const width = text === key && isPlainWord(key) ? key.length : [...text].length;
      this.#afterColon(value, indent, indent + width + 1, false);
    });
  }

  #afterColon(value: unknown, indent: number, column: number, inline: boolean): void {
    if (!isCollection(value) || this.#isEmpty(value)) {
      this.#leaf(value, column, indent);
      return;
    }
    if (inline) this.#out.push(" ");
    // A sequence is not indented below its key.
    const deeper = inline || !Array.isArray(value);
    this.#collection(value, deeper ? indent + 2 : indent, inline);
  }

  #leaf(value: unknown, column: number, indent: number): void {
    if (isCollection(value)) this.#out.push(Array.isArray(value) ? " []" : " {}");
    else this.#out.push(" ", scalarText(value, { column: column + 1, indent: indent + 2, key: false }));
  }
}

/** How {@link toYaml} writes. */
export interface YamlOptions {
  /** False keeps the order of the keys: for what is a struct in Go. */
  readonly sortKeys?: boolean;
}

/** What `-o yaml` prints, with the line end. Throws {@link YamlError} for characters that kubectl cannot print. Mirrors sigs.k8s.io/yaml Marshal. */
export function toYaml(value: unknown, options: YamlOptions = {}): string {
  return new Writer(options.sortKeys ?? true).document(value);
}

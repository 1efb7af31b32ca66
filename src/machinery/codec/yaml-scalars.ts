import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, type Mark, type YamlText } from "./yaml-text.ts";

/** The text of a scalar, and whether the scanner passed a line break behind it. */
export interface ScannedScalar {
  readonly value: string;
  readonly crossedLine: boolean;
}

// Line breaks within a flow scalar: one is a blank, more are one less.
class Folding {
  blanks = "";
  first = "";
  more = "";
  crossed = false;

  passBlanks(text: YamlText, tabError?: () => Error): void {
    while (isBlank(text.peek()) || isBreak(text.peek())) {
      if (isBlank(text.peek())) {
        if (this.crossed && text.peek() === "\t" && tabError !== undefined) {
          const error = tabError();
          if (error !== undefined) throw error;
        }
        const c = text.read();
        if (!this.crossed) this.blanks += c;
      } else if (this.crossed) {
        this.more += text.readBreak();
      } else {
        this.blanks = "";
        this.first = text.readBreak();
        this.crossed = true;
      }
    }
  }

  // What the blanks and breaks so far amount to.
  take(): string {
    const { blanks, first, more, crossed } = this;
    this.blanks = "";
    this.first = "";
    this.more = "";
    this.crossed = false;
    if (!crossed) return blanks;
    return first === "\n" ? more || " " : first + more;
  }
}

const endsPlain = (text: YamlText, inFlow: boolean): boolean => {
  const c = text.peek();
  return (c === ":" && isBlankOrEnd(text.peek(1))) || (inFlow && c !== "" && ",?[]{}".includes(c));
};

/** A plain scalar. `indent` is the least column of its further lines. Mirrors yaml_parser_scan_plain_scalar. */
export function scanPlain(text: YamlText, indent: number, inFlow: boolean): ScannedScalar {
  const start = text.mark;
  const folding = new Folding();
  let value = "";
  const tabError = (): Error | undefined =>
    text.column < indent ? text.fail("found a tab character that violates indentation", start) : undefined;
  while (!text.atDocumentIndicator() && text.peek() !== "#") {
    while (!isBlankOrEnd(text.peek()) && !endsPlain(text, inFlow)) {
      if (folding.crossed || folding.blanks !== "") value += folding.take();
      value += text.read();
    }
    if (!isBlank(text.peek()) && !isBreak(text.peek())) break;
    folding.passBlanks(text, tabError as () => Error);
    if (!inFlow && text.column < indent) break;
  }
  return { value, crossedLine: folding.crossed };
}

const simpleEscapes: { readonly [c: string]: string } = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  t: "\t",
  "\t": "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
  e: "\x1b",
  " ": " ",
  '"': '"',
  "'": "'",
  "\\": "\\",
  N: "\x85",
  _: "\xa0",
  L: "\u2028",
  P: "\u2029",
};
const codeLengths: { readonly [c: string]: number } = { x: 2, u: 4, U: 8 };

function scanEscape(text: YamlText, start: Mark): string {
  const c = text.peek(1);
  const length = codeLengths[c];
  const simple = simpleEscapes[c];
  if (length === undefined) {
    if (simple === undefined) throw text.fail("found unknown escape character", start);
    text.skip(2);
    return simple;
  }
  text.skip(2);
  let code = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.peek(i);
    if (!/^[0-9a-fA-F]$/.test(digit)) throw text.fail("did not find expected hexdecimal number", start);
    code = code * 16 + Number.parseInt(digit, 16);
  }
  if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff)
    throw text.fail("found invalid Unicode character escape code", start);
  text.skip(length);
  return String.fromCodePoint(code);
}

/** A scalar in quotes, the cursor on the first. Mirrors yaml_parser_scan_flow_scalar. */
export function scanQuoted(text: YamlText, quote: "'" | '"'): string {
  const start = text.mark;
  text.skip();
  const folding = new Folding();
  let value = "";
  for (;;) {
    if (text.atDocumentIndicator()) throw text.fail("found unexpected document indicator", start);
    if (text.peek() === "") throw text.fail("found unexpected end of stream", start);
    while (!isBlankOrEnd(text.peek())) {
      const c = text.peek();
      if (c === quote) {
        if (quote === '"' || text.peek(1) !== "'") break;
        value += "'";
        text.skip(2);
      } else if (quote === '"' && c === "\\") {
        if (isBreak(text.peek(1))) {
          // The break itself is nothing, those behind it count in full.
          text.skip();
          text.readBreak();
          folding.crossed = true;
          break;
        }
        value += scanEscape(text, start);
      } else {
        value += text.read();
      }
    }
    if (text.peek() === quote) break;
    folding.passBlanks(text);
    value += folding.take();
  }
  text.skip();
  return value;
}

interface BlockHeader {
  readonly chomp: string;
  readonly increment: number;
}

function scanBlockHeader(text: YamlText, start: Mark): BlockHeader {
  let chomp = "";
  let increment = 0;
  for (let i = 0; i < 2; i++) {
    const c = text.peek();
    if (chomp === "" && (c === "+" || c === "-")) chomp = text.read();
    else if (increment === 0 && c >= "0" && c <= "9") {
      if (c === "0") throw text.fail("found an indentation indicator equal to 0", start);
      increment = Number(text.read());
    } else break;
  }
  text.readWhile(isBlank);
  if (text.peek() === "#") text.readWhile((c) => !isBreak(c));
  if (!isBreakOrEnd(text.peek())) throw text.fail("did not find expected comment or line break", start);
  text.readBreak();
  return { chomp, increment };
}

// Empty lines before content; finds out the content's indentation where it is not known (0).
function scanBlockBreaks(
  text: YamlText,
  indent: number,
  parent: number,
  start: Mark,
): { breaks: string; indent: number } {
  let breaks = "";
  let deepest = 0;
  for (;;) {
    while ((indent === 0 || text.column < indent) && text.peek() === " ") text.skip();
    deepest = Math.max(deepest, text.column);
    if ((indent === 0 || text.column < indent) && text.peek() === "\t")
      throw text.fail("found a tab character where an indentation space is expected", start);
    if (!isBreak(text.peek())) break;
    breaks += text.readBreak();
  }
  return { breaks, indent: indent === 0 ? Math.max(deepest, parent + 1, 1) : indent };
}

/** A scalar behind "|" or ">", the cursor on that. `parent` is the indentation of what it is in. Mirrors yaml_parser_scan_block_scalar. */
export function scanBlock(text: YamlText, parent: number): string {
  const start = text.mark;
  const literal = text.read() === "|";
  const { chomp, increment } = scanBlockHeader(text, start);
  const given = increment === 0 ? 0 : Math.max(parent, 0) + increment;
  let { breaks, indent } = scanBlockBreaks(text, given, parent, start);
  let value = "";
  let lineEnd = "";
  let afterBlank = false;
  while (text.column === indent && text.peek() !== "") {
    const blank = isBlank(text.peek());
    // Lines that begin with a blank are not folded.
    if (!literal && !afterBlank && !blank && lineEnd === "\n") value += breaks === "" ? " " : "";
    else value += lineEnd;
    value += breaks;
    afterBlank = blank;
    value += text.readWhile((c) => !isBreak(c));
    lineEnd = text.readBreak();
    breaks = scanBlockBreaks(text, indent, parent, start).breaks;
  }
  if (chomp !== "-") value += lineEnd;
  if (chomp === "+") value += breaks;
  return value;
}

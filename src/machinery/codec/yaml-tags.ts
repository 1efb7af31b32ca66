import { isBlank, isBlankOrEnd, isBreak, isBreakOrEnd, isWordChar, type Mark, type YamlText } from "./yaml-text.ts";

const uriChars = /^[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]]$/;

/** A tag as it stands in the text: "!!" and "str", "!" and "foo", or "" and a whole URI. */
export interface ScannedTag {
  readonly handle: string;
  readonly suffix: string;
}

/** A %YAML directive with its version as value, or a %TAG directive with its handle as value. */
export interface ScannedDirective {
  readonly kind: "version" | "tag directive";
  readonly value: string;
  readonly prefix: string;
}

function scanHandle(text: YamlText, mark: Mark, directive: boolean): string {
  if (text.peek() !== "!") throw text.fail("did not find expected '!'", mark);
  const handle = text.read() + text.readWhile(isWordChar);
  if (text.peek() === "!") return handle + text.read();
  if (directive && handle !== "!") throw text.fail("did not find expected '!'", mark);
  return handle;
}

// The length of a character's UTF-8 by its first byte; 0 where it cannot be one.
function utf8Width(byte: number): number {
  if (byte < 0x80) return 1;
  if (byte < 0xc0 || byte >= 0xf8) return 0;
  return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
}

function scanUriEscape(text: YamlText, mark: Mark): string {
  const bytes: number[] = [];
  let width = 1;
  do {
    const code = `${text.peek(1)}${text.peek(2)}`;
    if (text.peek() !== "%" || !/^[0-9a-fA-F]{2}$/.test(code)) throw text.fail("did not find URI escaped octet", mark);
    const byte = Number.parseInt(code, 16);
    if (bytes.length === 0) {
      width = utf8Width(byte);
      if (width === 0) throw text.fail("found an incorrect leading UTF-8 octet", mark);
    } else if ((byte & 0xc0) !== 0x80) throw text.fail("found an incorrect trailing UTF-8 octet", mark);
    bytes.push(byte);
    text.skip(3);
  } while (bytes.length < width);
  return Buffer.from(bytes).toString();
}

// `head` is what was read as a handle and is none; its "!" is left out.
function scanUri(text: YamlText, mark: Mark, head: string): string {
  let uri = head.slice(1);
  let found = head !== "";
  for (;;) {
    if (text.peek() === "%") uri += scanUriEscape(text, mark);
    else if (uriChars.test(text.peek())) uri += text.read();
    else break;
    found = true;
  }
  if (!found) throw text.fail("did not find expected tag URI", mark);
  return uri;
}

/** A tag, the cursor on its "!". Mirrors yaml_parser_scan_tag. */
export function scanTag(text: YamlText): ScannedTag {
  const { mark } = text;
  let handle = "";
  let suffix: string;
  if (text.peek(1) === "<") {
    text.skip(2);
    suffix = scanUri(text, mark, "");
    if (text.peek() !== ">") throw text.fail("did not find the expected '>'", mark);
    text.skip();
  } else {
    handle = scanHandle(text, mark, false);
    if (handle.length > 1 && handle.endsWith("!")) suffix = scanUri(text, mark, "");
    else {
      suffix = scanUri(text, mark, handle);
      handle = "!";
      if (suffix === "") [handle, suffix] = ["", "!"];
    }
  }
  if (!isBlankOrEnd(text.peek())) throw text.fail("did not find expected whitespace or line break", mark);
  return { handle, suffix };
}

function scanVersionNumber(text: YamlText, mark: Mark): number {
  let digits = "";
  while (/^[0-9]$/.test(text.peek())) {
    if (digits.length === 2) throw text.fail("found extremely long version number", mark);
    digits += text.read();
  }
  if (digits === "") throw text.fail("did not find expected version number", mark);
  return Number(digits);
}

function scanVersion(text: YamlText, mark: Mark): ScannedDirective {
  text.readWhile(isBlank);
  const major = scanVersionNumber(text, mark);
  if (text.peek() !== ".") throw text.fail("did not find expected digit or '.' character", mark);
  text.skip();
  return { kind: "version", value: `${major}.${scanVersionNumber(text, mark)}`, prefix: "" };
}

function scanTagDirective(text: YamlText, mark: Mark): ScannedDirective {
  text.readWhile(isBlank);
  const value = scanHandle(text, mark, true);
  if (!isBlank(text.peek())) throw text.fail("did not find expected whitespace", mark);
  text.readWhile(isBlank);
  const prefix = scanUri(text, mark, "");
  if (!isBlankOrEnd(text.peek())) throw text.fail("did not find expected whitespace or line break", mark);
  return { kind: "tag directive", value, prefix };
}

/** A directive with its line's end, the cursor on its "%". Mirrors yaml_parser_scan_directive. */
export function scanDirective(text: YamlText): ScannedDirective {
  const { mark } = text;
  text.skip();
  const name = text.readWhile(isWordChar);
  if (name === "") throw text.fail("could not find expected directive name", mark);
  if (!isBlankOrEnd(text.peek())) throw text.fail("found unexpected non-alphabetical character", mark);
  if (name !== "YAML" && name !== "TAG") throw text.fail("found unknown directive name", mark);
  const directive = name === "YAML" ? scanVersion(text, mark) : scanTagDirective(text, mark);
  text.readWhile(isBlank);
  if (text.peek() === "#") text.readWhile((c) => !isBreak(c));
  if (!isBreakOrEnd(text.peek())) throw text.fail("did not find expected comment or line break", mark);
  text.readBreak();
  return directive;
}

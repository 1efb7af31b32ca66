import { goQuote } from "../field-error.ts";
import { unquoteGo } from "../jsonpath/unquote.ts";

/** A number constant's value, and whether it is a float; or what is wrong with it. Mirrors text/template/parse newNumber. */
export function parseNumber(text: string): { value: number; float: boolean } | string {
  if (text.startsWith("'")) {
    const rune = unquoteGo(text);
    if (!rune) return "invalid syntax";
    if ([...rune].length !== 1) return `malformed character constant: ${text}`;
    return { value: rune.codePointAt(0)!, float: false };
  }
  const illegal = `illegal number syntax: ${goQuote(text)}`;
  const match = /^([+-]?)(0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0[0-7_]*|[1-9][0-9_]*)$/.exec(text);
  if (match !== null) {
    const digits = match[2]!.replaceAll("_", "");
    const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits.toLowerCase());
    if (value >= 2n ** 64n) return `integer overflow: ${goQuote(text)}`;
    return { value: Number(match[1] === "-" ? -value : value), float: false };
  }
  if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(text)) return illegal;
  if (/^[+-]?[0-9]+$/.test(text)) return `integer overflow: ${goQuote(text)}`;
  const value = Number(text);
  if (!Number.isFinite(value)) return illegal;
  return { value, float: /[.eE]/.test(text) };
}

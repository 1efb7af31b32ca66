import type { FlagKind } from "./flag.ts";

/** Why a text is no value of a flag's type, in Go's words. */
export class FlagValueError extends Error {}

const quote = (text: string): string => JSON.stringify(text);

/** strconv.ParseBool. */
export function parseGoBool(text: string): boolean {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw new FlagValueError(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`);
}

/** strconv.ParseInt with base 0 (pflag's integers). */
export function parseGoInt(text: string, bits: number): number {
  const syntax = (): never => {
    throw new FlagValueError(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  };
  const match =
    /^([+-]?)(0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[bB]_?[01]+(?:_[01]+)*|0[oO]?_?[0-7]+(?:_[0-7]+)*|[1-9][0-9]*(?:_[0-9]+)*|0)$/.exec(
      text,
    );
  if (match === null) return syntax();
  let digits = match[2]!.replaceAll("_", "");
  if (/^0[0-7]/.test(digits)) digits = `0o${digits.slice(1)}`;
  const value = match[1] === "-" ? -BigInt(digits) : BigInt(digits);
  const limit = 1n << BigInt(bits - 1);
  if (value >= limit || value < -limit)
    throw new FlagValueError(`strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  return Number(value);
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** time.ParseDuration, in milliseconds. */
export function parseGoDuration(text: string): number {
  const bad = (why: string): never => {
    throw new FlagValueError(`time: ${why}duration ${quote(text)}`);
  };
  const sign = /^[+-]/.test(text) ? text[0] : "";
  let rest = sign === "" ? text : text.slice(1);
  if (rest === "0") return 0;
  if (rest === "") return bad("invalid ");
  let total = 0;
  while (rest !== "") {
    const number = /^(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)/.exec(rest)?.[0];
    if (number === undefined) return bad("invalid ");
    rest = rest.slice(number.length);
    const unit = /^[^0-9.]*/.exec(rest)![0];
    if (unit === "") return bad("missing unit in ");
    const ms = Object.hasOwn(UNITS, unit) ? UNITS[unit]! : undefined;
    if (ms === undefined) return bad(`unknown unit ${quote(unit)} in `);
    total += Number(number) * ms;
    rest = rest.slice(unit.length);
  }
  return sign === "-" ? -total : total;
}

/** One record of encoding/csv, as pflag's StringSlice reads its value. */
export function parseCsv(text: string): readonly string[] {
  if (text === "") return [];
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      let field = "";
      at++;
      for (;;) {
        const end = text.indexOf('"', at);
        if (end < 0)
          throw new FlagValueError(
            `record on line 1; parse error on line 2, column 0: extraneous or missing " in quoted-field`,
          );
        field += text.slice(at, end);
        at = end + 1;
        if (text[at] !== '"') break;
        field += '"';
        at++;
      }
      if (at < text.length && text[at] !== ",")
        throw new FlagValueError(`parse error on line 1, column ${at + 1}: extraneous or missing " in quoted-field`);
      fields.push(field);
    } else {
      const comma = text.indexOf(",", at);
      const field = text.slice(at, comma < 0 ? text.length : comma);
      const stray = field.indexOf('"');
      if (stray >= 0)
        throw new FlagValueError(`parse error on line 1, column ${at + stray + 1}: bare " in non-quoted-field`);
      fields.push(field);
      at += field.length;
    }
    if (at >= text.length) return fields;
    at++; // the comma
  }
}

/** pflag's StringToString: KEY=VALUE pairs, separated by commas where there are several. */
function parsePairs(text: string): readonly (readonly [string, string])[] {
  const equals = text.split("=").length - 1;
  const words = equals > 1 ? parseCsv(text) : [equals === 1 ? text.replace(/^"+|"+$/g, "") : text];
  return words.map((word) => {
    const at = word.indexOf("=");
    if (at < 0) throw new FlagValueError(`${word} must be formatted as key=value`);
    return [word.slice(0, at), word.slice(at + 1)] as const;
  });
}

/** klog's verbosity: an int32 in decimal. */
function parseLevel(text: string): number {
  if (!/^[+-]?[0-9]+$/.test(text)) throw new FlagValueError(`strconv.ParseInt: parsing ${quote(text)}: invalid syntax`);
  const value = Number(text);
  if (value > 0x7fff_ffff || value < -0x8000_0000)
    throw new FlagValueError(`strconv.ParseInt: parsing ${quote(text)}: value out of range`);
  return value;
}

/** klog's --vmodule: PATTERN=N pairs. */
function parseVmodule(text: string): string {
  for (const pair of text.split(",").filter((p) => p !== "")) {
    const parts = pair.split("=");
    if (parts.length !== 2 || parts[0] === "" || !/^[+-]?[0-9]+$/.test(parts[1]!))
      throw new FlagValueError("syntax error: expect comma-separated list of filename=N");
    if (Number(parts[1]) < 0) throw new FlagValueError("negative value for vmodule level");
  }
  return text;
}

/** A duration of Go's own flag package, which tells less of what is wrong. */
function parsePlainDuration(text: string): number {
  try {
    return parseGoDuration(text);
  } catch {
    throw new FlagValueError("parse error");
  }
}

/** Parses a flag's text into its value. Throws {@link FlagValueError}. */
export function parseFlagValue(kind: FlagKind, text: string): unknown {
  switch (kind) {
    case "string":
      return text;
    case "bool":
      return parseGoBool(text);
    case "int":
    case "int64":
      return parseGoInt(text, 64);
    case "int32":
      return parseGoInt(text, 32);
    case "duration":
      return parseGoDuration(text);
    case "level":
      return parseLevel(text);
    case "vmodule":
      return parseVmodule(text);
    case "goDuration":
      return parsePlainDuration(text);
    case "strings":
      return parseCsv(text);
    case "pairs":
      return parsePairs(text);
    case "array":
      return [text];
  }
}

import { formatFloat, printfText } from "../format.ts";

/** A value of awk: a number, a string, or text from input that counts as a number where it looks like one. */
export type Value = number | string | { readonly input: string };

const NUMBER = /^[ \t\n]*[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)/;

export function toNumber(value: Value): number {
  if (typeof value === "number") return value;
  const match = NUMBER.exec(typeof value === "string" ? value : value.input);
  return match === null ? 0 : Number(match[0]);
}

/** A value as text; numbers that are not whole by `format` (CONVFMT or OFMT). */
export function toText(value: Value, format = "%.6g"): string {
  if (typeof value === "string") return value;
  if (typeof value === "object") return value.input;
  if (Number.isInteger(value)) return Math.abs(value) < 1e16 ? String(value) : BigInt(value).toString();
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  return format === "%.6g" ? formatFloat("g", value, 6) : printfText(format, [String(value)]).text;
}

export function isTrue(value: Value): boolean {
  if (typeof value === "number") return value !== 0;
  if (typeof value === "string") return value !== "";
  return looksNumeric(value.input) ? Number(value.input) !== 0 : value.input !== "";
}

function looksNumeric(text: string): boolean {
  const match = NUMBER.exec(text);
  return match !== null && text.slice(match[0].length).trim() === "";
}

/** Compares as awk does: as numbers where both are numeric, else as text. */
export function compareValues(a: Value, b: Value): number {
  const numeric = (v: Value): boolean => typeof v === "number" || (typeof v === "object" && looksNumeric(v.input));
  if (numeric(a) && numeric(b)) return toNumber(a) - toNumber(b);
  const [x, y] = [toText(a), toText(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

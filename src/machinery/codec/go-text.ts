import { goQuote } from "../field-error.ts";

/** Orders strings as Go does: by the bytes of their UTF-8, which is by code point. */
export function compareGoStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    // Surrogates stand for code points above all others.
    const [high, low] = [x >= 0xd800 && x <= 0xdfff, y >= 0xd800 && y <= 0xdfff];
    return high === low ? x - y : high ? 1 : -1;
  }
  return a.length - b.length;
}

/** The keys of an object in Go's order. */
export const sortedKeys = (object: object): string[] => Object.keys(object).sort(compareGoStrings);

/** A number as encoding/json writes a float64, or an int64 where it is whole: 1e+21, 1e-7, 0.00001. JavaScript's own form is the same. */
export const goJsonNumber = (n: number): string => String(n);

/** A number as fmt's %v prints it: a whole one as an int64, any other as {@link goFloat64} does. */
export function goFloat(n: number): string {
  return Number.isInteger(n) && Math.abs(n) < 2 ** 63 ? BigInt(n).toString() : goFloat64(n);
}

/** A float64 as strconv.FormatFloat(n, 'g', -1, 64) has it: with an exponent below 1e-4 and from 1e6 on, two digits at least. */
export function goFloat64(n: number): string {
  if (Number.isNaN(n)) return "NaN";
  if (!Number.isFinite(n)) return n > 0 ? "+Inf" : "-Inf";
  if (Object.is(n, -0)) return "-0";
  const [mantissa, power] = n.toExponential().split("e") as [string, string];
  const exponent = Number(power);
  // Between these bounds JavaScript writes no exponent.
  if (exponent >= -4 && exponent < 6) return String(n);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** A decoded JSON value as fmt's %v prints it: map[a:b c:d], [x y], <nil>. */
export function goValueText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "string") return value;
  if (typeof value === "number") return goFloat(value);
  if (Array.isArray(value)) return `[${value.map(goValueText).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const object = value as { readonly [key: string]: unknown };
  return `map[${sortedKeys(object)
    .map((k) => `${k}:${goValueText(object[k])}`)
    .join(" ")}]`;
}

/** A decoded JSON value in Go's %#v. `keyType` is that of its maps. */
export function goSyntax(value: unknown, keyType = "string"): string {
  if (value === null || value === undefined) return "interface {}(nil)";
  if (typeof value === "string") return goQuote(value);
  if (typeof value === "number") return goFloat(value);
  if (Array.isArray(value)) return `[]interface {}{${value.map((v) => goSyntax(v, keyType)).join(", ")}}`;
  if (typeof value !== "object") return String(value);
  const object = value as { readonly [key: string]: unknown };
  return `map[${keyType}]interface {}{${sortedKeys(object)
    .map((k) => `${goQuote(k)}:${goSyntax(object[k], keyType)}`)
    .join(", ")}}`;
}

/** A character in Go's %#U: U+007D '}'. */
export function goRune(rune: string): string {
  const code = `U+${rune.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`;
  return /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(rune) ? `${code} '${rune}'` : code;
}

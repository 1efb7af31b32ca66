import { compareStrings, isObject } from "../schema/json-value.ts";

/** A JSON value as Go's %v prints it once decoded: `map[a:1 b:[x y] c:<nil>]`, keys sorted, texts bare. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (typeof value === "number") return goNumberText(value);
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort(compareStrings);
  return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(" ")}]`;
}

/** int64 plainly; float64 as %v has it, with an exponent of at least two digits from 1e21 on and below 1e-4. */
function goNumberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return BigInt(value).toString();
  const text = Math.abs(value) < 1e-4 || Math.abs(value) >= 1e21 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, "e$10$2");
}

/** The name of the Go type that a decoded JSON value has: what reflect.TypeOf tells apart. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return "nil";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map[string]interface {}";
}

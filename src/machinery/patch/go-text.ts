import { compareGoStrings, goFloat } from "../codec/go-text.ts";
import { isObject } from "../schema/json-value.ts";

/** A JSON value as Go's %v prints it once decoded: `map[a:1 b:[x y] c:<nil>]`, keys sorted, texts bare. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goText).join(" ")}]`;
  if (typeof value === "number") return goFloat(value);
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort(compareGoStrings);
  return `map[${keys.map((key) => `${key}:${goText(value[key])}`).join(" ")}]`;
}

/** The name of the Go type that a decoded JSON value has: what reflect.TypeOf tells apart. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return "nil";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "map[string]interface {}";
}

import type { JsonObject } from "../object.ts";

/** Whether `value` is a JSON object (not null, not an array). */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Sets an own key, "__proto__" included: users' keys are data. */
export function setKey(object: JsonObject, key: string, value: unknown): void {
  if (key === "__proto__")
    Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  else object[key] = value;
}

/** An own key's value; undefined where there is none, whatever the prototype has. */
export function getKey(object: JsonObject, key: string): any {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The name that encoding/json has for a value's type: "string", "number", "bool", "object", "array", "null". */
export function jsonTypeName(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value;
}

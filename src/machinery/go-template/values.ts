import { goFloat, goFloat64, goValueText } from "../codec/go-text.ts";

/**
 * A value with what Go would know of its type. `boxed`: it is an element of a map or list of interface{},
 * which has not gone through a pipeline yet. `undefined` stands for no value at all.
 */
export interface GoValue {
  readonly value: unknown;
  readonly type: string;
  readonly boxed: boolean;
}

export type Kind = "bool" | "int" | "float" | "string" | "map" | "slice" | "nil";

export const goInt = (value: number): GoValue => ({ value, type: "int", boxed: false });
export const goOf = (value: unknown, boxed = false): GoValue => ({ value, type: typeName(value), boxed });

/** The Go type of a decoded JSON value. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "nil";
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

/** The type that Go knows at this place: elements are of type interface {} until a pipeline unwraps them. */
export const staticType = (v: GoValue): string => (v.boxed ? "interface {}" : v.type);

export function kindOf(v: GoValue | undefined): Kind {
  if (v === undefined || v.value === null || v.value === undefined) return "nil";
  if (v.type === "int" || v.type === "int64") return "int";
  if (v.type === "float64") return "float";
  if (v.type === "bool" || v.type === "string") return v.type;
  return v.type.startsWith("map") ? "map" : "slice";
}

/** What is inside an interface{}; nothing where that is nil. */
export function unboxed(v: GoValue | undefined): GoValue | undefined {
  if (v === undefined || v.value === null || v.value === undefined) return undefined;
  return v.boxed ? { ...v, boxed: false } : v;
}

/** Whether "if" takes a value for true: it is neither nothing, zero, false nor empty. */
export function truth(v: GoValue | undefined): boolean {
  const value = v?.value;
  if (value === null || value === undefined) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object") return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A value as fmt's %v prints it; <nil> for none. */
export function valueText(v: GoValue | undefined): string {
  if (v === undefined) return "<nil>";
  if (typeof v.value === "number") return v.type === "float64" ? goFloat64(v.value) : goFloat(v.value);
  return goValueText(v.value);
}

import { goFloat } from "../../../machinery/codec/go-text.ts";

/** A slice as Go's %v prints it: "[a b]". */
export const goList = (values: readonly unknown[] | undefined | null): string => `[${(values ?? []).join(" ")}]`;

/** A map as Go's %v prints it: "map[a:1 b:2]". */
export const goMap = (map: Readonly<Record<string, unknown>> | undefined | null): string =>
  `map[${Object.keys(map ?? {})
    .sort()
    .map((k) => `${k}:${goValue(map![k])}`)
    .join(" ")}]`;

/** A number out of an unstructured object as Go's %v prints it: whole ones are int64 there, and plain. */
const goNumber = (value: number): string => (Number.isSafeInteger(value) ? String(value) : goFloat(value));

/** Any JSON value as Go's %v prints it out of an unstructured object. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (typeof value === "number") return goNumber(value);
  if (Array.isArray(value)) return `[${value.map(goValue).join(" ")}]`;
  if (typeof value === "object") return goMap(value as Record<string, unknown>);
  return String(value);
}

/** A pointer to a reference as its generated String() prints it: "&LocalObjectReference{Name:x,}", "nil" for none. */
export function goReference(
  type: string,
  reference: Readonly<Record<string, unknown>> | undefined | null,
  ...fields: readonly string[]
): string {
  if (reference === undefined || reference === null) return "nil";
  const texts = fields.map((f) => `${f}:${reference[f[0]!.toLowerCase() + f.slice(1)] ?? ""},`);
  return `&${type}{${texts.join("")}}`;
}

import { compareGoStrings, goJsonNumber, sortedKeys } from "./go-text.ts";

const escapes: { readonly [c: string]: string } = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** A string as encoding/json writes it: quoted, and with <, > and & escaped, as HTML would need. */
export function goJsonString(text: string): string {
  const quoted = JSON.stringify(text);
  if (!/[<>&\u2028\u2029]|\\ud[89a-f]/.test(quoted)) return quoted;
  return (
    quoted
      .replace(/[<>&\u2028\u2029]/g, (c) => escapes[c]!)
      // A lone surrogate cannot be in a Go string.
      .replace(/(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g, "$1\\ufffd")
  );
}

/** How {@link toJson} writes. */
export interface JsonOptions {
  /** False keeps the order of the keys: for what is a struct in Go, not a map. */
  readonly sortKeys?: boolean;
  /** The blanks of one level; "    " is kubectl's. */
  readonly indent?: string;
}

const present = (object: { [key: string]: unknown }, sort: boolean): string[] => {
  const keys = Object.keys(object).filter((k) => object[k] !== undefined);
  return sort ? keys.sort(compareGoStrings) : keys;
};

function write(value: unknown, indent: string, sort: boolean, margin: string, out: string[]): void {
  if (typeof value === "string") out.push(goJsonString(value));
  else if (typeof value === "number") out.push(goJsonNumber(value));
  else if (typeof value === "bigint") out.push(String(value));
  else if (typeof value === "boolean") out.push(value ? "true" : "false");
  else if (value === null || value === undefined) out.push("null");
  else writeCollection(value as object, indent, sort, margin, out);
}

function writeCollection(value: object, indent: string, sort: boolean, margin: string, out: string[]): void {
  const list = Array.isArray(value);
  const object = value as { [key: string]: unknown };
  const keys = list ? value.keys() : present(object, sort);
  const inner = margin + indent;
  const pretty = indent !== "";
  let first = true;
  out.push(list ? "[" : "{");
  for (const key of keys) {
    if (!first) out.push(",");
    first = false;
    if (pretty) out.push("\n", inner);
    if (!list) out.push(goJsonString(key as string), pretty ? ": " : ":");
    write(object[key as string], indent, sort, inner, out);
  }
  if (pretty && !first) out.push("\n", margin);
  out.push(list ? "]" : "}");
}

/** What `-o json` prints, with the line end: four blanks a level, keys sorted. Mirrors printers.JSONPrinter. */
export function toJson(value: unknown, options: JsonOptions = {}): string {
  const out: string[] = [];
  write(value, options.indent ?? "    ", options.sortKeys ?? true, "", out);
  out.push("\n");
  return out.join("");
}

/** Go's json.Marshal of a map: one line, keys sorted; the text of last-applied-configuration but for its line end. */
export function compactJson(value: unknown, options: Pick<JsonOptions, "sortKeys"> = {}): string {
  const out: string[] = [];
  write(value, "", options.sortKeys ?? true, "", out);
  return out.join("");
}

/** The same value with the keys of every object in Go's order. */
export function withSortedKeys<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withSortedKeys) as T;
  const source = value as { [key: string]: unknown };
  return Object.fromEntries(sortedKeys(source).map((k) => [k, withSortedKeys(source[k])])) as T;
}

import { goQuote } from "../../machinery/field-error.ts";
import { deepEqual, type JsonObject } from "../../machinery/object.ts";
import { getKey } from "../../machinery/schema/json-value.ts";
import { type GoStructField, goStructs } from "./go-structs.ts";
import { goPointer, goQuantity } from "./go-syntax.ts";

const context = 2;
/** How many parts of one level are shown of what is the same; and of what is not, by depth. */
const sameLimit = 4;
const changedLimits = [16, 8, 4, 0];

/**
 * The difference of two structs of the internal API, `type` "core.PodSpec" and the like, each with "-" and "+" lines.
 * Mirrors what go-cmp's Diff reports: two neighbours around a change, counts of the others.
 */
export function goDiff(type: string, old: unknown, now: unknown): string {
  return `  ${diffStruct(type, (old ?? {}) as JsonObject, (now ?? {}) as JsonObject, "  ").join("\n")}\n`;
}

/** A line or more of a report: after "KEY: ", or alone. */
interface Row {
  readonly sign: " " | "-" | "+";
  readonly key: string;
  readonly lines: readonly string[];
}

/** A field or an element; `rows` tells it. */
interface Part {
  readonly changed: boolean;
  rows(): Row[];
}

/** Lines; the first carries no indent of its own, as it follows what names it. */
function diffStruct(type: string, old: JsonObject, now: JsonObject, indent: string, head = type): string[] {
  const parts = fieldsOf(type, old, now).map((field): Part => {
    const [before, after] = [heldBy(field, old), heldBy(field, now)];
    const changed = !sameValue(before, after);
    return { changed, rows: () => diffValue(field.go, field.type, before, after, `${indent}\t`, changed) };
  });
  return [`${head}{`, ...report(parts, "fields", `${indent}\t`), `${indent}}`];
}

/** Changes with their neighbours, and how many others there are. */
function report(parts: readonly Part[], noun: string, indent: string): string[] {
  const shown = parts.map((_, i) =>
    parts.slice(Math.max(0, i - context), i + context + 1).some((part) => part.changed),
  );
  const lines: string[] = [];
  let rows: Row[] = [];
  const flush = (): void => {
    lines.push(...aligned(rows, indent));
    rows = [];
  };
  for (let i = 0; i < parts.length; ) {
    let end = i;
    while (end < parts.length && !shown[end]) end++;
    const count = end - i;
    if (count <= 1) rows.push(...parts[i]!.rows());
    else {
      flush();
      lines.push(`${indent}... // ${count} identical ${noun}`);
    }
    i += Math.max(1, count);
  }
  flush();
  return lines;
}

/** Values of neighbouring lines stand below each other; what takes several lines parts the neighbours. */
function aligned(rows: readonly Row[], indent: string): string[] {
  const lines: string[] = [];
  const lonely = (row: Row | undefined): boolean => row === undefined || row.key === "" || row.lines.length > 1;
  for (const [i, row] of rows.entries()) {
    let width = 0;
    if (!lonely(row)) {
      let [from, to] = [i, i];
      while (!lonely(rows[from - 1])) from--;
      while (!lonely(rows[to + 1])) to++;
      width = Math.max(...rows.slice(from, to + 1).map((r) => r.key.length));
    }
    const key = row.key === "" ? "" : `${row.key}: ${" ".repeat(Math.max(0, width - row.key.length))}`;
    const margin = row.sign === " " ? indent : `${row.sign} ${indent.slice(2)}`;
    lines.push(`${margin}${key}${row.lines[0]}${row.lines.length > 1 ? "" : ","}`);
    if (row.lines.length > 1) lines.push(...row.lines.slice(1, -1), `${row.lines.at(-1)},`);
  }
  return lines;
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const sameValue = (a: unknown, b: unknown): boolean => (isAbsent(a) && isAbsent(b)) || deepEqual(a, b);

function fieldsOf(type: string, old: JsonObject, now: JsonObject): readonly GoStructField[] {
  const known = goStructs()[type];
  if (known) return known;
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.map((json) => ({ go: json.slice(0, 1).toUpperCase() + json.slice(1), json, type: "" }));
}

/** What a field holds; an embedded struct holds its share of the object around it. */
function heldBy(field: GoStructField, object: JsonObject): unknown {
  if (field.json !== "") return object[field.json];
  const own = fieldsOf(field.type, {}, {}).filter((f) => !isAbsent(object[f.json]));
  return Object.fromEntries(own.map((f) => [f.json, object[f.json]]));
}

function diffValue(key: string, type: string, old: unknown, now: unknown, indent: string, changed: boolean): Row[] {
  if (!changed) return [{ sign: " ", key, lines: [goShort(type, now)] }];
  const element = type.startsWith("[]") ? type.slice(2) : undefined;
  if (element && Array.isArray(old) && Array.isArray(now)) {
    const parts = diffElements(element, old, now, `${indent}\t`);
    return [{ sign: " ", key, lines: [`${type}{`, ...report(parts, "elements", `${indent}\t`), `${indent}}`] }];
  }
  if (type.startsWith("map[") && !isAbsent(old) && !isAbsent(now)) {
    const parts = diffEntries(type, old as JsonObject, now as JsonObject, `${indent}\t`);
    const lines = [`${typeName(type)}{`, ...report(parts, "entries", `${indent}\t`), `${indent}}`];
    return [{ sign: " ", key, lines }];
  }
  const struct = type.replace(/^\*/, "");
  if (goStructs()[struct] && !isAbsent(old) && !isAbsent(now)) {
    // Elements go without their type.
    const head = key === "" ? "" : type.startsWith("*") ? `&${struct}` : struct;
    return [{ sign: " ", key, lines: diffStruct(struct, old as JsonObject, now as JsonObject, indent, head) }];
  }
  const leaf = (sign: "-" | "+", value: unknown): Row => ({ sign, key, lines: [goShort(type, value, 0, key !== "")] });
  return [leaf("-", old), leaf("+", now)];
}

/** Elements in pairs, from the front and from the back, as far as they are the same. */
function diffElements(type: string, old: readonly unknown[], now: readonly unknown[], indent: string): Part[] {
  const shorter = Math.min(old.length, now.length);
  let front = 0;
  while (front < shorter && sameValue(old[front], now[front])) front++;
  let back = 0;
  while (back < shorter - front && sameValue(old[old.length - 1 - back], now[now.length - 1 - back])) back++;
  const pair = (before: unknown, after: unknown, changed: boolean): Part => ({
    changed,
    rows: () => diffValue("", type, before, after, indent, changed),
  });
  const single = (sign: "-" | "+", value: unknown): Part => ({
    changed: true,
    rows: () => [{ sign, key: "", lines: [goShort(type, value, 0)] }],
  });
  const middle: Part[] = [];
  for (let i = front; i < Math.max(old.length, now.length) - back; i++) {
    if (i >= old.length - back) middle.push(single("+", now[i]));
    else if (i >= now.length - back) middle.push(single("-", old[i]));
    else middle.push(pair(old[i], now[i], !sameValue(old[i], now[i])));
  }
  const same = (values: readonly unknown[]): Part[] => values.map((v) => pair(v, v, false));
  return [...same(now.slice(0, front)), ...middle, ...same(now.slice(now.length - back))];
}

function diffEntries(type: string, old: JsonObject, now: JsonObject, indent: string): Part[] {
  const of = type.slice(type.indexOf("]") + 1);
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return keys.map((name): Part => {
    const key = goQuote(name);
    const [before, after] = [getKey(old, name), getKey(now, name)];
    const changed = !sameValue(before, after);
    if (before !== undefined && after !== undefined)
      return { changed, rows: () => diffValue(key, of, before, after, indent, changed) };
    const sign = before === undefined ? "+" : "-";
    return { changed, rows: () => [{ sign, key, lines: [goShort(of, before ?? after, 0)] }] };
  });
}

/** A value in one line, fields that say nothing left out. `depth` is given for what differs; `typed` says the type of structs, lists and maps. */
function goShort(type: string, value: unknown, depth?: number, typed = false): string {
  const pointer = type.startsWith("*");
  const bare = pointer ? type.slice(1) : type;
  if (isAbsent(value)) return pointer || bare.startsWith("[]") || bare.startsWith("map[") ? "nil" : goZero(bare);
  const text = goShortValue(bare, value, depth);
  const named = typed && (typeof value === "object" || goStructs()[bare] !== undefined) ? typeName(bare) : "";
  return `${pointer ? "&" : ""}${named}${text}`;
}

const typeName = (type: string): string =>
  type === "map[core.ResourceName]resource.Quantity" ? "core.ResourceList" : type;

function goZero(type: string): string {
  if (type === "string") return '""';
  if (type === "int32" || type === "int64") return "0";
  if (type === "bool") return "false";
  return goStructs()[type] ? "{}" : '""';
}

function goShortValue(type: string, value: unknown, depth: number | undefined): string {
  if (typeof value === "string") return goQuote(value);
  if (typeof value !== "object" || value === null) return String(value);
  const below = depth === undefined ? undefined : depth + 1;
  const limit = depth === undefined ? sameLimit : (changedLimits[depth] ?? 0);
  const listed = (parts: readonly string[]): string =>
    `{${(parts.length > limit ? [...parts.slice(0, limit), "..."] : parts).join(", ")}}`;
  if (Array.isArray(value)) return listed(value.map((v) => goShort(type.slice(2), v, below)));
  const object = value as JsonObject;
  if (type.startsWith("map["))
    return listed(
      Object.keys(object)
        .sort()
        .map((k) => `${goQuote(k)}: ${goShortValue("", object[k], below)}`),
    );
  return listed(
    fieldsOf(type, object, {})
      .filter((f) => !isZero(f, heldBy(f, object)))
      .map((f) => `${f.go}: ${goShort(f.type, heldBy(f, object), below, depth !== undefined)}`),
  );
}

const isZero = (field: GoStructField, value: unknown): boolean =>
  isAbsent(value) ||
  (!field.type.startsWith("*") &&
    (value === "" || value === 0 || value === false || (!Array.isArray(value) && isEmptyStruct(field.type, value))));

const isEmptyStruct = (type: string, value: unknown): boolean =>
  goStructs()[type] !== undefined && Object.keys(value as object).length === 0;

/** A struct of the internal API as Go's %#v prints it: what is behind a pointer shows as an address. */
export function goStructText(type: string, value: unknown): string {
  // Only templates' metadata has times here, and those are never set; time.Time prints itself.
  if (type === "v1.Time") return "time.Date(1, time.January, 1, 0, 0, 0, 0, time.UTC)";
  if (type === "*v1.Time") return "<nil>";
  if (type.startsWith("*")) return goPointer(type.slice(1), value);
  if (type.startsWith("[]")) {
    if (!Array.isArray(value)) return `${type}(nil)`;
    return `${type}{${value.map((v) => goStructText(type.slice(2), v)).join(", ")}}`;
  }
  if (type === "resource.Quantity") return goQuantity(value as string | number).text;
  if (type.startsWith("map[")) return goMapText(type, value);
  const fields = goStructs()[type];
  if (fields) {
    const object = (value ?? {}) as JsonObject;
    return `${type}{${fields.map((f) => `${f.go}:${goStructText(f.type, heldBy(f, object))}`).join(", ")}}`;
  }
  if (type === "bool") return String(value ?? false);
  if (type === "int32" || type === "int64") return String(value ?? 0);
  return typeof value === "object" && value !== null ? `${type}{}` : goQuote(String(value ?? ""));
}

function goMapText(type: string, value: unknown): string {
  const name = type === "map[core.ResourceName]resource.Quantity" ? "core.ResourceList" : type;
  if (value === undefined || value === null) return `${name}(nil)`;
  const element = type.slice(type.indexOf("]") + 1);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name}{${entries.map(([k, v]) => `${goQuote(k)}:${goStructText(element, v)}`).join(", ")}}`;
}

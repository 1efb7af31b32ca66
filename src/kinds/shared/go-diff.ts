import { goQuote } from "../../machinery/field-error.ts";
import { deepEqual, type JsonObject } from "../../machinery/object.ts";
import { type GoStructField, goStructs } from "./go-structs.ts";
import { goPointer, goQuantity } from "./go-syntax.ts";

const context = 2;

/**
 * The difference of two structs of the internal API, `type` "core.PodSpec" and the like, each with "-" and "+" lines.
 * Mirrors what go-cmp's Diff reports: two neighbours around a change, counts of the others.
 */
export function goDiff(type: string, old: unknown, now: unknown): string {
  return `  ${diffStruct(type, (old ?? {}) as JsonObject, (now ?? {}) as JsonObject, "  ").join("\n")}\n`;
}

/** Lines; the first carries no indent of its own, as it follows what names it. */
function diffStruct(type: string, old: JsonObject, now: JsonObject, indent: string, head = type): string[] {
  const fields = fieldsOf(type, old, now);
  const changed = fields.map((f) => !sameValue(old[f.json], now[f.json]));
  const shown = fields.map((_, i) => changed.slice(Math.max(0, i - context), i + context + 1).some(Boolean));
  const lines: string[] = [`${head}{`];
  const inner = `${indent}\t`;
  for (let i = 0; i < fields.length; ) {
    if (shown[i]) {
      lines.push(...diffField(fields[i]!, old[fields[i]!.json], now[fields[i]!.json], inner, changed[i]!));
      i++;
      continue;
    }
    let end = i;
    while (end < fields.length && !shown[end]) end++;
    const count = end - i;
    if (count <= context && i > 0)
      for (const f of fields.slice(i, end)) lines.push(...diffField(f, old[f.json], now[f.json], inner, false));
    else lines.push(`${inner}... // ${count} identical field${count === 1 ? "" : "s"}`);
    i = end;
  }
  return [...lines, `${indent}}`];
}

const isAbsent = (value: unknown): boolean => value === undefined || value === null;
const sameValue = (a: unknown, b: unknown): boolean => (isAbsent(a) && isAbsent(b)) || deepEqual(a, b);

function fieldsOf(type: string, old: JsonObject, now: JsonObject): readonly GoStructField[] {
  const known = goStructs()[type];
  if (known) return known;
  const names = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return names.map((json) => ({ go: json.slice(0, 1).toUpperCase() + json.slice(1), json, type: "" }));
}

function diffField(field: GoStructField, old: unknown, now: unknown, indent: string, changed: boolean): string[] {
  if (!changed) return [`${indent}${field.go}: ${goShort(field.type, now)},`];
  const element = field.type.startsWith("[]") ? field.type.slice(2) : undefined;
  if (element && goStructs()[element] && Array.isArray(old) && Array.isArray(now))
    return diffList(field, element, old, now, indent);
  const struct = field.type.replace(/^\*/, "");
  if (goStructs()[struct] && !isAbsent(old) && !isAbsent(now)) {
    const head = field.type.startsWith("*") ? `&${struct}` : struct;
    const lines = diffStruct(struct, old as JsonObject, now as JsonObject, indent, head);
    return closed([`${indent}${field.go}: ${lines[0]}`, ...lines.slice(1)]);
  }
  return [
    `${minus(indent)}${field.go}: ${goShort(field.type, old)},`,
    `${plus(indent)}${field.go}: ${goShort(field.type, now)},`,
  ];
}

const minus = (indent: string): string => `- ${indent.slice(2)}`;
const plus = (indent: string): string => `+ ${indent.slice(2)}`;
const closed = (lines: string[]): string[] => [...lines.slice(0, -1), `${lines.at(-1)},`];

function diffList(field: GoStructField, element: string, old: unknown[], now: unknown[], indent: string): string[] {
  const inner = `${indent}\t`;
  const lines = [`${indent}${field.go}: ${field.type}{`];
  for (let i = 0; i < Math.max(old.length, now.length); i++) {
    if (i >= old.length) lines.push(`${plus(inner)}${goShort(element, now[i])},`);
    else if (i >= now.length) lines.push(`${minus(inner)}${goShort(element, old[i])},`);
    else if (sameValue(old[i], now[i])) lines.push(`${inner}${goShort(element, now[i])},`);
    else {
      const item = diffStruct(element, old[i] as JsonObject, now[i] as JsonObject, inner, "");
      lines.push(...closed([`${inner}${item[0]}`, ...item.slice(1)]));
    }
  }
  return [...lines, `${indent}},`];
}

/** A value in one line, fields that say nothing left out. */
function goShort(type: string, value: unknown): string {
  const pointer = type.startsWith("*");
  const bare = pointer ? type.slice(1) : type;
  if (isAbsent(value)) return pointer || bare.startsWith("[]") || bare.startsWith("map[") ? "nil" : goZero(bare);
  const text = goShortValue(bare, value);
  return pointer ? `&${text}` : text;
}

function goZero(type: string): string {
  if (type === "string") return '""';
  if (type === "int32" || type === "int64") return "0";
  if (type === "bool") return "false";
  return goStructs()[type] ? "{}" : '""';
}

function goShortValue(type: string, value: unknown): string {
  if (typeof value === "string") return goQuote(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `{${value.map((v) => goShort(type.slice(2), v)).join(", ")}}`;
  const object = value as JsonObject;
  if (type.startsWith("map["))
    return `{${Object.keys(object)
      .sort()
      .map((k) => `${goQuote(k)}: ${goShortValue("", object[k])}`)
      .join(", ")}}`;
  const parts = fieldsOf(type, object, {})
    .filter(
      (f) => !isAbsent(object[f.json]) && object[f.json] !== "" && object[f.json] !== 0 && object[f.json] !== false,
    )
    .map((f) => `${f.go}: ${goShort(f.type, object[f.json])}`);
  return `{${parts.join(", ")}}`;
}

/** A struct of the internal API as Go's %#v prints it: what is behind a pointer shows as an address. */
export function goStructText(type: string, value: unknown): string {
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
    return `${type}{${fields.map((f) => `${f.go}:${goStructText(f.type, object[f.json])}`).join(", ")}}`;
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

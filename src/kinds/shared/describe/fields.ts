import type { TypedObject } from "../../../machinery/object.ts";
import type { DescribeWriter } from "../../definition.ts";

/** "Label:", a tab, the value: one aligned line. */
export const field = (out: DescribeWriter, label: string, value: unknown, level = 0): void =>
  out.write(level, `${label}:\t${value}\n`);

/** A table inside a description: cells that tabs align, each row a line. */
export function rows(out: DescribeWriter, level: number, table: readonly (readonly unknown[])[]): void {
  for (const row of table) out.write(level, `${row.join("\t")}\n`);
}

/** Column names and the dashes below them. */
export const headers = (...names: readonly string[]): readonly (readonly string[])[] => [
  names,
  names.map((n) => "-".repeat(n.length)),
];

/** The same writer, everything written `indent` levels deeper. Mirrors describe.NewNestedPrefixWriter. */
export const nested = (out: DescribeWriter, indent: number): DescribeWriter => ({
  write: (level, text) => out.write(level + indent, text),
  flush: () => out.flush(),
});

type StringMap = Readonly<Record<string, string>> | undefined | null;

/**
 * A title and a line for each text, aligned below one another, or "<none>"; `indent` stands before title and lines.
 * Written in as many pieces as upstream does: a nested writer indents each.
 */
export function multiline(out: DescribeWriter, title: string, texts: readonly string[], indent = ""): void {
  out.write(0, `${indent}${title}:\t`);
  if (texts.length === 0) out.write(0, "<none>\n");
  for (const [i, text] of texts.entries()) {
    if (i !== 0) {
      out.write(0, indent);
      out.write(0, "\t");
    }
    out.write(0, `${text}\n`);
  }
}

/** "Labels:" and a line for each. Mirrors describe.printLabelsMultiline. */
export const labels = (out: DescribeWriter, title: string, map: StringMap, indent = ""): void =>
  multiline(
    out,
    title,
    Object.keys(map ?? {})
      .sort()
      .map((key) => `${key}=${map![key]}`),
    indent,
  );

const maxAnnotationBytes = 140;
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/** The first `max` bytes of a text, with dots where there are more. Mirrors describe.shorten. */
export function shorten(text: string, max: number): string {
  const bytes = Buffer.from(text);
  return bytes.length > max ? `${bytes.subarray(0, max).toString()}...` : text;
}

/** "Annotations:", without what apply keeps there; long and many-line ones below their key. Mirrors describe.printAnnotationsMultiline. */
export function annotations(out: DescribeWriter, title: string, map: StringMap): void {
  const keys = Object.keys(map ?? {})
    .filter((k) => k !== lastApplied)
    .sort();
  out.write(0, `${title}:\t`);
  if (keys.length === 0) out.write(0, "<none>\n");
  for (const [i, key] of keys.entries()) {
    if (i !== 0) out.write(0, "\t");
    const value = map![key]!.replace(/\n$/, "");
    if (Buffer.byteLength(value) + Buffer.byteLength(key) + 2 <= maxAnnotationBytes && !value.includes("\n")) {
      out.write(0, `${key}: ${value}\n`);
      continue;
    }
    out.write(0, `${key}:\n`);
    for (const line of value.split("\n")) out.write(0, `\t  ${shorten(line, maxAnnotationBytes - 2)}\n`);
  }
}

/** Name, namespace (where the kind has one), labels and annotations: how nearly every description begins. */
export function heading(out: DescribeWriter, object: TypedObject, scope: "namespaced" | "cluster"): void {
  const { name, namespace, labels: labelMap, annotations: annotationMap } = object.metadata;
  field(out, "Name", name ?? "");
  if (scope === "namespaced") field(out, "Namespace", namespace ?? "");
  labels(out, "Labels", labelMap);
  annotations(out, "Annotations", annotationMap);
}

/** "Controlled By: ReplicaSet/web-5d4", where something does. */
export function controlledBy(out: DescribeWriter, object: TypedObject): void {
  const owner = object.metadata.ownerReferences?.find((o) => o.controller);
  if (owner !== undefined) field(out, "Controlled By", `${owner.kind}/${owner.name}`);
}

import type { DescribeContext, DescribeWriter } from "../../kinds/definition.ts";
import { describeEvents } from "../../kinds/shared/describe/events.ts";
import { describeAnnotations, describeLabels } from "../../kinds/shared/describe/metadata.ts";
import { goValueText } from "../../machinery/codec/go-text.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";

const SHOWN_ABOVE: ReadonlySet<string> = new Set([
  ".metadata.managedFields",
  ".metadata.name",
  ".metadata.namespace",
  ".metadata.labels",
  ".metadata.annotations",
]);
const ACRONYMS: ReadonlySet<string> = new Set(["API", "URL", "UID", "OSB", "GUID"]);

/** "creationTimestamp" → "Creation Timestamp"; names with other characters than letters and dashes stay. Mirrors describe.smartLabelFor. */
export function smartLabel(field: string): string {
  if (!/^[\p{L}-]*$/u.test(field)) return field;
  const words = field.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|-+|\p{L}+/gu) ?? [field];
  return words
    .map((w) => (ACRONYMS.has(w.toUpperCase()) ? w.toUpperCase() : w.charAt(0).toUpperCase() + w.slice(1)))
    .join(" ");
}

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function writeContent(out: DescribeWriter, level: number, content: JsonObject, path: string): void {
  for (const field of Object.keys(content).sort()) {
    const at = `${path}.${field}`;
    const value: unknown = content[field];
    if (SHOWN_ABOVE.has(at)) continue;
    if (isMap(value)) {
      out.write(level, `${smartLabel(field)}:\n`);
      writeContent(out, level + 1, value, at);
    } else if (Array.isArray(value)) {
      out.write(level, `${smartLabel(field)}:\n`);
      for (const child of value)
        if (isMap(child)) writeContent(out, level + 1, child, at);
        else out.write(level + 1, `${goValueText(child)}\n`);
    } else out.write(level, `${smartLabel(field)}:\t${goValueText(value)}\n`);
  }
}

/** The description of kinds that have none of their own: every field, under readable labels. Mirrors describe.genericDescriber. */
export async function describeGeneric(
  object: JsonObject,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  const { name = "", namespace = "", labels, annotations } = object["metadata"] ?? {};
  out.write(0, `Name:\t${name}\n`);
  out.write(0, `Namespace:\t${namespace}\n`);
  describeLabels(out, "Labels", labels);
  describeAnnotations(out, "Annotations", annotations);
  writeContent(out, 0, object, "");
  describeEvents(await context.events(object as KubeObject), context.now, out);
}

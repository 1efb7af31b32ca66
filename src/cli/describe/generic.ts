import type { DescribeContext, DescribeWriter } from "../../kinds/definition.ts";
import { describeEvents } from "../../kinds/shared/describe/events.ts";
import { heading } from "../../kinds/shared/describe/fields.ts";
import { goValue } from "../../kinds/shared/describe/go-values.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { smartLabel } from "./smart-label.ts";

const shownAbove: ReadonlySet<string> = new Set([
  ".metadata.managedFields",
  ".metadata.name",
  ".metadata.namespace",
  ".metadata.labels",
  ".metadata.annotations",
]);

const isMap = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function writeContent(out: DescribeWriter, level: number, content: JsonObject, path: string): void {
  for (const field of Object.keys(content).sort()) {
    const at = `${path}.${field}`;
    const value: unknown = content[field];
    if (shownAbove.has(at)) continue;
    if (isMap(value)) {
      out.write(level, `${smartLabel(field)}:\n`);
      writeContent(out, level + 1, value, at);
    } else if (Array.isArray(value)) {
      out.write(level, `${smartLabel(field)}:\n`);
      for (const child of value)
        if (isMap(child)) writeContent(out, level + 1, child, at);
        else out.write(level + 1, `${goValue(child)}\n`);
    } else out.write(level, `${smartLabel(field)}:\t${goValue(value)}\n`);
  }
}

/** The description of kinds that have none of their own: every field, under readable labels. Mirrors describe.genericDescriber. */
export async function describeGeneric(
  object: KubeObject,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  heading(out, object, "namespaced");
  writeContent(out, 0, object, "");
  await describeEvents(object, context, out);
}

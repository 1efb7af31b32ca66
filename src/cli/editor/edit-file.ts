import type { JsonObject } from "../../machinery/object.ts";
import { omitManagedFields } from "../printers/format.ts";

/** One thing that was wrong with an edit, as the header of the next round tells it. */
export interface EditReason {
  readonly head: string;
  readonly details: readonly string[];
}

/** How objects are shown in the editor. */
export interface EditFormat {
  readonly json: boolean;
  readonly extension: ".json" | ".yaml";
  readonly windowsLineEndings: boolean;
  readonly showManagedFields: boolean;
}

const HEADER = `# Please edit the object below. Lines beginning with a '#' will be ignored,
# and an empty file will abort the edit. If an error occurs while saving this file will be
# reopened with the relevant failures.
#
`;
const LAST_APPLIED_HEADER = `# Please edit the 'last-applied-configuration' annotations below.
# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.
#
`;

const commented = (text: string): string => text.replaceAll("\n", "\n# ");

/** The comment at the top of the file. Mirrors editHeader.writeTo. */
export function editHeader(lastApplied: boolean, reasons: readonly EditReason[]): string {
  let text = lastApplied ? LAST_APPLIED_HEADER : HEADER;
  for (const { head, details } of reasons) {
    text += `# ${commented(head)}${details.length > 0 ? ":" : ""}\n`;
    for (const detail of details) text += `# * ${commented(detail)}\n`;
    text += "#\n";
  }
  return text;
}

/** The file without its comments. Mirrors cmdutil.ManualStrip. */
export function stripComments(text: string): string {
  return text
    .split("\n")
    .filter((line) => !line.trimStart().startsWith("#"))
    .join("\n");
}

/** Whether anything but blanks and comments is there. */
export const hasContent = (text: string): boolean => stripComments(text).trim() !== "";

/** Objects as they stand in the editor: one as itself, several as a List. */
export async function editableText(objects: readonly JsonObject[], format: EditFormat): Promise<string> {
  const shown = format.showManagedFields ? objects : objects.map(omitManagedFields);
  const value = shown.length === 1 ? shown[0]! : { apiVersion: "v1", items: shown, kind: "List", metadata: {} };
  if (format.json) return (await import("../../machinery/codec/json.ts")).toJson(value);
  return (await import("../../machinery/codec/yaml-write.ts")).toYaml(value);
}

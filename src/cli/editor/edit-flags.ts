import { fieldManagerFlag, filenameFlags, validateFlag } from "../flags/common-flags.ts";
import { type FlagSpec, flag } from "../flags/flag.ts";
import { printFlags } from "../printers/print-flags.ts";
import type { EditFormat } from "./edit-file.ts";

/** The flags that `edit` and `apply edit-last-applied` share. */
export function editFlags(fieldManager: string): readonly FlagSpec[] {
  return [
    ...printFlags(),
    fieldManagerFlag(fieldManager),
    ...filenameFlags("that name what to edit"),
    validateFlag,
    flag.bool("windows-line-endings", "Line endings of the file; the platform's by default."),
  ];
}

/** How the flags want objects to be shown in the editor. Throws for a format that none can be edited in. */
export function editFormat(flags: Readonly<Record<string, any>>): EditFormat {
  const output: string = flags["output"] ?? "";
  if (!["", "yaml", "json"].includes(output))
    throw new Error(
      `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json,yaml`,
    );
  return {
    json: output === "json",
    extension: output === "json" ? ".json" : ".yaml",
    windowsLineEndings: flags["windowsLineEndings"],
    // The flag is there, but upstream puts managed fields aside in any case.
    showManagedFields: false,
  };
}

import { changed, type FlagSpec, flag } from "../flags/flag.ts";

const STRUCTURED =
  "json, yaml, name, go-template, go-template-file, template, templatefile, jsonpath, jsonpath-as-json, jsonpath-file";

/** -o, --template, --allow-missing-template-keys and --show-managed-fields. Mirrors genericclioptions.PrintFlags. */
export function printFlags(formats: string = STRUCTURED): readonly FlagSpec[] {
  return [
    flag.bool("allow-missing-template-keys", "Ignore fields and map keys that a template names and the object lacks.", {
      default: "true",
    }),
    flag.string("output", `Output format. One of: (${formats}).`, { short: "o" }),
    flag.bool("show-managed-fields", "Keep managedFields in JSON and YAML output."),
    flag.string("template", "Template text, or the template's file, for -o go-template and -o go-template-file."),
  ];
}

/** The same for `get`, which also knows tables. */
export const getPrintFormats = `${STRUCTURED}, custom-columns, custom-columns-file, wide`;

/** What the flags of {@link printFlags} came to. */
export interface PrintOptions {
  readonly output: string;
  readonly template: string;
  readonly allowMissingTemplateKeys: boolean;
  readonly showManagedFields: boolean;
  /** What is printed is a Go struct, whose fields JSON keeps in order. */
  readonly typed?: boolean;
}

/** Reads the flags of {@link printFlags}. */
export function printOptionsOf(flags: Readonly<Record<string, any>>): PrintOptions {
  return {
    output: flags["output"] ?? "",
    template: flags["template"] ?? "",
    allowMissingTemplateKeys: flags["allowMissingTemplateKeys"] ?? true,
    showManagedFields: flags["showManagedFields"] ?? false,
  };
}

/** Where a command has a format of its own, --template without -o stands against it. Mirrors PrintFlags.ToPrinter. */
export function templateAlone(flags: Readonly<Record<string, any>>): Partial<PrintOptions> {
  return flags["template"] !== "" && !changed(flags, "output") ? { output: "" } : {};
}

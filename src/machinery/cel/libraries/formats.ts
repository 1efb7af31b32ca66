import { type Environment, Optional } from "@marcbachmann/cel-js";
import {
  dns1035LabelErrors,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  nameIsDns1035Label,
  nameIsDnsLabel,
  nameIsDnsSubdomain,
  qualifiedNameErrors,
} from "../../names.ts";

/** A named format that texts can be held against. */
class CelFormat {
  readonly errorsOf: (text: string) => readonly string[];
  constructor(errorsOf: (text: string) => readonly string[]) {
    this.errorsOf = errorsOf;
  }
}

const matching =
  (pattern: RegExp, message: string): ((text: string) => string[]) =>
  (text) =>
    pattern.test(text) ? [] : [message];

const formats: Readonly<Record<string, (text: string) => readonly string[]>> = {
  dns1123Label: dns1123LabelErrors,
  dns1123Subdomain: dns1123SubdomainErrors,
  dns1035Label: dns1035LabelErrors,
  qualifiedName: qualifiedNameErrors,
  dns1123LabelPrefix: (text) => nameIsDnsLabel(text, true),
  dns1123SubdomainPrefix: (text) => nameIsDnsSubdomain(text, true),
  dns1035LabelPrefix: (text) => nameIsDns1035Label(text, true),
  labelValue: labelValueErrors,
  uri: matching(/^(?:[a-zA-Z][a-zA-Z0-9+.-]*:[^\s]+|\/[^\s]*)$/, "invalid URI"),
  uuid: matching(
    /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i,
    "does not match the UUID format",
  ),
  byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, "invalid base64"),
  date: matching(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, "invalid date"),
  datetime: matching(/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/, "invalid datetime"),
};

class FormatNamespace {}

/** format.named() and the formats by name. Mirrors apiserver/pkg/cel/library/format.go. */
export function registerFormats(environment: Environment): void {
  environment
    .registerType("FormatNamespace", { ctor: FormatNamespace, fields: {} })
    .registerConstant("format", "FormatNamespace", new FormatNamespace())
    .registerType("NamedFormat", { ctor: CelFormat, fields: {} })
    .registerFunction("NamedFormat.validate(string): optional<list<string>>", (format: CelFormat, text: string) => {
      const errors = format.errorsOf(text);
      return Optional.of(errors.length === 0 ? undefined : [...errors]);
    })
    .registerFunction("FormatNamespace.named(string): optional<NamedFormat>", (_: unknown, name: string) =>
      Optional.of(Object.hasOwn(formats, name) ? new CelFormat(formats[name]!) : undefined),
    );
  for (const [name, errorsOf] of Object.entries(formats))
    environment.registerFunction(`FormatNamespace.${name}(): NamedFormat`, () => new CelFormat(errorsOf));
}

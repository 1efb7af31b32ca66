import { type StatusCause, StatusError } from "./status-error.ts";

/** field.Error's types, by the reason that a StatusCause carries. */
export type FieldErrorReason =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "InternalError"
  | "FieldValueTypeInvalid";

/** One thing that is wrong with an object: the field's path, and upstream's words without that path. Validation collects these, it never throws. */
export interface FieldError {
  readonly reason: FieldErrorReason;
  readonly field: string;
  readonly message: string;
}

/** How Go prints a value inside "Invalid value: …" (field.Error.ErrorBody): strings quoted, structs and maps as Go syntax or JSON. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return '"null"';
  if (typeof value === "string") return goQuote(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value) && value.every((x) => typeof x === "string"))
    return `[]string{${value.map((x) => goQuote(x)).join(", ")}}`;
  return JSON.stringify(value);
}

const goEscapes: { readonly [c: string]: string } = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

/** Go's %q for a string: what is not printable as \a, \x01 or \u2028. */
export function goQuote(text: string): string {
  const quoted = text.replace(
    /[\x00-\x1f"\\\x7f-\xa0\xad\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]/g,
    (c) => {
      const hex = c.charCodeAt(0).toString(16);
      return goEscapes[c] ?? (c < "\x80" ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`);
    },
  );
  return `"${quoted}"`;
}

/** A map[string]string as Go's %#v prints it, keys sorted. */
export function goStringMap(map: Readonly<Record<string, string>> | undefined): string {
  if (map === undefined) return "map[string]string(nil)";
  return `map[string]string{${Object.keys(map)
    .sort()
    .map((k) => `${goQuote(k)}:${goQuote(map[k]!)}`)
    .join(", ")}}`;
}

/** A value already rendered in Go syntax, for use where {@link goValue} would guess wrong (a struct, a map, a time). */
export class GoLiteral {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const shown = (value: unknown): string => (value instanceof GoLiteral ? value.text : goValue(value));
const error = (reason: FieldErrorReason, field: string, message: string): FieldError => ({ reason, field, message });
const suffix = (detail: string): string => (detail === "" ? "" : `: ${detail}`);

export const required = (field: string, detail = ""): FieldError =>
  error("FieldValueRequired", field, `Required value${suffix(detail)}`);
export const invalid = (field: string, value: unknown, detail: string): FieldError =>
  error("FieldValueInvalid", field, `Invalid value: ${shown(value)}${suffix(detail)}`);
/** An Invalid that does not show the value. Mirrors field.Invalid with field.OmitValueType. */
export const invalidUnshown = (field: string, detail: string): FieldError =>
  error("FieldValueInvalid", field, `Invalid value${suffix(detail)}`);
export const notSupported = (field: string, value: unknown, supported: readonly string[]): FieldError =>
  error(
    "FieldValueNotSupported",
    field,
    `Unsupported value: ${shown(value)}${supported.length === 0 ? "" : `: supported values: ${supported.map(goQuote).join(", ")}`}`,
  );
export const duplicate = (field: string, value: unknown): FieldError =>
  error("FieldValueDuplicate", field, `Duplicate value: ${shown(value)}`);
export const fieldNotFound = (field: string, value: unknown): FieldError =>
  error("FieldValueNotFound", field, `Not found: ${shown(value)}`);
export const fieldForbidden = (field: string, detail: string): FieldError =>
  error("FieldValueForbidden", field, `Forbidden${suffix(detail)}`);
export const tooLong = (field: string, maxLength: number): FieldError =>
  error("FieldValueTooLong", field, `Too long: may not be more than ${maxLength} bytes`);
export const tooMany = (field: string, actual: number, max: number): FieldError =>
  error("FieldValueTooMany", field, `Too many: ${actual}: must have at most ${max} item${max === 1 ? "" : "s"}`);
export const typeInvalid = (field: string, value: unknown, detail: string): FieldError =>
  error("FieldValueTypeInvalid", field, `Invalid value: ${shown(value)}${suffix(detail)}`);

/** The 422 that an apiserver answers for `errors`. Mirrors apierrors.NewInvalid with utilerrors.Aggregate's text (equal messages once, several in brackets). */
export function invalidObject(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.message}`))];
  const joined = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const causes: StatusCause[] = errors.map((e) => ({ reason: e.reason, message: e.message, field: e.field }));
  const qualified = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError({
    message: `${qualified} "${name}" is invalid: ${joined}`,
    reason: "Invalid",
    details: { name, ...(kind.group === "" ? {} : { group: kind.group }), kind: kind.kind, causes },
    code: 422,
  });
}

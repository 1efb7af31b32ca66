import { type FieldError, GoLiteral, invalid, notSupported, required } from "../../machinery/field-error.ts";
import {
  annotationKeyErrors,
  byteLength,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelKeyErrors,
  percentErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from "../../machinery/names.ts";
import { deepEqual } from "../../machinery/object.ts";
import { validateLabelSelector } from "../../machinery/selectors/label-selector.ts";
import type { IntOrString, LabelSelector } from "../types/meta_v1.ts";
import { goIntOrString, goLabelSelector } from "./go-syntax.ts";

export const immutableMessage = "field is immutable";
export const negativeMessage = "must be greater than or equal to 0";
export const notPositiveMessage = "must be greater than zero";

/** One Invalid for each thing that is wrong with `value`. */
export const invalidEach = (field: string, value: unknown, messages: readonly string[]): FieldError[] =>
  messages.map((m) => invalid(field, value, m));

export const checkDnsLabel = (value: string, field: string): FieldError[] =>
  invalidEach(field, value, dns1123LabelErrors(value));
export const checkDnsSubdomain = (value: string, field: string): FieldError[] =>
  invalidEach(field, value, dns1123SubdomainErrors(value));
export const checkQualifiedName = (value: string, field: string): FieldError[] =>
  invalidEach(field, value, qualifiedNameErrors(value));
export const checkLabelName = (value: string, field: string): FieldError[] =>
  invalidEach(field, value, labelKeyErrors(value));

/** Mirrors apimachinery validation.ValidateNonnegativeField. Absent counts as 0. */
export const checkNonNegative = (value: number | undefined, field: string): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(field, value, negativeMessage)] : [];

/** Mirrors apimachinery validation.ValidateImmutableField; `shown` renders the new value where it is no scalar. */
export const checkImmutable = (value: unknown, old: unknown, field: string, shown?: unknown): FieldError[] =>
  deepEqual(value ?? undefined, old ?? undefined) ? [] : [invalid(field, shown ?? value, immutableMessage)];

const maxAnnotationsBytes = 256 * 1024;

/** Mirrors apimachinery validation.ValidateAnnotations. */
export function checkAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: string,
): FieldError[] {
  const keys = sortedKeys(annotations);
  const errors = keys.flatMap((key) => invalidEach(field, key, annotationKeyErrors(key)));
  const size = keys.reduce((sum, key) => sum + byteLength(key) + byteLength(annotations![key] ?? ""), 0);
  if (size > maxAnnotationsBytes)
    errors.push({
      reason: "FieldValueTooLong",
      field,
      message: `Too long: may not be more than ${maxAnnotationsBytes} bytes`,
    });
  return errors;
}

/** The keys of a map in order: Go's maps have none, so any order is as true. */
export const sortedKeys = (map: Readonly<Record<string, unknown>> | undefined): string[] =>
  Object.keys(map ?? {}).sort();

/** Whether a selector has no requirement: it matches everything. */
export const isEmptySelector = (selector: LabelSelector): boolean =>
  Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;

/** Whether LabelSelectorAsSelector would fail. */
export const isBrokenSelector = (selector: LabelSelector | undefined): boolean =>
  selector !== undefined && validateLabelSelector(selector, "").length > 0;

/** Not Supported unless `value` is one of `supported`, which are shown in the order given. */
export const checkOneOf = (value: unknown, supported: readonly string[], field: string): FieldError[] =>
  supported.includes(value as string) ? [] : [notSupported(field, value ?? "", supported)];

/** As {@link checkOneOf}, but an empty value is Required. */
export const checkRequiredOneOf = (
  value: string | undefined,
  supported: readonly string[],
  field: string,
): FieldError[] => (value ? checkOneOf(value, supported, field) : [required(field)]);

/** Mirrors core validation.ValidatePortNumOrName. */
export function checkPortNumberOrName(port: IntOrString | undefined, field: string): FieldError[] {
  const value = port ?? 0;
  return invalidEach(field, value, typeof value === "number" ? portNumberErrors(value) : portNameErrors(value));
}

/** Mirrors apps validation.ValidatePositiveIntOrPercent. */
export function checkPositiveIntOrPercent(value: IntOrString | undefined, field: string): FieldError[] {
  if (typeof value === "string") return invalidEach(field, goIntOrString(value), percentErrors(value));
  return checkNonNegative(value, field);
}

/** Mirrors apps validation.IsNotMoreThan100Percent. */
export const checkNotMoreThan100Percent = (value: IntOrString | undefined, field: string): FieldError[] =>
  typeof value === "string" && percentErrors(value).length === 0 && Number.parseInt(value, 10) > 100
    ? [invalid(field, goIntOrString(value), "must not be greater than 100%")]
    : [];

/** The number in an IntOrString, "25%" being 25. Mirrors apps validation.getIntOrPercentValue. */
export const intOrPercentValue = (value: IntOrString | undefined): number =>
  typeof value === "string" ? (percentErrors(value).length === 0 ? Number.parseInt(value, 10) : 0) : (value ?? 0);

/** spec.selector of a workload: required, well-formed, not empty (in the kind's own words). Returns what is wrong. */
export function checkWorkloadSelector(selector: LabelSelector | undefined, field: string, empty: string): FieldError[] {
  if (!selector) return [required(field)];
  const errors = validateLabelSelector(selector, field);
  if (isEmptySelector(selector)) errors.push(invalid(field, new GoLiteral(goLabelSelector(selector)), empty));
  return errors;
}

/** example.com/path. Mirrors validation.IsDomainPrefixedPath. */
export function checkDomainPrefixedPath(value: string, field: string): FieldError[] {
  if (value === "") return [required(field)];
  const slash = value.indexOf("/");
  const host = slash < 0 ? value : value.slice(0, slash);
  const path = slash < 0 ? "" : value.slice(slash + 1);
  if (slash < 0 || host === "" || path === "")
    return [invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const hostErrors = invalidEach(field, host, dns1123SubdomainErrors(host));
  if (hostErrors.length > 0) return hostErrors;
  const good = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path);
  return good
    ? []
    : [invalid(field, path, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')")];
}

import { duplicate, type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import { qualifiedNameErrors } from "../../../machinery/names.ts";
import {
  compareQuantities,
  formatQuantity,
  newQuantity,
  type Quantity,
  quantityAsNumber,
  tryParseQuantity,
} from "../../../machinery/quantity.ts";
import type { Strategy } from "../../definition.ts";
import { invalidEach, sortedKeys } from "../../shared/check.ts";
import { goQuantity } from "../../shared/go-syntax.ts";
import { checkContainerResourceName, checkResourceName, isOvercommitAllowed } from "../../shared/pod/resources.ts";
import type { LimitRange, LimitRangeItem } from "../../types/core_v1.ts";

/** Mirrors pkg/registry/core/limitrange/strategy.go. */
export const strategy: Strategy<LimitRange> = {
  defaults(range) {
    for (const item of range.spec?.limits ?? []) defaultItem(item);
  },
  validate: (range) => {
    const limits = range.spec?.limits ?? [];
    return limits.flatMap((item, i) => [
      ...checkType(item, limits.findIndex((o) => o.type === item.type) < i, `spec.limits[${i}].type`),
      ...checkItem(item, `spec.limits[${i}]`),
    ]);
  },
};

/** Mirrors SetDefaults_LimitRangeItem. */
function defaultItem(item: LimitRangeItem): void {
  if (item.type !== "Container") return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
}

const standardTypes = ["Pod", "Container", "PersistentVolumeClaim"];

function checkType(item: LimitRangeItem, repeated: boolean, field: string): FieldError[] {
  const errors = invalidEach(field, item.type ?? "", qualifiedNameErrors(item.type ?? ""));
  if (errors.length === 0 && !item.type.includes("/") && !standardTypes.includes(item.type))
    errors.push(invalid(field, item.type, "must be a standard limit type or fully qualified"));
  if (repeated) errors.push(duplicate(field, item.type));
  return errors;
}

type ListName = "max" | "min" | "default" | "defaultRequest" | "maxLimitRequestRatio";

function checkItem(item: LimitRangeItem, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const checkName = item.type === "Pod" || item.type === "Container" ? checkContainerResourceName : checkResourceName;
  const names = (list: ListName): FieldError[] =>
    sortedKeys(item[list]).flatMap((name) => checkName(name, `${at}.${list}[${name}]`));
  errors.push(...names("max"), ...names("min"));
  for (const list of ["default", "defaultRequest"] as const) {
    if (item.type !== "Pod") errors.push(...names(list));
    else if (Object.keys(item[list] ?? {}).length > 0)
      errors.push(fieldForbidden(`${at}.${list}`, "may not be specified when `type` is 'Pod'"));
  }
  if (item.type === "PersistentVolumeClaim" && item.min?.storage === undefined && item.max?.storage === undefined)
    errors.push(
      required(`${at}.limits`, "either minimum or maximum storage value is required, but neither was provided"),
    );
  errors.push(...names("maxLimitRequestRatio"));
  const resources = new Set(
    (["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] as const).flatMap((list) =>
      item.type === "Pod" && list.startsWith("default") ? [] : Object.keys(item[list] ?? {}),
    ),
  );
  return [...errors, ...[...resources].sort().flatMap((name) => checkBounds(item, name, at))];
}

interface Bound {
  readonly raw: string | number;
  readonly quantity: Quantity;
  readonly text: string;
}

function boundOf(item: LimitRangeItem, list: ListName, name: string): Bound | undefined {
  if (item.type === "Pod" && list.startsWith("default")) return undefined;
  const raw = item[list]?.[name];
  const quantity = tryParseQuantity(raw);
  return raw === undefined || !quantity ? undefined : { raw, quantity, text: formatQuantity(quantity) };
}

const above = (a: Bound | undefined, b: Bound | undefined): boolean =>
  a !== undefined && b !== undefined && compareQuantities(a.quantity, b.quantity) > 0;

/** How the bounds of one resource go together; what is shown is upstream's choice. */
function checkBounds(item: LimitRangeItem, name: string, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const min = boundOf(item, "min", name);
  const max = boundOf(item, "max", name);
  const limit = boundOf(item, "default", name);
  const request = boundOf(item, "defaultRequest", name);
  const refuse = (list: ListName, value: Bound, message: string): void => {
    errors.push(invalid(`${at}.${list}[${name}]`, goQuantity(value.raw), message));
  };
  if (above(min, max)) refuse("min", min!, `min value ${min!.text} is greater than max value ${max!.text}`);
  if (above(min, request))
    refuse("defaultRequest", request!, `min value ${min!.text} is greater than default request value ${request!.text}`);
  if (above(request, max))
    refuse("defaultRequest", request!, `default request value ${request!.text} is greater than max value ${max!.text}`);
  if (above(request, limit))
    refuse(
      "defaultRequest",
      request!,
      `default request value ${request!.text} is greater than default limit value ${limit!.text}`,
    );
  if (above(min, limit)) refuse("default", min!, `min value ${min!.text} is greater than default value ${limit!.text}`);
  if (above(limit, max)) refuse("default", max!, `default value ${limit!.text} is greater than max value ${max!.text}`);
  errors.push(
    ...checkRatio(boundOf(item, "maxLimitRequestRatio", name), min, max, `${at}.maxLimitRequestRatio[${name}]`),
  );
  if (!isOvercommitAllowed(name) && limit && request && compareQuantities(limit.quantity, request.quantity) !== 0)
    refuse(
      "defaultRequest",
      request,
      `default value ${limit.text} must equal to defaultRequest value ${request.text} in ${name}`,
    );
  return errors;
}

function checkRatio(
  ratio: Bound | undefined,
  min: Bound | undefined,
  max: Bound | undefined,
  field: string,
): FieldError[] {
  if (!ratio) return [];
  const shown = goQuantity(ratio.raw);
  const errors: FieldError[] = [];
  if (compareQuantities(ratio.quantity, newQuantity(1)) < 0)
    errors.push(invalid(field, shown, `ratio ${ratio.text} is less than 1`));
  if (!min || !max) return errors;
  const bound = quantityAsNumber(max.quantity) / quantityAsNumber(min.quantity);
  if (quantityAsNumber(ratio.quantity) > bound)
    errors.push(invalid(field, shown, `ratio ${ratio.text} is greater than max/min = ${bound.toFixed(6)}`));
  return errors;
}

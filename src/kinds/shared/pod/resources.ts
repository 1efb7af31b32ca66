import {
  duplicate,
  type FieldError,
  fieldForbidden,
  fieldNotFound,
  invalid,
  required,
} from "../../../machinery/field-error.ts";
import { qualifiedNameErrors } from "../../../machinery/names.ts";
import {
  compareQuantities,
  formatQuantity,
  type Quantity,
  quantityMilliValue,
  quantitySign,
  tryParseQuantity,
  zeroQuantity,
} from "../../../machinery/quantity.ts";
import type { ResourceRequirements } from "../../types/core_v1.ts";
import { checkDnsLabel, invalidEach, negativeMessage, sortedKeys } from "../check.ts";
import { goBare, goQuantity } from "../go-syntax.ts";

type ResourceList = Readonly<Record<string, string | number>>;

const standardContainerResources = new Set(["cpu", "memory", "ephemeral-storage"]);
const standardResources = new Set([
  ...["cpu", "memory", "ephemeral-storage", "storage", "pods", "services", "replicationcontrollers", "secrets"],
  ...["configmaps", "persistentvolumeclaims", "resourcequotas", "requests.cpu", "requests.memory", "requests.storage"],
  ...["requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage"],
  ...["services.nodeports", "services.loadbalancers"],
]);
const integerResources = new Set([
  ...["pods", "services", "replicationcontrollers", "secrets", "configmaps", "persistentvolumeclaims"],
  ...["resourcequotas", "services.nodeports", "services.loadbalancers"],
]);
const hugePagesPrefix = "hugepages-";

export const isHugePages = (name: string): boolean => name.startsWith(hugePagesPrefix);
/** Mirrors helper.IsNativeResource: unprefixed, or of kubernetes.io. */
const isNativeResource = (name: string): boolean => !name.includes("/") || name.includes("kubernetes.io/");
/** Mirrors helper.IsOvercommitAllowed. */
export const isOvercommitAllowed = (name: string): boolean => isNativeResource(name) && !isHugePages(name);

/** Mirrors helper.IsExtendedResourceName. */
const isExtendedResource = (name: string): boolean =>
  !isNativeResource(name) && !name.startsWith("requests.") && qualifiedNameErrors(`requests.${name}`).length === 0;

/** Mirrors helper.IsStandardResourceName. */
const isStandardResource = (name: string): boolean =>
  standardResources.has(name) || isHugePages(name) || name.startsWith("requests.hugepages-");

/** The amount, or nothing: decoding has refused what is no quantity. */
export const quantityOf = (value: string | number | undefined): Quantity => tryParseQuantity(value) ?? zeroQuantity;

/** Mirrors core validation.validateResourceName. */
export function checkResourceName(name: string, field: string): FieldError[] {
  const errors = invalidEach(field, goBare(name), qualifiedNameErrors(name));
  if (errors.length > 0 || name.includes("/") || isStandardResource(name)) return errors;
  return [invalid(field, goBare(name), "must be a standard resource type or fully qualified")];
}

/** Mirrors core validation.validateContainerResourceName. */
export function checkContainerResourceName(name: string, field: string): FieldError[] {
  const errors = checkResourceName(name, field);
  if (!name.includes("/")) {
    if (!standardContainerResources.has(name) && !isHugePages(name))
      errors.push(invalid(field, goBare(name), "must be a standard resource for containers"));
  } else if (!isNativeResource(name) && !isExtendedResource(name))
    errors.push(invalid(field, goBare(name), "doesn't follow extended resource name standard"));
  return errors;
}

/** Mirrors core validation.ValidateNonnegativeQuantity. */
export const checkNonNegativeQuantity = (value: string | number | undefined, field: string): FieldError[] =>
  quantitySign(quantityOf(value)) < 0 ? [invalid(field, formatQuantity(quantityOf(value)), negativeMessage)] : [];

/** Mirrors core validation.ValidatePositiveQuantityValue. */
export const checkPositiveQuantity = (value: string | number | undefined, field: string): FieldError[] =>
  quantitySign(quantityOf(value)) <= 0
    ? [invalid(field, formatQuantity(quantityOf(value)), "must be greater than zero")]
    : [];

/** Mirrors core validation.ValidateResourceQuantityValue. */
export function checkResourceQuantity(name: string, value: string | number, field: string): FieldError[] {
  const errors = checkNonNegativeQuantity(value, field);
  const whole = integerResources.has(name) || isExtendedResource(name);
  if (whole && quantityMilliValue(quantityOf(value)) % 1000 !== 0)
    errors.push(invalid(field, goQuantity(value), "must be an integer"));
  return errors;
}

function checkHugePages(name: string, value: string | number, field: string): FieldError[] {
  if (!isHugePages(name)) return [];
  const size = tryParseQuantity(name.slice(hugePagesPrefix.length));
  const amount = quantityOf(value);
  if (size && quantitySign(size) > 0 && quantitySign(amount) >= 0 && amount.nanos % size.nanos === 0n) return [];
  const text = formatQuantity(amount);
  return [invalid(field, text, `${text} is not positive integer multiple of ${name}`)];
}

/** resources of a container (or an overhead as its limits). Mirrors core validation.ValidateContainerResourceRequirements. */
export function checkResourceRequirements(
  resources: ResourceRequirements | undefined,
  field: string,
  podClaimNames: ReadonlySet<string> = new Set(),
  checkName = checkContainerResourceName,
): FieldError[] {
  const limits: ResourceList = resources?.limits ?? {};
  const requests: ResourceList = resources?.requests ?? {};
  const errors: FieldError[] = [];
  for (const name of sortedKeys(limits)) {
    const path = `${field}.limits[${name}]`;
    errors.push(...checkName(name, path), ...checkResourceQuantity(name, limits[name]!, path));
    errors.push(...checkHugePages(name, limits[name]!, path));
  }
  for (const name of sortedKeys(requests)) {
    const path = `${field}.requests[${name}]`;
    errors.push(...checkName(name, path), ...checkResourceQuantity(name, requests[name]!, path));
    errors.push(...checkRequestAgainstLimit(name, requests[name]!, limits[name], field));
    errors.push(...checkHugePages(name, requests[name]!, path));
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)];
  if (names.some(isHugePages) && !names.some((n) => n === "cpu" || n === "memory"))
    errors.push(fieldForbidden(field, "HugePages require cpu or memory"));
  errors.push(...checkClaims(resources, field, podClaimNames));
  return errors;
}

function checkRequestAgainstLimit(
  name: string,
  request: string | number,
  limit: string | number | undefined,
  field: string,
): FieldError[] {
  if (limit === undefined)
    return isOvercommitAllowed(name)
      ? []
      : [required(`${field}.limits`, "Limit must be set for non overcommitable resources")];
  const order = compareQuantities(quantityOf(request), quantityOf(limit));
  const shown = formatQuantity(quantityOf(request));
  const max = formatQuantity(quantityOf(limit));
  if (order !== 0 && !isOvercommitAllowed(name))
    return [invalid(`${field}.requests`, shown, `must be equal to ${name} limit of ${max}`)];
  return order > 0
    ? [invalid(`${field}.requests`, shown, `must be less than or equal to ${name} limit of ${max}`)]
    : [];
}

/** Mirrors core validation.validateResourceClaimNames. */
function checkClaims(
  resources: ResourceRequirements | undefined,
  field: string,
  podClaimNames: ReadonlySet<string>,
): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, claim] of (resources?.claims ?? []).entries()) {
    const path = `${field}.claims[${i}]`;
    if (!claim.name) {
      errors.push(required(path));
      continue;
    }
    const key = claim.request ? `${claim.name}/${claim.request}` : claim.name;
    if (seen.has(claim.name)) errors.push(duplicate(path, claim.name));
    else {
      if (claim.request) errors.push(...checkDnsLabel(claim.request, `${path}.request`));
      if (seen.has(key)) errors.push(duplicate(path, key));
      else if (!claim.request)
        for (const other of seen) if (other.startsWith(`${claim.name}/`)) errors.push(duplicate(path, claim.name));
      seen.add(key);
    }
    if (!podClaimNames.has(claim.name)) errors.push(unknownClaim(path, claim.name, podClaimNames));
  }
  return errors;
}

function unknownClaim(path: string, name: string, podClaimNames: ReadonlySet<string>): FieldError {
  const known = podClaimNames.size === 0 ? " which is empty" : `: ${[...podClaimNames].sort().join(", ")}`;
  const error = fieldNotFound(path, name);
  return { ...error, message: `${error.message}: must be one of the names in pod.spec.resourceClaims${known}` };
}

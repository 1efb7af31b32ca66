import { type FieldError, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { configMapKeyErrors, dns1123SubdomainErrors, qualifiedNameErrors } from "../../../machinery/names.ts";
import { formatQuantity, isZeroQuantity } from "../../../machinery/quantity.ts";
import type { ConfigMapKeySelector, ObjectFieldSelector, ResourceFieldSelector } from "../../types/core_v1.ts";
import { invalidEach } from "../check.ts";
import { quantityOf } from "./resources.ts";

/** What fieldRef may name in an environment variable, in the order that refusals list them. */
export const envFieldPaths = [
  ...["metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName"],
  ...["status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"],
];

/** What fieldRef may name in a downwardAPI volume. */
export const volumeFieldPaths = [
  ...["metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"],
];

// What the conversion of field labels lets through: every path of either list, and a subscripted map.
const convertiblePaths = new Set([
  ...envFieldPaths,
  ...volumeFieldPaths,
  "spec.restartPolicy",
  "spec.schedulerName",
  "status.phase",
]);
const subscripted = /^(metadata\.(?:labels|annotations))\['(.*)'\]$/;
const anySubscript = /^(.*)\['(.*)'\]$/;

/** Mirrors core validation.validateObjectFieldSelector. */
export function checkFieldRef(ref: ObjectFieldSelector, supported: readonly string[], field: string): FieldError[] {
  if (!ref.apiVersion) return [required(`${field}.apiVersion`)];
  if (!ref.fieldPath) return [required(`${field}.fieldPath`)];
  const conversion = conversionError(ref);
  if (conversion) return [invalid(`${field}.fieldPath`, ref.fieldPath, `error converting fieldPath: ${conversion}`)];
  const match = subscripted.exec(ref.fieldPath);
  if (match) {
    const key = match[1] === "metadata.annotations" ? match[2]!.toLowerCase() : match[2]!;
    return invalidEach(field, key, qualifiedNameErrors(key));
  }
  return supported.includes(ref.fieldPath)
    ? []
    : [notSupported(`${field}.fieldPath`, ref.fieldPath, [...supported].sort())];
}

function conversionError(ref: ObjectFieldSelector): string | undefined {
  if (ref.apiVersion !== "v1") return `unsupported pod version: ${ref.apiVersion}`;
  const match = anySubscript.exec(ref.fieldPath);
  if (match) return subscripted.test(ref.fieldPath) ? undefined : `field label does not support subscript: ${match[1]}`;
  return convertiblePaths.has(ref.fieldPath) ? undefined : `field label not supported: ${ref.fieldPath}`;
}

const resourceFields = [
  ...["limits.cpu", "limits.ephemeral-storage", "limits.memory"],
  ...["requests.cpu", "requests.ephemeral-storage", "requests.memory"],
];
const isHugePagesField = (resource: string): boolean => /^(requests|limits)\.hugepages-/.test(resource);

/** Mirrors core validation.validateContainerResourceFieldSelector; in a volume the container must be named. */
export function checkResourceFieldRef(ref: ResourceFieldSelector, field: string, inVolume: boolean): FieldError[] {
  const errors: FieldError[] = [];
  if (inVolume && !ref.containerName) errors.push(required(`${field}.containerName`));
  else if (!ref.resource) errors.push(required(`${field}.resource`));
  else if (!resourceFields.includes(ref.resource) && !isHugePagesField(ref.resource))
    errors.push(notSupported(`${field}.resource`, ref.resource, resourceFields));
  return [...errors, ...checkDivisor(ref, field)];
}

const byteDivisors = ["1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei"];

function checkDivisor(ref: ResourceFieldSelector, field: string): FieldError[] {
  const divisor = quantityOf(ref.divisor);
  if (isZeroQuantity(divisor)) return [];
  const text = formatQuantity(divisor);
  const refuse = (supported: string, resource: string): FieldError[] => [
    invalid(
      `${field}.divisor`,
      ref.resource,
      `only divisor's values ${supported} are supported with the ${resource} resource`,
    ),
  ];
  if (/^(limits|requests)\.cpu$/.test(ref.resource))
    return text === "1m" || text === "1" ? [] : refuse("1m and 1", "cpu");
  if (byteDivisors.includes(text)) return [];
  if (/^(limits|requests)\.memory$/.test(ref.resource)) return refuse(byteDivisors.join(", "), "memory");
  if (/^(limits|requests)\.ephemeral-storage$/.test(ref.resource))
    return refuse(byteDivisors.join(", "), "local ephemeral storage");
  return isHugePagesField(ref.resource) ? refuse(byteDivisors.join(", "), "hugepages") : [];
}

/** configMapKeyRef and secretKeyRef. Mirrors core validation.validateConfigMapKeySelector. */
export function checkKeySelector(selector: ConfigMapKeySelector, field: string): FieldError[] {
  const errors = invalidEach(`${field}.name`, selector.name ?? "", dns1123SubdomainErrors(selector.name ?? ""));
  if (!selector.key) return [...errors, required(`${field}.key`)];
  return [...errors, ...invalidEach(`${field}.key`, selector.key, configMapKeyErrors(selector.key))];
}

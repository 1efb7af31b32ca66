import { type FieldError, fieldForbidden, invalid, tooLong } from "../../../machinery/field-error.ts";
import { byteLength, configMapKeyErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { invalidEach, sortedKeys } from "../../shared/check.ts";
import type { ConfigMap } from "../../types/core_v1.ts";

/** How large the data of a ConfigMap or Secret may be, in bytes. */
const maxDataBytes = 1024 * 1024;

export const immutableWhenSet = "field is immutable when `immutable` is set";

/** Mirrors pkg/registry/core/configmap/strategy.go. */
export const strategy: Strategy<ConfigMap> = { validate, validateUpdate };

function validate(configMap: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  const { data = {}, binaryData = {} } = configMap;
  let size = 0;
  for (const key of sortedKeys(data)) {
    errors.push(...invalidEach(`data[${key}]`, key, configMapKeyErrors(key)));
    if (Object.hasOwn(binaryData, key))
      errors.push(invalid(`data[${key}]`, key, "duplicate of key present in binaryData"));
    size += byteLength(data[key]!);
  }
  for (const key of sortedKeys(binaryData)) {
    errors.push(...invalidEach(`binaryData[${key}]`, key, configMapKeyErrors(key)));
    size += Buffer.byteLength(binaryData[key]!, "base64");
  }
  if (size > maxDataBytes) errors.push(tooLong("", maxDataBytes));
  return errors;
}

function validateUpdate(configMap: ConfigMap, old: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  if (old.immutable) {
    if (!configMap.immutable) errors.push(fieldForbidden("immutable", immutableWhenSet));
    for (const field of ["data", "binaryData"] as const)
      if (!deepEqual(configMap[field] ?? {}, old[field] ?? {})) errors.push(fieldForbidden(field, immutableWhenSet));
  }
  return [...errors, ...validate(configMap)];
}

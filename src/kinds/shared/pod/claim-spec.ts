import { type FieldError, fieldForbidden, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import { dns1123LabelErrors, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { PersistentVolumeClaimSpec, TypedObjectReference } from "../../types/core_v1.ts";
import { checkDnsSubdomain, checkOneOf, invalidEach } from "../check.ts";
import { checkPositiveQuantity, checkResourceQuantity } from "./resources.ts";

const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
export const volumeModes = ["Block", "Filesystem"];

/** The access modes of a claim or volume. ReadWriteOncePod stands alone. */
export function checkAccessModes(modes: readonly string[] | undefined, field: string): FieldError[] {
  const errors = (modes ?? []).flatMap((mode) => checkOneOf(mode, accessModes, field));
  const known = (modes ?? []).filter((m) => accessModes.includes(m));
  if (known.includes("ReadWriteOncePod") && known.some((m) => m !== "ReadWriteOncePod"))
    errors.push(fieldForbidden(field, "may not use ReadWriteOncePod with other access modes"));
  return errors;
}

/** Mirrors core validation.ValidatePersistentVolumeClaimSpec. */
export function checkClaimSpec(spec: PersistentVolumeClaimSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec.accessModes ?? []).length === 0)
    errors.push(required(`${field}.accessModes`, "at least 1 access mode is required"));
  errors.push(...validateLabelSelector(spec.selector, `${field}.selector`));
  errors.push(...checkAccessModes(spec.accessModes, `${field}.accessModes`));
  errors.push(...checkStorageRequest(spec, `${field}.resources[storage]`));
  if (spec.storageClassName) errors.push(...checkDnsSubdomain(spec.storageClassName, `${field}.storageClassName`));
  if (spec.volumeMode !== undefined) errors.push(...checkOneOf(spec.volumeMode, volumeModes, `${field}.volumeMode`));
  return [...errors, ...checkDataSources(spec, field)];
}

function checkStorageRequest(spec: PersistentVolumeClaimSpec, field: string): FieldError[] {
  const storage = spec.resources?.requests?.storage;
  if (storage === undefined) return [required(field)];
  const errors = checkPositiveQuantity(storage, field);
  return errors.length > 0 ? errors : checkResourceQuantity("storage", storage, field);
}

function checkDataSources(spec: PersistentVolumeClaimSpec, field: string): FieldError[] {
  const { dataSource, dataSourceRef } = spec;
  const errors: FieldError[] = [];
  if (dataSource) errors.push(...checkDataSource(dataSource, `${field}.dataSource`));
  if (dataSourceRef) errors.push(...checkDataSource(dataSourceRef, `${field}.dataSourceRef`));
  if (!dataSource || !dataSourceRef) return errors;
  const shown = new GoLiteral(`${field}.dataSource`);
  if (dataSourceRef.namespace)
    errors.push(invalid(field, shown, "may not be specified when dataSourceRef.namespace is specified"));
  else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  )
    errors.push(invalid(field, shown, "must match dataSourceRef"));
  return errors;
}

function checkDataSource(source: TypedObjectReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!source.name) errors.push(required(`${field}.name`));
  if (!source.kind) errors.push(required(`${field}.kind`));
  if (!source.apiGroup && source.kind !== "PersistentVolumeClaim")
    errors.push(
      invalid(field, source.kind ?? "", "must be 'PersistentVolumeClaim' when referencing the default apiGroup"),
    );
  if (source.apiGroup)
    errors.push(...invalidEach(`${field}.apiGroup`, source.apiGroup, dns1123SubdomainErrors(source.apiGroup)));
  if (source.namespace)
    errors.push(...invalidEach(`${field}.namespace`, source.namespace, dns1123LabelErrors(source.namespace)));
  return errors;
}

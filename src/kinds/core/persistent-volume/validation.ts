import {
  type FieldError,
  fieldForbidden,
  GoLiteral,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { quantityValue } from "../../../machinery/quantity.ts";
import { checkDnsSubdomain, checkOneOf, sortedKeys } from "../../shared/check.ts";
import { goStructText } from "../../shared/go-diff.ts";
import { checkAccessModes, volumeModes } from "../../shared/pod/claim-spec.ts";
import { checkPositiveQuantity, quantityOf } from "../../shared/pod/resources.ts";
import { checkNodeSelector } from "../../shared/pod/scheduling.ts";
import { checkVolumeSourceField, moreThanOneVolumeType } from "../../shared/pod/volume-sources.ts";
import type { PersistentVolumeSpec } from "../../types/core_v1.ts";

/** A volume's sources in the order in which upstream looks at them. */
export const volumeSources = [
  ...(["hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd"] as const),
  ...(["quobyte", "cephfs", "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume"] as const),
  ...(["photonPersistentDisk", "portworxVolume", "azureDisk", "scaleIO", "local", "storageos", "csi"] as const),
];

/** Mirrors core validation.ValidatePersistentVolumeSpec. */
export function checkVolumeSpec(spec: PersistentVolumeSpec, name: string): FieldError[] {
  const errors: FieldError[] = [];
  if ((spec.accessModes ?? []).length === 0) errors.push(required("spec.accessModes"));
  errors.push(...checkAccessModes(spec.accessModes, "spec.accessModes"), ...checkCapacity(spec));
  if (spec.persistentVolumeReclaimPolicy)
    errors.push(
      ...checkOneOf(
        spec.persistentVolumeReclaimPolicy,
        ["Delete", "Recycle", "Retain"],
        "spec.persistentVolumeReclaimPolicy",
      ),
    );
  const affinity = spec.nodeAffinity;
  if (affinity?.required) errors.push(...checkNodeSelector(affinity.required, "spec.nodeAffinity.required"));
  else if (affinity) errors.push(required("spec.nodeAffinity.required", "must specify required node constraints"));
  errors.push(...checkSources(spec, name));
  if (spec.hostPath && /^\/+$/.test(spec.hostPath.path) && spec.persistentVolumeReclaimPolicy === "Recycle")
    errors.push(
      fieldForbidden("spec.persistentVolumeReclaimPolicy", "may not be 'recycle' for a hostPath mount of '/'"),
    );
  if (spec.storageClassName) errors.push(...checkDnsSubdomain(spec.storageClassName, "spec.storageClassName"));
  if (spec.volumeMode !== undefined) errors.push(...checkOneOf(spec.volumeMode, volumeModes, "spec.volumeMode"));
  return errors;
}

function checkCapacity(spec: PersistentVolumeSpec): FieldError[] {
  const names = sortedKeys(spec.capacity);
  const errors: FieldError[] = names.length === 0 ? [required("spec.capacity")] : [];
  if (names.length !== 1 || names[0] !== "storage") {
    // An empty map and none are alike once decoded.
    const shown = goStructText("map[core.ResourceName]resource.Quantity", spec.capacity ?? {});
    errors.push(notSupported("spec.capacity", new GoLiteral(shown), ["storage"]));
  }
  for (const name of names) {
    const at = `spec.capacity[${name}]`;
    const value = quantityValue(quantityOf(spec.capacity![name]));
    if (value < 0) errors.push(invalid(at, value, "must be a valid resource quantity"));
    errors.push(...checkPositiveQuantity(spec.capacity![name], at));
  }
  return errors;
}

function checkSources(spec: PersistentVolumeSpec, name: string): FieldError[] {
  const errors: FieldError[] = [];
  let count = 0;
  for (const source of volumeSources) {
    const value = spec[source];
    if (value === undefined || value === null) continue;
    const at = `spec.${source}`;
    if (count > 0 && source !== "flexVolume") {
      errors.push(moreThanOneVolumeType(source === "cephfs" ? "spec.cephFS" : at));
      continue;
    }
    count++;
    errors.push(...checkVolumeSourceField(source, value, at, name, true));
    if (source === "local" && !spec.nodeAffinity)
      errors.push(required("spec.nodeAffinity", "Local volume requires node affinity"));
  }
  if (count === 0) errors.push(required("spec", "must specify a volume type"));
  return errors;
}

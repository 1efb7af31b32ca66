import { type FieldError, fieldForbidden, fieldNotFound, invalid, required } from "../../../machinery/field-error.ts";
import type { Container, EphemeralContainer, Volume, VolumeMount } from "../../types/core_v1.ts";
import { checkOneOf } from "../check.ts";
import { checkLocalDescendingPath } from "./paths.ts";

type Holder = Pick<Container | EphemeralContainer, "volumeMounts" | "volumeDevices" | "securityContext">;

/** Mirrors core validation.ValidateVolumeMounts; subPath and mountPropagation are told at the list, as upstream has it. */
export function checkVolumeMounts(
  container: Holder,
  volumes: ReadonlyMap<string, Volume>,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const devices = container.volumeDevices ?? [];
  for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
    const at = `${field}[${i}]`;
    const mountPath = mount.mountPath ?? "";
    if (!mount.name) errors.push(required(`${at}.name`));
    const volume = volumes.get(mount.name ?? "");
    if (!volume) errors.push(fieldNotFound(`${at}.name`, mount.name ?? ""));
    if (!mountPath) errors.push(required(`${at}.mountPath`));
    if (paths.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, "must be unique"));
    paths.add(mountPath);
    if (devices.some((d) => d.name === mount.name))
      errors.push(invalid(`${at}.name`, mount.name, "must not already exist in volumeDevices"));
    if (devices.some((d) => d.devicePath === mountPath))
      errors.push(invalid(`${at}.mountPath`, mountPath, "must not already exist as a path in volumeDevices"));
    errors.push(...checkSubPaths(mount, volume, at, field), ...checkPropagation(container, mount, field));
    errors.push(...checkRecursiveReadOnly(mount, `${field}.recursiveReadOnly`));
  }
  return errors;
}

function checkSubPaths(mount: VolumeMount, volume: Volume | undefined, at: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (volume?.image)
    for (const name of ["subPath", "subPathExpr"] as const)
      if (mount[name]) errors.push(invalid(`${at}.${name}`, mount[name], "not allowed in image volume sources"));
  if (mount.subPath) errors.push(...checkLocalDescendingPath(mount.subPath, `${field}.subPath`));
  if (mount.subPathExpr) {
    if (mount.subPath)
      errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, "subPathExpr and subPath are mutually exclusive"));
    errors.push(...checkLocalDescendingPath(mount.subPathExpr, `${field}.subPathExpr`));
  }
  return errors;
}

function checkPropagation(container: Holder, mount: VolumeMount, field: string): FieldError[] {
  if (mount.mountPropagation === undefined) return [];
  const at = `${field}.mountPropagation`;
  const errors = checkOneOf(mount.mountPropagation, ["Bidirectional", "HostToContainer", "None"], at);
  if (mount.mountPropagation === "Bidirectional" && !container.securityContext?.privileged)
    errors.push(fieldForbidden(at, "Bidirectional mount propagation is available only to privileged containers"));
  return errors;
}

function checkRecursiveReadOnly(mount: VolumeMount, field: string): FieldError[] {
  const mode = mount.recursiveReadOnly;
  if (mode === undefined || mode === "Disabled") return [];
  if (mode !== "Enabled" && mode !== "IfPossible")
    return checkOneOf(mode, ["Disabled", "Enabled", "IfPossible"], field);
  const errors: FieldError[] = [];
  if (!mount.readOnly) errors.push(fieldForbidden(field, "may only be specified when readOnly is true"));
  if (mount.mountPropagation !== undefined && mount.mountPropagation !== "None")
    errors.push(fieldForbidden(field, "may only be specified when mountPropagation is None or not specified"));
  return errors;
}

/** Mirrors core validation.ValidateVolumeDevices. */
export function checkVolumeDevices(
  container: Holder,
  volumes: ReadonlyMap<string, Volume>,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const paths = new Set<string>();
  const names = new Set<string>();
  const mounts = container.volumeMounts ?? [];
  for (const [i, { name, devicePath }] of (container.volumeDevices ?? []).entries()) {
    const at = `${field}[${i}]`;
    const volume = volumes.get(name);
    if (!name) errors.push(required(`${at}.name`));
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, "must be unique"));
    if (volume && !volume.persistentVolumeClaim && !volume.ephemeral)
      errors.push(
        invalid(
          `${at}.name`,
          name,
          "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode",
        ),
      );
    if (!volume) errors.push(fieldNotFound(`${at}.name`, name));
    if (!devicePath) errors.push(required(`${at}.devicePath`));
    if (paths.has(devicePath)) errors.push(invalid(`${at}.devicePath`, devicePath, "must be unique"));
    if (devicePath?.split("/").includes(".."))
      errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"));
    else paths.add(devicePath);
    if (mounts.some((m) => m.name === name))
      errors.push(invalid(`${at}.name`, name, "must not already exist in volumeMounts"));
    if (mounts.some((m) => m.mountPath === devicePath))
      errors.push(invalid(`${at}.devicePath`, devicePath, "must not already exist as a path in volumeMounts"));
    if (name) names.add(name);
  }
  return errors;
}

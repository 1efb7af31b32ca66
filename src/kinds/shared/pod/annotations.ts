import { type FieldError, fieldForbidden, invalid } from "../../../machinery/field-error.ts";
import type { PodSpec, SeccompProfile } from "../../types/core_v1.ts";
import { sortedKeys } from "../check.ts";
import { checkLocalDescendingPath } from "./paths.ts";
import { checkTolerations } from "./scheduling.ts";
import { containersWithPaths } from "./visit.ts";

type Annotations = Readonly<Record<string, string>> | undefined;

export const mirrorAnnotation = "kubernetes.io/config.mirror";
export const appArmorPrefix = "container.apparmor.security.beta.kubernetes.io/";
export const seccompPodAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
export const seccompContainerPrefix = "container.seccomp.security.alpha.kubernetes.io/";
const tolerationsAnnotation = "scheduler.alpha.kubernetes.io/tolerations";
const deletionCost = "controller.kubernetes.io/pod-deletion-cost";

/** Mirrors core validation.ValidatePodSpecificAnnotations. */
export function checkPodAnnotations(annotations: Annotations, spec: PodSpec, field: string): FieldError[] {
  if (!annotations) return [];
  const errors: FieldError[] = [];
  const mirror = annotations[mirrorAnnotation];
  if (mirror !== undefined && !spec.nodeName)
    errors.push(
      invalid(`${field}[${mirrorAnnotation}]`, mirror, "must set spec.nodeName if mirror pod annotation is set"),
    );
  const tolerations = annotations[tolerationsAnnotation];
  if (tolerations) errors.push(...checkTolerationsAnnotation(tolerations, field));
  const cost = annotations[deletionCost];
  if (cost !== undefined && !isInt32(cost))
    errors.push(invalid(`${field}[${deletionCost}]`, cost, "must be a 32bit integer"));
  const seccomp = annotations[seccompPodAnnotation];
  if (seccomp !== undefined) errors.push(...checkSeccompText(seccomp, `${field}.${seccompPodAnnotation}`));
  for (const key of sortedKeys(annotations)) {
    if (key.startsWith(seccompContainerPrefix)) errors.push(...checkSeccompText(annotations[key]!, `${field}.${key}`));
    if (key.startsWith(appArmorPrefix))
      errors.push(...checkAppArmorText(key, annotations[key]!, spec, `${field}[${key}]`));
  }
  return errors;
}

function checkTolerationsAnnotation(text: string, field: string): FieldError[] {
  try {
    const tolerations = JSON.parse(text);
    if (Array.isArray(tolerations)) return checkTolerations(tolerations, `${field}.${tolerationsAnnotation}`);
  } catch {
    // told below
  }
  return [invalid(field, tolerationsAnnotation, "invalid character in tolerations annotation")];
}

// No leading plus or zeros: the value must survive a round trip.
const isInt32 = (text: string): boolean =>
  /^(0|-?[1-9][0-9]{0,9})$/.test(text) && Number(text) >= -2147483648 && Number(text) <= 2147483647;

function checkSeccompText(text: string, field: string): FieldError[] {
  if (["runtime/default", "docker/default", "unconfined"].includes(text)) return [];
  if (text.startsWith("localhost/")) return checkLocalDescendingPath(text.slice("localhost/".length), field);
  return [invalid(field, text, "must be a valid seccomp profile")];
}

function checkAppArmorText(key: string, text: string, spec: PodSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const name = key.slice(appArmorPrefix.length);
  if (!containersWithPaths(spec, "").some(({ container }) => container.name === name))
    errors.push(invalid(field, name, "container not found"));
  if (!["", "runtime/default", "unconfined"].includes(text) && !text.startsWith("localhost/"))
    errors.push(invalid(field, text, `invalid AppArmor profile name: ${JSON.stringify(text)}`));
  return errors;
}

/** Where annotation and field speak of one profile, they must agree. Mirrors validateSeccompAnnotationsAndFields. */
export function checkSeccompAgreement(annotations: Annotations, spec: PodSpec, field: string): FieldError[] {
  const errors = compareProfile(
    annotations?.[seccompPodAnnotation],
    spec.securityContext?.seccompProfile,
    `${field}.securityContext.seccompProfile`,
    "seccomp",
  );
  for (const { container, path } of containersWithPaths(spec, field))
    errors.push(
      ...compareProfile(
        annotations?.[seccompContainerPrefix + container.name],
        container.securityContext?.seccompProfile,
        `${path}.securityContext.seccompProfile`,
        "seccomp",
      ),
    );
  return errors;
}

/** Mirrors validateAppArmorAnnotationsAndFieldsMatchOnCreate. */
export function checkAppArmorAgreement(annotations: Annotations, spec: PodSpec, field: string): FieldError[] {
  if (spec.os?.name === "windows") return [];
  return containersWithPaths(spec, field).flatMap(({ container, path }) =>
    compareProfile(
      annotations?.[appArmorPrefix + container.name],
      container.securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile,
      `${path}.securityContext.appArmorProfile`,
      "apparmor",
    ),
  );
}

function compareProfile(
  text: string | undefined,
  profile: SeccompProfile | undefined,
  field: string,
  what: "seccomp" | "apparmor",
): FieldError[] {
  if (text === undefined || !profile) return [];
  const typeDiffers = [fieldForbidden(`${field}.type`, `${what} type in annotation and field must match`)];
  if (profile.type === "Unconfined") return text === "unconfined" ? [] : typeDiffers;
  if (profile.type === "RuntimeDefault") {
    const same = text === "runtime/default" || (what === "seccomp" && text === "docker/default");
    return same ? [] : typeDiffers;
  }
  if (profile.type !== "Localhost") return [];
  if (!text.startsWith("localhost/")) return typeDiffers;
  return profile.localhostProfile === text.slice("localhost/".length)
    ? []
    : [fieldForbidden(`${field}.localhostProfile`, `${what} profile in annotation and field must match`)];
}

/** Mirrors core validation.ValidatePodSpecificAnnotationUpdates. */
export function checkPodAnnotationUpdates(
  annotations: Annotations,
  old: Annotations,
  spec: PodSpec,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of sortedKeys(old)) {
    if (annotations?.[key] === old![key]) continue;
    if (key.startsWith(appArmorPrefix))
      errors.push(fieldForbidden(`${field}[${key}]`, "may not remove or update AppArmor annotations"));
    if (key === mirrorAnnotation)
      errors.push(fieldForbidden(`${field}[${key}]`, "may not remove or update mirror pod annotation"));
  }
  for (const key of sortedKeys(annotations)) {
    if (old !== undefined && Object.hasOwn(old, key)) continue;
    if (key.startsWith(appArmorPrefix))
      errors.push(fieldForbidden(`${field}[${key}]`, "may not add AppArmor annotations"));
    if (key === mirrorAnnotation) errors.push(fieldForbidden(`${field}[${key}]`, "may not add mirror pod annotation"));
  }
  return [...errors, ...checkPodAnnotations(annotations, spec, field)];
}

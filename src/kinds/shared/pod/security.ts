import {
  duplicate,
  type FieldError,
  fieldForbidden,
  GoLiteral,
  invalid,
  required,
  tooLong,
} from "../../../machinery/field-error.ts";
import { byteLength, userIdErrors } from "../../../machinery/names.ts";
import type {
  AppArmorProfile,
  PodSecurityContext,
  PodSpec,
  SeccompProfile,
  SecurityContext,
} from "../../types/core_v1.ts";
import { checkOneOf, invalidEach } from "../check.ts";
import { goPointer } from "../go-syntax.ts";
import { checkLocalDescendingPath } from "./paths.ts";
import { checkWindowsOptions } from "./windows.ts";

const isId = (id: number | undefined | null): id is number => typeof id === "number";
const profileTypes = ["Localhost", "RuntimeDefault", "Unconfined"];

/** A container's securityContext. Mirrors core validation.ValidateSecurityContext. */
export function checkSecurityContext(
  context: SecurityContext | undefined,
  field: string,
  hostUsers: boolean,
): FieldError[] {
  if (!context) return [];
  const errors: FieldError[] = [];
  for (const name of ["runAsUser", "runAsGroup"] as const)
    if (isId(context[name]))
      errors.push(...invalidEach(`${field}.${name}`, context[name], userIdErrors(context[name])));
  if (context.procMount !== undefined) {
    errors.push(...checkOneOf(context.procMount, ["Default", "Unmasked"], `${field}.procMount`));
    if (hostUsers && context.procMount === "Unmasked")
      errors.push(invalid(`${field}.procMount`, context.procMount, "`hostUsers` must be false to use `Unmasked`"));
  }
  errors.push(...checkSeccompProfile(context.seccompProfile, `${field}.seccompProfile`));
  if (context.allowPrivilegeEscalation === false) errors.push(...checkNoEscalation(context, field));
  errors.push(...checkWindowsOptions(context.windowsOptions, `${field}.windowsOptions`));
  return [...errors, ...checkAppArmorProfile(context.appArmorProfile, `${field}.appArmorProfile`)];
}

function checkNoEscalation(context: SecurityContext, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const shown = goSecurityContext(context);
  if (context.privileged)
    errors.push(invalid(field, shown, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"));
  for (const capability of context.capabilities?.add ?? [])
    if (capability === "CAP_SYS_ADMIN")
      errors.push(
        invalid(field, shown, "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN"),
      );
  return errors;
}

// All of it is behind pointers, of which Go prints the addresses.
const goSecurityContext = (context: SecurityContext): GoLiteral =>
  new GoLiteral(
    `core.SecurityContext{Capabilities:${goPointer("core.Capabilities", context.capabilities)}, Privileged:${goPointer("bool", context.privileged)}, SELinuxOptions:${goPointer("core.SELinuxOptions", context.seLinuxOptions)}, WindowsOptions:${goPointer("core.WindowsSecurityContextOptions", context.windowsOptions)}, RunAsUser:${goPointer("int64", context.runAsUser)}, RunAsGroup:${goPointer("int64", context.runAsGroup)}, RunAsNonRoot:${goPointer("bool", context.runAsNonRoot)}, ReadOnlyRootFilesystem:${goPointer("bool", context.readOnlyRootFilesystem)}, AllowPrivilegeEscalation:${goPointer("bool", context.allowPrivilegeEscalation)}, ProcMount:${goPointer("core.ProcMountType", context.procMount)}, SeccompProfile:${goPointer("core.SeccompProfile", context.seccompProfile)}, AppArmorProfile:${goPointer("core.AppArmorProfile", context.appArmorProfile)}}`,
  );

/** Mirrors core validation.validateSeccompProfileField. */
function checkSeccompProfile(profile: SeccompProfile | undefined, field: string): FieldError[] {
  if (!profile) return [];
  const errors: FieldError[] = [];
  if (!profile.type) errors.push(required(`${field}.type`, "type is required when seccompProfile is set"));
  else errors.push(...checkOneOf(profile.type, profileTypes, `${field}.type`));
  const at = `${field}.localhostProfile`;
  const local = profile.localhostProfile;
  if (profile.type === "Localhost") {
    if (typeof local !== "string") errors.push(required(at, "must be set when seccomp type is Localhost"));
    else errors.push(...checkLocalDescendingPath(local, at));
  } else if (typeof local === "string") {
    const shown = `core.SeccompProfile{Type:"${profile.type}", LocalhostProfile:${goPointer("string", local)}}`;
    errors.push(invalid(at, new GoLiteral(shown), "can only be set when seccomp type is Localhost"));
  }
  return errors;
}

const maxLocalhostProfileBytes = 4095;

/** Mirrors core validation.ValidateAppArmorProfileField. */
function checkAppArmorProfile(profile: AppArmorProfile | undefined, field: string): FieldError[] {
  if (!profile) return [];
  const at = `${field}.localhostProfile`;
  const local = profile.localhostProfile;
  if (profile.type === "Localhost") return checkAppArmorLocalhost(local, at);
  if (!profile.type) return [required(`${field}.type`, "type is required when appArmorProfile is set")];
  if (!profileTypes.includes(profile.type)) return checkOneOf(profile.type, profileTypes, `${field}.type`);
  return typeof local === "string" ? [invalid(at, local, "can only be set when AppArmor type is Localhost")] : [];
}

function checkAppArmorLocalhost(local: string | undefined, at: string): FieldError[] {
  const missing = required(at, "must be set when AppArmor type is Localhost");
  if (typeof local !== "string") return [missing];
  const errors: FieldError[] = [];
  if (local.trim() !== local) errors.push(invalid(at, local, "must not be padded with whitespace"));
  else if (local === "") errors.push(missing);
  if (byteLength(local) > maxLocalhostProfileBytes) errors.push(tooLong(at, maxLocalhostProfileBytes));
  return errors;
}

const sysctlFormat = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const netSysctl = /^net[./]/;
const ipcSysctl = /^(kernel[./](sem$|shm|msg)|fs[./]mqueue[./])/;

function checkSysctls(context: PodSecurityContext, spec: PodSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, { name }] of (context.sysctls ?? []).entries()) {
    const at = `${field}[${i}].name`;
    if (!name) errors.push(required(at));
    else if (name.length > 253 || !isSysctlName(name))
      errors.push(invalid(at, name, `must have at most 253 characters and match regex ^${sysctlFormat}$`));
    else if (names.has(name)) errors.push(duplicate(at, name));
    if (spec.hostNetwork && netSysctl.test(name))
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    else if (spec.hostIPC && ipcSysctl.test(name))
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    names.add(name);
  }
  return errors;
}

// Segment by segment, so that no nested repetition can run away.
const isSysctlName = (name: string): boolean =>
  name.split(/[./]/).every((s) => /^[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(s));

/** Mirrors core validation.validatePodSpecSecurityContext. */
export function checkPodSecurityContext(spec: PodSpec, field: string): FieldError[] {
  const context = spec.securityContext;
  if (!context) return [];
  const errors: FieldError[] = [];
  for (const name of ["fsGroup", "runAsUser", "runAsGroup"] as const)
    if (isId(context[name]))
      errors.push(...invalidEach(`${field}.${name}`, context[name], userIdErrors(context[name])));
  for (const [i, gid] of (context.supplementalGroups ?? []).entries())
    errors.push(...invalidEach(`${field}.supplementalGroups[${i}]`, gid, userIdErrors(gid)));
  if (spec.shareProcessNamespace && spec.hostPID)
    errors.push(
      invalid(`${field}.shareProcessNamespace`, true, "ShareProcessNamespace and HostPID cannot both be enabled"),
    );
  errors.push(...checkSysctls(context, spec, `${field}.sysctls`));
  if (context.fsGroupChangePolicy !== undefined)
    errors.push(
      ...checkOneOf(context.fsGroupChangePolicy, ["Always", "OnRootMismatch"], `${field}.fsGroupChangePolicy`),
    );
  errors.push(...checkSeccompProfile(context.seccompProfile, `${field}.seccompProfile`));
  errors.push(...checkWindowsOptions(context.windowsOptions, `${field}.windowsOptions`));
  errors.push(...checkAppArmorProfile(context.appArmorProfile, `${field}.appArmorProfile`));
  if (context.supplementalGroupsPolicy !== undefined)
    errors.push(
      ...checkOneOf(context.supplementalGroupsPolicy, ["Merge", "Strict"], `${field}.supplementalGroupsPolicy`),
    );
  if (context.seLinuxChangePolicy !== undefined)
    errors.push(
      ...checkOneOf(context.seLinuxChangePolicy, ["MountOption", "Recursive"], `${field}.seLinuxChangePolicy`),
    );
  return errors;
}

/** User namespaces do not go with other host namespaces. Mirrors core validation.validateHostUsers. */
export function checkHostUsers(spec: PodSpec, field: string): FieldError[] {
  if (spec.hostUsers !== false) return [];
  const message = "when `pod.Spec.HostUsers` is false";
  const errors: FieldError[] = [];
  if (spec.hostNetwork) errors.push(fieldForbidden(`${field}.hostNetwork`, message));
  if (spec.hostPID) errors.push(fieldForbidden(`${field}.HostPID`, message));
  if (spec.hostIPC) errors.push(fieldForbidden(`${field}.HostIPC`, message));
  return errors;
}

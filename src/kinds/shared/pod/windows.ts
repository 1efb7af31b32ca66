import { type FieldError, fieldForbidden, invalid } from "../../../machinery/field-error.ts";
import { byteLength, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import type { PodSpec, WindowsSecurityContextOptions } from "../../types/core_v1.ts";
import { invalidEach } from "../check.ts";
import { containersWithPaths } from "./visit.ts";

const maxCredentialKiB = 64;
const maxDomain = 256;
const maxUser = 104;
const netBios = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const dnsDomain = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/** Mirrors core validation.validateWindowsSecurityContextOptions. */
export function checkWindowsOptions(options: WindowsSecurityContextOptions | undefined, field: string): FieldError[] {
  if (!options) return [];
  const errors: FieldError[] = [];
  const name = options.gmsaCredentialSpecName;
  if (typeof name === "string")
    errors.push(...invalidEach(`${field}.gmsaCredentialSpecName`, name, dns1123SubdomainErrors(name)));
  const spec = options.gmsaCredentialSpec;
  if (spec === "")
    errors.push(invalid(`${field}.gmsaCredentialSpec`, spec, "gmsaCredentialSpec cannot be an empty string"));
  else if (spec && byteLength(spec) > maxCredentialKiB * 1024)
    errors.push(
      invalid(`${field}.gmsaCredentialSpec`, spec, `gmsaCredentialSpec size must be under ${maxCredentialKiB} KiB`),
    );
  const user = options.runAsUserName;
  if (typeof user === "string") errors.push(...invalidEach(`${field}.runAsUserName`, user, userNameErrors(user)));
  return errors;
}

function userNameErrors(value: string): string[] {
  if (value === "") return ["runAsUserName cannot be an empty string"];
  if (/[\x00-\x1f\x7f]/.test(value)) return ["runAsUserName cannot contain control characters"];
  const parts = value.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const [domain, user] = parts.length === 1 ? [undefined, parts[0]!] : [parts[0]!, parts[1]!];
  const errors: string[] = [];
  if (domain !== undefined && domain.length >= maxDomain)
    errors.push(`runAsUserName's Domain length must be under ${maxDomain} characters`);
  if (domain !== undefined && !netBios.test(domain) && !(domain.length < maxDomain && dnsDomain.test(domain)))
    errors.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
  if (user === "") errors.push("runAsUserName's User cannot be empty");
  else if (user.length > maxUser)
    errors.push(`runAsUserName's User length must not be longer than ${maxUser} characters`);
  if (/^[. ]+$/.test(user)) errors.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user))
    errors.push("runAsUserName's User cannot contain the following characters: \"/\\:;|=,+*?<>@[]");
  return errors;
}

/** Mirrors core validation.validateWindowsHostProcessPod. */
export function checkHostProcessPod(spec: PodSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const pod = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = containersWithPaths(spec, field);
  let hostProcesses = 0;
  for (const { container, path } of containers) {
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (typeof pod === "boolean" && typeof own === "boolean" && pod !== own)
      errors.push(
        invalid(
          `${path}.securityContext.windowsOptions.hostProcess`,
          own,
          `pod hostProcess value must be identical if both are specified, was ${pod}`,
        ),
      );
    if (own ?? pod) hostProcesses++;
  }
  if (hostProcesses === 0) return errors;
  if (hostProcesses !== containers.length)
    errors.push(
      invalid(
        field,
        "",
        "If pod contains any hostProcess containers then all containers must be HostProcess containers",
      ),
    );
  if (!spec.hostNetwork)
    errors.push(
      invalid(`${field}.hostNetwork`, false, "hostNetwork must be true if pod contains any hostProcess containers"),
    );
  return errors;
}

const linuxOnlySpecFields = ["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"] as const;
const linuxOnlyContainerFields = [
  ...["appArmorProfile", "seLinuxOptions", "seccompProfile", "capabilities", "readOnlyRootFilesystem", "privileged"],
  ...["allowPrivilegeEscalation", "procMount", "runAsUser", "runAsGroup"],
] as const;
const podFieldOrder = [
  ...["appArmorProfile", "seLinuxOptions", "hostUsers", "hostPID", "hostIPC", "seccompProfile", "fsGroup"],
  ...["fsGroupChangePolicy", "sysctls", "shareProcessNamespace", "runAsUser", "runAsGroup", "supplementalGroups"],
  ...["supplementalGroupsPolicy", "seLinuxChangePolicy"],
] as const;

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

/** What a pod may not say for the operating system it names. Mirrors core validation.validateLinux and validateWindows. */
export function checkForOs(spec: PodSpec, field: string): FieldError[] {
  return spec.os?.name === "windows" ? checkForWindows(spec, field) : checkForLinux(spec, field);
}

function checkForLinux(spec: PodSpec, field: string): FieldError[] {
  const message = "windows options cannot be set for a linux pod";
  const errors: FieldError[] = [];
  if (spec.securityContext?.windowsOptions)
    errors.push(fieldForbidden(`${field}.securityContext.windowsOptions`, message));
  for (const { container, path } of containersWithPaths(spec, field))
    if (container.securityContext?.windowsOptions)
      errors.push(fieldForbidden(`${path}.securityContext.windowsOptions`, message));
  return errors;
}

function checkForWindows(spec: PodSpec, field: string): FieldError[] {
  const message = "cannot be set for a windows pod";
  const errors: FieldError[] = [];
  const context = (spec.securityContext ?? {}) as Readonly<Record<string, unknown>>;
  const own = spec as unknown as Readonly<Record<string, unknown>>;
  for (const name of podFieldOrder) {
    const inSpec = (linuxOnlySpecFields as readonly string[]).includes(name);
    const value = inSpec ? own[name] : context[name];
    const counts = name === "hostPID" || name === "hostIPC" ? value === true : isSet(value);
    if (counts) errors.push(fieldForbidden(inSpec ? `${field}.${name}` : `${field}.securityContext.${name}`, message));
  }
  for (const { container, path } of containersWithPaths(spec, field))
    for (const name of linuxOnlyContainerFields)
      if (isSet((container.securityContext as Readonly<Record<string, unknown>> | undefined)?.[name]))
        errors.push(fieldForbidden(`${path}.securityContext.${name}`, message));
  return errors;
}

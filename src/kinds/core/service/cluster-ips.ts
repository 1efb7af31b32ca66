import { duplicate, type FieldError, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import { isIPv6 } from "../../../machinery/ip.ts";
import { checkIp, isDualStack } from "../../shared/addresses.ts";
import { checkOneOf } from "../../shared/check.ts";
import { goStrings } from "../../shared/go-syntax.ts";
import type { ServiceSpec } from "../../types/core_v1.ts";

const at = "spec.clusterIPs";
const shown = (ips: readonly string[] | undefined): GoLiteral => new GoLiteral(goStrings(ips));

/** Mirrors core validation.isHeadlessService. */
export const isHeadless = (spec: ServiceSpec): boolean =>
  spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None";

/** Mirrors core validation.ValidateServiceClusterIPsRelatedFields. */
export function checkClusterIPs(spec: ServiceSpec): FieldError[] {
  if (spec.type === "ExternalName") return [];
  const ips = spec.clusterIPs ?? [];
  const errors = [...checkAgreement(spec, ips), ...checkFamilies(spec)];
  let broken = false;
  for (const [i, ip] of ips.entries()) {
    if (i === 0 && ip === "None") {
      if (ips.length > 1) errors.push(invalid(at, shown(ips), "'None' must be the first and only value"));
      broken ||= ips.length > 1;
      continue;
    }
    const wrong = checkIp(ip, `${at}[${i}]`);
    broken ||= wrong.length > 0;
    errors.push(...wrong);
  }
  if (ips.length > 2) errors.push(invalid(at, shown(ips), "may only hold up to 2 values"));
  if (broken) return errors;
  if (ips.length > 1 && !isDualStack(ips))
    errors.push(invalid(at, shown(ips), "may specify no more than one IP for each IP family"));
  if (!isHeadless(spec)) errors.push(...checkFamilyOfIps(spec, ips));
  return errors;
}

function checkAgreement(spec: ServiceSpec, ips: readonly string[]): FieldError[] {
  if (!spec.clusterIP)
    return ips.length > 0 ? [invalid(at, shown(ips), "must be empty when `clusterIP` is not specified")] : [];
  if (ips.length === 0) return [required(at)];
  return ips[0] === spec.clusterIP ? [] : [invalid(at, shown(ips), "first value must match `clusterIP`")];
}

function checkFamilies(spec: ServiceSpec): FieldError[] {
  const families = spec.ipFamilies ?? [];
  const errors = families.flatMap((family, i) => [
    ...checkOneOf(family, ["IPv4", "IPv6"], `spec.ipFamilies[${i}]`),
    ...(families.indexOf(family) < i ? [duplicate(`spec.ipFamilies[${i}]`, family)] : []),
  ]);
  const policies = ["PreferDualStack", "RequireDualStack", "SingleStack"];
  if (spec.ipFamilyPolicy !== undefined)
    errors.push(...checkOneOf(spec.ipFamilyPolicy, policies, "spec.ipFamilyPolicy"));
  return errors;
}

function checkFamilyOfIps(spec: ServiceSpec, ips: readonly string[]): FieldError[] {
  return ips.flatMap((ip, i) => {
    const family = spec.ipFamilies?.[i];
    const actual = isIPv6(ip) ? "IPv6" : "IPv4";
    if ((family !== "IPv4" && family !== "IPv6") || family === actual) return [];
    return [invalid(`${at}[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``)];
  });
}

const unchangeable = "may not change once set";

/** Mirrors core validation.validateUpgradeDowngradeClusterIPs and validateUpgradeDowngradeIPFamilies. */
export function checkClusterIPsUpdate(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === "ExternalName" || old.type === "ExternalName") return [];
  const errors = isHeadless(spec) && isHeadless(old) ? [] : checkIpChange(spec, old);
  return isHeadless(spec) || isHeadless(old) ? errors : [...errors, ...checkFamilyChange(spec, old)];
}

function checkIpChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const before = old.clusterIPs ?? [];
  const after = spec.clusterIPs ?? [];
  if (before.length === after.length)
    return before.flatMap((ip, i) => (ip === after[i] ? [] : [invalid(`${at}[${i}]`, shown(after), unchangeable)]));
  const errors: FieldError[] = [];
  if (before.length > after.length && after.length === 0)
    errors.push(invalid(`${at}[0]`, shown(spec.clusterIPs), "primary clusterIP can not be unset"));
  if (before.length > 0 && after.length > 0 && before[0] !== after[0])
    errors.push(invalid(`${at}[0]`, shown(after), unchangeable));
  if (before.length > after.length && after.length === 1 && spec.ipFamilyPolicy !== "SingleStack")
    errors.push(releasing(spec, "clusterIP"));
  return errors;
}

const releasing = (spec: ServiceSpec, what: string): FieldError =>
  invalid(
    "spec.ipFamilyPolicy",
    spec.ipFamilyPolicy ?? null,
    `must be set to 'SingleStack' when releasing the secondary ${what}`,
  );

function checkFamilyChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const before = old.ipFamilies ?? [];
  const after = spec.ipFamilies ?? [];
  const field = "spec.ipFamilies[0]";
  const families = new GoLiteral(goStrings(spec.ipFamilies, "core.IPFamily"));
  if (before.length === after.length)
    return before.flatMap((family, i) => (family === after[i] ? [] : [invalid(field, families, unchangeable)]));
  const errors: FieldError[] = [];
  const released = before.length > after.length;
  if (released && (spec.clusterIPs ?? []).length === 0)
    errors.push(invalid(field, families, "primary ipFamily can not be unset"));
  if (before.length > 0 && after.length > 0 && before[0] !== after[0])
    errors.push(invalid(field, shown(spec.clusterIPs), unchangeable));
  if (released && after.length === 1 && spec.ipFamilyPolicy !== "SingleStack") errors.push(releasing(spec, "ipFamily"));
  return errors;
}

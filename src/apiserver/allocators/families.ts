import { checkClusterIPs } from "../../kinds/core/service/cluster-ips.ts";
import { type FieldError, GoLiteral, goQuote, invalid, invalidObject } from "../../machinery/field-error.ts";
import { isIPv6 } from "../../machinery/ip.ts";
import { deepEqual, type JsonObject, type KubeObject } from "../../machinery/object.ts";
import type { ResourceContext } from "../context.ts";

/** The cluster has one address family. */
const clusterFamily = "IPv4";
const policyField = "spec.ipFamilyPolicy";

/** Fills in a service's address families and policy, and throws the 422 for what a cluster of one family cannot give. Mirrors registry/core/service/storage/alloc.go initIPFamilyFields. */
export function initFamilies(ctx: ResourceContext, service: KubeObject, old?: KubeObject): void {
  const spec: JsonObject = service.spec;
  const before: JsonObject | undefined = old?.spec;
  if (spec.type === "ExternalName" || (before && staysPreferring(spec, before))) return;
  spec.ipFamilyPolicy ??= before?.ipFamilyPolicy ?? (isOpen(spec) ? "RequireDualStack" : "SingleStack");
  const refuse = (errors: readonly FieldError[]): void => {
    if (errors.length > 0) throw invalidObject(ctx.definition, service.metadata.name ?? "", errors);
  };
  refuse(checkClusterIPs(spec as never));
  if (before && spec.ipFamilyPolicy === "SingleStack") releaseSecond(spec, before);
  refuse([...pluralityErrors(spec, before), ...inferFamilies(spec)]);
  if (isOpen(spec)) {
    spec.ipFamilies ??= [clusterFamily];
    if (spec.ipFamilies.length === 1 && spec.ipFamilyPolicy !== "SingleStack")
      spec.ipFamilies = spec.ipFamilies[0] === "IPv4" ? ["IPv4", "IPv6"] : ["IPv6", "IPv4"];
    return;
  }
  refuse(unavailable(spec));
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [clusterFamily];
}

/** Headless without a selector: whoever makes its endpoints decides about families. */
const isOpen = (spec: JsonObject): boolean =>
  spec.clusterIP === "None" && Object.keys(spec.selector ?? {}).length === 0;

const staysPreferring = (spec: JsonObject, before: JsonObject): boolean =>
  spec.ipFamilyPolicy === "PreferDualStack" &&
  before.ipFamilyPolicy === "PreferDualStack" &&
  deepEqual([spec.clusterIPs, spec.ipFamilies], [before.clusterIPs, before.ipFamilies]);

function releaseSecond(spec: JsonObject, before: JsonObject): void {
  for (const list of ["clusterIPs", "ipFamilies"])
    if ((spec[list]?.length ?? 0) > 1 && deepEqual(spec[list], before[list])) spec[list] = spec[list].slice(0, 1);
}

const policyError = (spec: JsonObject, detail: string): FieldError => invalid(policyField, spec.ipFamilyPolicy, detail);

/** Where policy and number of addresses or families do not go together. */
function pluralityErrors(spec: JsonObject, before: JsonObject | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const single = spec.ipFamilyPolicy === "SingleStack";
  for (const [list, one, many] of [
    ["clusterIPs", "cluster IP", "cluster IPs"],
    ["ipFamilies", "IP family", "IP families"],
  ] as const) {
    const reduced = spec[list]?.length === 1 && before?.[list]?.length === 2 && spec[list][0] === before[list][0];
    if (!single && reduced) errors.push(policyError(spec, `must be 'SingleStack' to release the secondary ${one}`));
    if (single && spec[list]?.length === 2)
      errors.push(
        policyError(spec, `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${many} are specified`),
      );
  }
  return errors;
}

/** Families that addresses say without naming them. Changes `spec`. */
function inferFamilies(spec: JsonObject): FieldError[] {
  const ips: string[] = spec.clusterIPs ?? [];
  if (ips[0] === "None") return [];
  return ips.flatMap((ip, i) => {
    if (i < (spec.ipFamilies?.length ?? 0)) return [];
    const family = isIPv6(ip) ? "IPv6" : "IPv4";
    if (family === clusterFamily) {
      spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
      return [];
    }
    const shown = new GoLiteral(`[]string{${ips.map(goQuote).join(", ")}}`);
    return [invalid(`spec.clusterIPs[${i}]`, shown, `${family} is not configured on this cluster`)];
  });
}

function unavailable(spec: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === "RequireDualStack")
    errors.push(policyError(spec, "this cluster is not configured for dual-stack services"));
  for (const [i, family] of ((spec.ipFamilies ?? []) as string[]).entries())
    if (family !== clusterFamily)
      errors.push(invalid(`spec.ipFamilies[${i}]`, family, "not configured on this cluster"));
  return errors;
}

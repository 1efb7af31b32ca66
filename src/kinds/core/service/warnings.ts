import { goQuote } from "../../../machinery/field-error.ts";
import { parseIp } from "../../../machinery/ip.ts";
import type { Service } from "../../types/core_v1.ts";

const oldTopologyAnnotation = "service.kubernetes.io/topology-aware-hints";

/** Mirrors api/service GetWarningsForService. */
export function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const warnings: string[] = [];
  if (metadata.annotations?.[oldTopologyAnnotation] !== undefined)
    warnings.push(
      `annotation ${oldTopologyAnnotation} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  const headless = spec.clusterIPs?.[0] === "None" || spec.clusterIP === "None";
  if (spec.type !== "ExternalName" && !headless)
    for (const [i, ip] of (spec.clusterIPs ?? []).entries()) warnings.push(...ipWarnings(ip, `spec.clusterIPs[${i}]`));
  if (headless) {
    if (spec.loadBalancerIP) warnings.push('spec.loadBalancerIP is ignored when spec.clusterIP is "None"');
    if ((spec.externalIPs ?? []).length > 0) warnings.push('spec.externalIPs is ignored when spec.clusterIP is "None"');
    if (spec.sessionAffinity !== "None") warnings.push("spec.SessionAffinity is ignored for headless services");
  }
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) warnings.push(...ipWarnings(ip, `spec.externalIPs[${i}]`));
  if (spec.loadBalancerIP) warnings.push(...ipWarnings(spec.loadBalancerIP, "spec.loadBalancerIP"));
  if (spec.type === "ExternalName" && (spec.externalIPs ?? []).length > 0)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== "ExternalName" && spec.externalName)
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  return warnings;
}

/** Leading zeros mean octal to some readers. Mirrors validation.GetWarningsForIP. */
function ipWarnings(ip: string, field: string): string[] {
  const bytes = parseIp(ip);
  if (bytes?.length !== 4) return [];
  const plain = bytes.join(".");
  return plain === ip
    ? []
    : [
        `${field}: non-standard IP address ${goQuote(ip)} will be considered invalid in a future Kubernetes release: use ${goQuote(plain)}`,
      ];
}

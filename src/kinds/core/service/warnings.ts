import { cidrWarnings, ipWarnings } from "../../shared/addresses.ts";
import type { Service } from "../../types/core_v1.ts";

const oldTopologyAnnotation = "service.kubernetes.io/topology-aware-hints";

/** Mirrors api/service GetWarningsForService. */
export function serviceWarnings({ metadata, spec = {} }: Service): string[] {
  const warnings: string[] = [];
  if (metadata.annotations?.[oldTopologyAnnotation] !== undefined)
    warnings.push(
      `annotation ${oldTopologyAnnotation} is deprecated, please use service.kubernetes.io/topology-mode instead`,
    );
  const headless = spec.type === "ClusterIP" && spec.clusterIP === "None";
  if (spec.clusterIP && spec.clusterIP !== "None")
    for (const [i, ip] of (spec.clusterIPs ?? []).entries()) warnings.push(...ipWarnings(ip, `spec.clusterIPs[${i}]`));
  if (headless) {
    if (spec.loadBalancerIP) warnings.push("spec.loadBalancerIP is ignored for headless services");
    if ((spec.externalIPs ?? []).length > 0) warnings.push("spec.externalIPs is ignored for headless services");
    if (spec.sessionAffinity !== "None") warnings.push("spec.SessionAffinity is ignored for headless services");
  }
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) warnings.push(...ipWarnings(ip, `spec.externalIPs[${i}]`));
  if (spec.loadBalancerIP) warnings.push(...ipWarnings(spec.loadBalancerIP, "spec.loadBalancerIP"));
  for (const [i, range] of (spec.loadBalancerSourceRanges ?? []).entries())
    warnings.push(...cidrWarnings(range, `spec.loadBalancerSourceRanges[${i}]`));
  if (spec.type === "ExternalName" && (spec.externalIPs ?? []).length > 0)
    warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (spec.type !== "ExternalName" && spec.externalName)
    warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  return warnings;
}

import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { endpointsText, slicesOfService } from "../../shared/describe/endpoint-slices.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import type { LoadBalancerIngress, Service } from "../../types/core_v1.ts";
import type { EndpointSlice } from "../../types/discovery_v1.ts";

const ingressText = (ingress: readonly LoadBalancerIngress[]): string =>
  ingress
    .map(({ ip, ipMode, hostname }) => (ip ? `${ip}${ipMode ? ` (${ipMode})` : ""}` : (hostname ?? "")))
    .join(", ");

function addresses(out: DescribeWriter, { spec, status }: Service): void {
  if (spec?.ipFamilyPolicy !== undefined) field(out, "IP Family Policy", spec.ipFamilyPolicy);
  field(out, "IP Families", (spec?.ipFamilies ?? []).join(",") || "<none>");
  field(out, "IP", spec?.clusterIP ?? "");
  field(out, "IPs", spec?.clusterIPs?.length ? spec.clusterIPs.join(",") : "<none>");
  if (spec?.externalIPs?.length) field(out, "External IPs", spec.externalIPs.join(","));
  if (spec?.loadBalancerIP) field(out, "Desired LoadBalancer IP", spec.loadBalancerIP);
  if (spec?.externalName) field(out, "External Name", spec.externalName);
  const ingress = status?.loadBalancer?.ingress;
  if (ingress?.length) field(out, "LoadBalancer Ingress", ingressText(ingress));
}

function ports(out: DescribeWriter, { spec }: Service, slices: readonly EndpointSlice[]): void {
  for (const port of spec?.ports ?? []) {
    const name = port.name || "<unset>";
    const protocol = port.protocol ?? "";
    field(out, "Port", `${name}\t${port.port}/${protocol}`);
    field(out, "TargetPort", `${port.targetPort ?? 0}/${protocol}`);
    if (port.nodePort) field(out, "NodePort", `${name}\t${port.nodePort}/${protocol}`);
    field(out, "Endpoints", endpointsText(slices, port.name ?? ""));
  }
}

function traffic(out: DescribeWriter, { spec }: Service): void {
  field(out, "Session Affinity", spec?.sessionAffinity ?? "");
  if (spec?.externalTrafficPolicy) field(out, "External Traffic Policy", spec.externalTrafficPolicy);
  if (spec?.internalTrafficPolicy !== undefined) field(out, "Internal Traffic Policy", spec.internalTrafficPolicy);
  if (spec?.healthCheckNodePort) field(out, "HealthCheck NodePort", spec.healthCheckNodePort);
  if (spec?.loadBalancerSourceRanges?.length)
    field(out, "LoadBalancer Source Ranges", spec.loadBalancerSourceRanges.join(","));
}

async function describeService(service: Service, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec } = service;
  const slices = await slicesOfService(metadata.namespace, metadata.name ?? "", context).catch(() => []);
  heading(out, service, "namespaced");
  field(out, "Selector", formatLabels(spec?.selector));
  field(out, "Type", spec?.type ?? "");
  addresses(out, service);
  ports(out, service, slices);
  traffic(out, service);
  await describeEvents(service, context, out);
}

/** Mirrors describe.describeService. */
export const describe: DescribeFacet<Service> = { describe: describeService };

import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, headers, heading, rows } from "../../shared/describe/fields.ts";
import type { Endpoint, EndpointSlice } from "../../types/discovery_v1.ts";

function ports(out: DescribeWriter, slice: EndpointSlice): void {
  if (!slice.ports?.length) {
    out.write(0, "Ports: <unset>\n");
    return;
  }
  out.write(0, "Ports:\n");
  const lines = slice.ports.map((p) => [p.name || "<unset>", p.port ?? "<unset>", p.protocol ?? ""]);
  rows(out, 1, [...headers("Name", "Port", "Protocol"), ...lines]);
}

function describeEndpoint(out: DescribeWriter, endpoint: Endpoint): void {
  field(out, "- Addresses", endpoint.addresses.join(", ") || "<none>", 1);
  out.write(2, "Conditions:\n");
  field(out, "Ready", endpoint.conditions?.ready ?? "<unset>", 3);
  field(out, "Hostname", endpoint.hostname ?? "<unset>", 2);
  const { targetRef } = endpoint;
  if (targetRef) field(out, "TargetRef", `${targetRef.kind ?? ""}/${targetRef.name ?? ""}`, 2);
  field(out, "NodeName", endpoint.nodeName ?? "<unset>", 2);
  field(out, "Zone", endpoint.zone ?? "<unset>", 2);
}

async function describeSlice(slice: EndpointSlice, context: DescribeContext, out: DescribeWriter): Promise<void> {
  heading(out, slice, "namespaced");
  field(out, "AddressType", slice.addressType);
  ports(out, slice);
  if (slice.endpoints?.length) {
    out.write(0, "Endpoints:\n");
    for (const endpoint of slice.endpoints) describeEndpoint(out, endpoint);
  } else out.write(0, "Endpoints: <none>\n");
  await describeEvents(slice, context, out);
}

/** Mirrors describe.describeEndpointSliceV1. */
export const describe: DescribeFacet<EndpointSlice> = { describe: describeSlice };

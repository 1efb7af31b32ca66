import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, headers, heading, rows } from "../../shared/describe/fields.ts";
import type { EndpointAddress, EndpointSubset, Endpoints } from "../../types/core_v1.ts";

const addressesText = (addresses: readonly EndpointAddress[] | undefined): string =>
  (addresses ?? []).map((a) => a.ip).join(",") || "<none>";

function describeSubset(out: DescribeWriter, { addresses, notReadyAddresses, ports }: EndpointSubset): void {
  field(out, "Addresses", addressesText(addresses), 1);
  field(out, "NotReadyAddresses", addressesText(notReadyAddresses), 1);
  if (ports?.length) {
    out.write(1, "Ports:\n");
    const lines = ports.map((p) => [p.name || "<unset>", p.port, p.protocol ?? ""]);
    rows(out, 2, [...headers("Name", "Port", "Protocol"), ...lines]);
  }
  out.write(0, "\n");
}

async function describeEndpoints(endpoints: Endpoints, context: DescribeContext, out: DescribeWriter): Promise<void> {
  heading(out, endpoints, "namespaced");
  out.write(0, "Subsets:\n");
  for (const subset of endpoints.subsets ?? []) describeSubset(out, subset);
  await describeEvents(endpoints, context, out);
}

/** Mirrors describe.describeEndpoints. */
export const describe: DescribeFacet<Endpoints> = { describe: describeEndpoints };

import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { timedConditions } from "../../shared/describe/conditions.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import type { ServiceCIDR } from "../../types/networking_v1.ts";

async function describeServiceCidr(cidr: ServiceCIDR, context: DescribeContext, out: DescribeWriter): Promise<void> {
  heading(out, cidr, "cluster");
  field(out, "CIDRs", (cidr.spec?.cidrs ?? []).join(", "));
  if (cidr.status?.conditions?.length) {
    out.write(0, "Status:\n");
    timedConditions(out, cidr.status.conditions);
  }
  await describeEvents(cidr, context, out);
}

/** Mirrors describe.describeServiceCIDRV1. */
export const describe: DescribeFacet<ServiceCIDR> = { describe: describeServiceCidr };

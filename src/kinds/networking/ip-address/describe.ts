import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import type { IPAddress } from "../../types/networking_v1.ts";

async function describeIpAddress(address: IPAddress, context: DescribeContext, out: DescribeWriter): Promise<void> {
  heading(out, address, "cluster");
  const parent = address.spec?.parentRef;
  if (parent) {
    out.write(0, "Parent Reference:\n");
    field(out, "Group", parent.group ?? "", 1);
    field(out, "Resource", parent.resource ?? "", 1);
    field(out, "Namespace", parent.namespace ?? "", 1);
    field(out, "Name", parent.name ?? "", 1);
  }
  await describeEvents(address, context, out);
}

/** Mirrors describe.describeIPAddressV1. */
export const describe: DescribeFacet<IPAddress> = { describe: describeIpAddress };

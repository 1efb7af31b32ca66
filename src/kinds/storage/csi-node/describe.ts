import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import { goList } from "../../shared/describe/go-values.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import type { CSINode, CSINodeDriver } from "../../types/storage_v1.ts";

function driver(out: DescribeWriter, { name, nodeID, allocatable, topologyKeys }: CSINodeDriver): void {
  out.write(2, `${name}:\n`);
  field(out, "Node ID", nodeID, 3);
  if (allocatable?.count !== undefined) {
    out.write(3, "Allocatables:\n");
    field(out, "Count", allocatable.count, 4);
  }
  if (topologyKeys !== undefined) field(out, "Topology Keys", goList(topologyKeys), 3);
}

async function describeCsiNode(node: CSINode, context: DescribeContext, out: DescribeWriter): Promise<void> {
  heading(out, node, "cluster");
  field(out, "CreationTimestamp", rfc1123(node.metadata.creationTimestamp));
  out.write(0, "Spec:\n");
  if (node.spec?.drivers) {
    out.write(1, "Drivers:\n");
    for (const one of node.spec.drivers) driver(out, one);
  }
  await describeEvents(node, context, out);
}

/** Mirrors describe.describeCSINode. */
export const describe: DescribeFacet<CSINode> = { describe: describeCsiNode };

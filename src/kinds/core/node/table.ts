import type { TableFacet } from "../../definition.ts";
import { age, nodeRoles } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn, wide } from "../../shared/table/columns.ts";
import type { Node } from "../../types/core_v1.ts";

function state(node: Node): string {
  const ready = node.status?.conditions?.findLast((c) => c.type === "Ready");
  const readiness = ready === undefined ? "Unknown" : ready.status === "True" ? "Ready" : "NotReady";
  return node.spec?.unschedulable ? `${readiness},SchedulingDisabled` : readiness;
}

const address = (node: Node, type: string): string =>
  node.status?.addresses?.find((a) => a.type === type)?.address ?? "<none>";

/** Mirrors printers.printNode. */
export const table: TableFacet<Node> = {
  columns: [
    nameColumn,
    textColumn("Status"),
    textColumn("Roles"),
    ageColumn,
    textColumn("Version"),
    ...["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"].map((n) =>
      wide(textColumn(n)),
    ),
  ],
  row: (node, now) => {
    const info = node.status?.nodeInfo;
    return [
      node.metadata.name,
      state(node),
      nodeRoles(node.metadata.labels).join(",") || "<none>",
      age(node, now),
      info?.kubeletVersion ?? "",
      address(node, "InternalIP"),
      address(node, "ExternalIP"),
      info?.osImage || "<unknown>",
      info?.kernelVersion || "<unknown>",
      info?.containerRuntimeVersion || "<unknown>",
    ];
  },
};

import type { JsonObject } from "../../../machinery/object.ts";
import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn, wide } from "../../shared/table/columns.ts";
import type { Pod } from "../../types/core_v1.ts";
import { podSummary } from "./summary.ts";

const completed = (reason: string, message: string): readonly JsonObject[] => [
  { type: "Completed", status: "True", reason, message },
];
const conditionsOfPhase = new Map([
  ["Succeeded", completed("Succeeded", "The pod has completed successfully.")],
  ["Failed", completed("Failed", "The pod failed.")],
]);

function readinessGates(pod: Pod): string {
  const gates = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  const met = gates.filter(
    (g) => pod.status?.conditions?.find((c) => c.type === g.conditionType)?.status === "True",
  ).length;
  return `${met}/${gates.length}`;
}

/** Mirrors printers.printPod. */
export const table: TableFacet<Pod> = {
  columns: [
    nameColumn,
    textColumn("Ready"),
    textColumn("Status"),
    textColumn("Restarts"),
    ageColumn,
    wide(textColumn("IP")),
    wide(textColumn("Node")),
    wide(textColumn("Nominated Node")),
    wide(textColumn("Readiness Gates")),
  ],
  row: (pod, now) => {
    const { ready, total, reason, restarts } = podSummary(pod, now);
    return [
      pod.metadata.name,
      `${ready}/${total}`,
      reason,
      restarts,
      age(pod, now),
      pod.status?.podIPs?.[0]?.ip || "<none>",
      pod.spec?.nodeName || "<none>",
      pod.status?.nominatedNodeName || "<none>",
      readinessGates(pod),
    ];
  },
  conditions: (pod) => conditionsOfPhase.get(pod.status?.phase ?? "") ?? [],
};

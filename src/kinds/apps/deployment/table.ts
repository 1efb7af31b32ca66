import { formatLabelTerms } from "../../../machinery/selectors/label.ts";
import { formatLabelSelector, labelSelectorTerms } from "../../../machinery/selectors/label-selector.ts";
import type { TableFacet } from "../../definition.ts";
import { age, containerCells } from "../../shared/table/cells.ts";
import { ageColumn, containerColumns, nameColumn, selectorColumn, textColumn } from "../../shared/table/columns.ts";
import type { Deployment } from "../../types/apps_v1.ts";

/** Unlike other workloads', an empty selector shows as nothing, and a broken one as "<invalid>". */
function selectorCell(deployment: Deployment): string {
  if (formatLabelSelector(deployment.spec?.selector) === "<error>") return "<invalid>";
  return formatLabelTerms(labelSelectorTerms(deployment.spec?.selector) ?? []);
}

/** Mirrors printers.printDeployment. */
export const table: TableFacet<Deployment> = {
  columns: [
    nameColumn,
    textColumn("Ready"),
    textColumn("Up-to-date"),
    textColumn("Available"),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  row: (deployment, now) => [
    deployment.metadata.name,
    `${deployment.status?.readyReplicas ?? 0}/${deployment.spec?.replicas ?? 0}`,
    deployment.status?.updatedReplicas ?? 0,
    deployment.status?.availableReplicas ?? 0,
    age(deployment, now),
    ...containerCells(deployment.spec?.template?.spec?.containers),
    selectorCell(deployment),
  ],
};

import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { TableFacet } from "../../definition.ts";
import { age, containerCells } from "../../shared/table/cells.ts";
import { ageColumn, containerColumns, integerColumn, nameColumn, selectorColumn } from "../../shared/table/columns.ts";
import type { ReplicaSet } from "../../types/apps_v1.ts";

/** Mirrors printers.printReplicaSet. */
export const table: TableFacet<ReplicaSet> = {
  columns: [
    nameColumn,
    integerColumn("Desired"),
    integerColumn("Current"),
    integerColumn("Ready"),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  row: (set, now) => [
    set.metadata.name,
    set.spec?.replicas ?? 0,
    set.status?.replicas ?? 0,
    set.status?.readyReplicas ?? 0,
    age(set, now),
    ...containerCells(set.spec?.template?.spec?.containers),
    formatLabelSelector(set.spec?.selector),
  ],
};

import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { TableFacet } from "../../definition.ts";
import { age, containerCells } from "../../shared/table/cells.ts";
import { ageColumn, containerColumns, integerColumn, nameColumn, selectorColumn } from "../../shared/table/columns.ts";
import type { ReplicationController } from "../../types/core_v1.ts";

/** Mirrors printers.printReplicationController. */
export const table: TableFacet<ReplicationController> = {
  columns: [
    nameColumn,
    integerColumn("Desired"),
    integerColumn("Current"),
    integerColumn("Ready"),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  row: (controller, now) => [
    controller.metadata.name,
    controller.spec?.replicas ?? 0,
    controller.status?.replicas ?? 0,
    controller.status?.readyReplicas ?? 0,
    age(controller, now),
    ...containerCells(controller.spec?.template?.spec?.containers),
    formatLabels(controller.spec?.selector),
  ],
};

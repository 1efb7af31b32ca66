import type { TableFacet } from "../../definition.ts";
import { age, containerCells } from "../../shared/table/cells.ts";
import { ageColumn, containerColumns, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { StatefulSet } from "../../types/apps_v1.ts";

/** Mirrors printers.printStatefulSet. */
export const table: TableFacet<StatefulSet> = {
  columns: [nameColumn, textColumn("Ready"), ageColumn, ...containerColumns],
  row: (set, now) => [
    set.metadata.name,
    `${set.status?.readyReplicas ?? 0}/${set.spec?.replicas ?? 0}`,
    age(set, now),
    ...containerCells(set.spec?.template?.spec?.containers),
  ],
};

import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, booleanColumn, integerColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { PriorityClass } from "../../types/scheduling_v1.ts";

/** Mirrors printers.printPriorityClass. */
export const table: TableFacet<PriorityClass> = {
  columns: [
    nameColumn,
    integerColumn("Value"),
    booleanColumn("Global-Default"),
    ageColumn,
    textColumn("PreemptionPolicy"),
  ],
  row: (priority, now) => [
    priority.metadata.name,
    priority.value,
    priority.globalDefault ?? false,
    age(priority, now),
    priority.preemptionPolicy ?? "",
  ],
};

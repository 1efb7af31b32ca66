import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { RuntimeClass } from "../../types/node_v1.ts";

/** Mirrors printers.printRuntimeClass. */
export const table: TableFacet<RuntimeClass> = {
  columns: [nameColumn, textColumn("Handler"), ageColumn],
  row: (runtimeClass, now) => [runtimeClass.metadata.name, runtimeClass.handler, age(runtimeClass, now)],
};

import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, integerColumn, nameColumn } from "../../shared/table/columns.ts";
import type { CSINode } from "../../types/storage_v1.ts";

/** Mirrors printers.printCSINode. */
export const table: TableFacet<CSINode> = {
  columns: [nameColumn, integerColumn("Drivers"), ageColumn],
  row: (node, now) => [node.metadata.name, node.spec?.drivers?.length ?? 0, age(node, now)],
};

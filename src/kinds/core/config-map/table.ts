import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ConfigMap } from "../../types/core_v1.ts";

/** Mirrors printers.printConfigMap. */
export const table: TableFacet<ConfigMap> = {
  columns: [nameColumn, textColumn("Data"), ageColumn],
  row: (map, now) => [
    map.metadata.name,
    Object.keys(map.data ?? {}).length + Object.keys(map.binaryData ?? {}).length,
    age(map, now),
  ],
};

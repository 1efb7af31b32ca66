import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { Secret } from "../../types/core_v1.ts";

/** Mirrors printers.printSecret. */
export const table: TableFacet<Secret> = {
  columns: [nameColumn, textColumn("Type"), textColumn("Data"), ageColumn],
  row: (secret, now) => [
    secret.metadata.name,
    secret.type ?? "",
    Object.keys(secret.data ?? {}).length,
    age(secret, now),
  ],
};

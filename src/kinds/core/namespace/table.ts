import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { Namespace } from "../../types/core_v1.ts";

/** Mirrors printers.printNamespace. */
export const table: TableFacet<Namespace> = {
  columns: [nameColumn, textColumn("Status"), ageColumn],
  row: (namespace, now) => [namespace.metadata.name, namespace.status?.phase ?? "", age(namespace, now)],
};

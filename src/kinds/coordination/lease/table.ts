import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { Lease } from "../../types/coordination_v1.ts";

/** Mirrors printers.printLease. */
export const table: TableFacet<Lease> = {
  columns: [nameColumn, textColumn("Holder"), ageColumn],
  row: (lease, now) => [lease.metadata.name, lease.spec?.holderIdentity ?? "", age(lease, now)],
};

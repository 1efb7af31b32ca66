import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ServiceAccount } from "../../types/core_v1.ts";

/** Mirrors printers.printServiceAccount. */
export const table: TableFacet<ServiceAccount> = {
  columns: [nameColumn, textColumn("Secrets"), ageColumn],
  row: (account, now) => [account.metadata.name, account.secrets?.length ?? 0, age(account, now)],
};

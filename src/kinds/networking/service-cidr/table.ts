import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ServiceCIDR } from "../../types/networking_v1.ts";

/** Mirrors printers.printServiceCIDR. */
export const table: TableFacet<ServiceCIDR> = {
  columns: [nameColumn, textColumn("CIDRs"), ageColumn],
  row: (cidr, now) => [cidr.metadata.name, (cidr.spec?.cidrs ?? []).join(","), age(cidr, now)],
};

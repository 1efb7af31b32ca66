import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { IPAddress } from "../../types/networking_v1.ts";

function parent({ spec }: IPAddress): string {
  const reference = spec?.parentRef;
  if (reference === undefined) return "<none>";
  const { group, resource = "", namespace, name = "" } = reference;
  const kind = (group ? `${resource}.${group}` : resource).toLowerCase();
  return [kind, ...(namespace ? [namespace] : []), name].join("/");
}

/** Its rows have one cell, the age, more than there are columns: so do upstream's. Mirrors printers.printIPAddress. */
export const table: TableFacet<IPAddress> = {
  columns: [nameColumn, textColumn("ParentRef")],
  row: (address, now) => [address.metadata.name, parent(address), age(address, now)],
};

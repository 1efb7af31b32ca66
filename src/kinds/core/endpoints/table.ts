import type { TableFacet } from "../../definition.ts";
import { age, firstOf, joinHostPort } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { EndpointSubset, Endpoints } from "../../types/core_v1.ts";

function addresses({ ports = [], addresses: all = [] }: EndpointSubset): string[] {
  if (ports.length === 0) return all.map((a) => a.ip);
  return ports.flatMap((port) => all.map((a) => joinHostPort(a.ip, port.port)));
}

/** Mirrors printers.printEndpoints. */
export const table: TableFacet<Endpoints> = {
  columns: [nameColumn, textColumn("Endpoints"), ageColumn],
  row: (endpoints, now) => {
    const subsets = endpoints.subsets ?? [];
    return [
      endpoints.metadata.name,
      subsets.length === 0 ? "<none>" : firstOf(subsets.flatMap(addresses), 3),
      age(endpoints, now),
    ];
  },
};

import type { TableFacet } from "../../definition.ts";
import { age, firstOf } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { EndpointSlice } from "../../types/discovery_v1.ts";

/** Mirrors printers.printEndpointSlice. */
export const table: TableFacet<EndpointSlice> = {
  columns: [nameColumn, textColumn("AddressType"), textColumn("Ports"), textColumn("Endpoints"), ageColumn],
  row: (slice, now) => {
    const ports = (slice.ports ?? []).map((p) => (p.port === undefined ? (p.name ?? "*") : String(p.port)));
    const addresses = (slice.endpoints ?? []).flatMap((e) => e.addresses ?? []);
    return [
      slice.metadata.name,
      slice.addressType,
      firstOf(ports, 3) || "<unset>",
      firstOf(addresses, 3) || "<unset>",
      age(slice, now),
    ];
  },
};

import type { TableFacet } from "../../definition.ts";
import { nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ComponentStatus } from "../../types/core_v1.ts";

/** Mirrors printers.printComponentStatus. */
export const table: TableFacet<ComponentStatus> = {
  columns: [nameColumn, textColumn("Status"), textColumn("Message"), textColumn("Error")],
  row: ({ metadata, conditions }) => {
    const health = conditions?.find((c) => c.type === "Healthy");
    const status = health === undefined ? "Unknown" : health.status === "True" ? "Healthy" : "Unhealthy";
    return [metadata.name, status, health?.message ?? "", health?.error ?? ""];
  },
};

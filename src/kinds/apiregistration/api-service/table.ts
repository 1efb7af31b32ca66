import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { APIService } from "../../types/apiregistration_v1.ts";

function available({ status }: APIService): string {
  const condition = status?.conditions?.find((c) => c.type === "Available");
  if (condition === undefined) return "Unknown";
  return condition.status !== "True" && condition.reason
    ? `${condition.status} (${condition.reason})`
    : condition.status;
}

/** Mirrors kube-aggregator registry/apiservice/etcd ConvertToTable. */
export const table: TableFacet<APIService> = {
  columns: [nameColumn, textColumn("Service"), textColumn("Available"), ageColumn],
  row: (apiService, now) => {
    const service = apiService.spec?.service;
    return [
      apiService.metadata.name,
      service == null ? "Local" : `${service.namespace ?? ""}/${service.name ?? ""}`,
      available(apiService),
      age(apiService, now),
    ];
  },
};

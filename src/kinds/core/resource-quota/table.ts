import type { TableFacet } from "../../definition.ts";
import { age, quantityCell } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { ResourceQuota } from "../../types/core_v1.ts";

/** "pods: 1/10, requests.cpu: 0/4" of the resources that `belongs` picks. */
function usage({ status }: ResourceQuota, belongs: (resource: string) => boolean): string {
  const hard = status?.hard ?? {};
  return Object.keys(hard)
    .filter(belongs)
    .sort()
    .map((r) => `${r}: ${quantityCell(status?.used?.[r])}/${quantityCell(hard[r])}`)
    .join(", ");
}

const isLimit = (resource: string): boolean => resource.startsWith("limits.");

/** Mirrors printers.printResourceQuota. */
export const table: TableFacet<ResourceQuota> = {
  columns: [nameColumn, textColumn("Request"), textColumn("Limit"), ageColumn],
  row: (quota, now) => [quota.metadata.name, usage(quota, (r) => !isLimit(r)), usage(quota, isLimit), age(quota, now)],
};

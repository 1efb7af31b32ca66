import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { NetworkPolicy } from "../../types/networking_v1.ts";

/** Mirrors printers.printNetworkPolicy. */
export const table: TableFacet<NetworkPolicy> = {
  columns: [nameColumn, textColumn("Pod-Selector"), ageColumn],
  row: (policy, now) => [policy.metadata.name, formatLabelSelector(policy.spec?.podSelector), age(policy, now)],
};

import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, integerColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { PodDisruptionBudget } from "../../types/policy_v1.ts";

const amount = (value: string | number | undefined): string => (value === undefined ? "N/A" : String(value));

/** Mirrors printers.printPodDisruptionBudget. */
export const table: TableFacet<PodDisruptionBudget> = {
  columns: [
    nameColumn,
    textColumn("Min Available"),
    textColumn("Max Unavailable"),
    integerColumn("Allowed Disruptions"),
    ageColumn,
  ],
  row: (budget, now) => [
    budget.metadata.name,
    amount(budget.spec?.minAvailable),
    amount(budget.spec?.maxUnavailable),
    budget.status?.disruptionsAllowed ?? 0,
    age(budget, now),
  ],
};

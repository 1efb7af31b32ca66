import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { FlowSchema } from "../../types/flowcontrol_v1.ts";

/** Mirrors printers.printFlowSchema, and printFlowSchemaList for the order. */
export const table: TableFacet<FlowSchema> = {
  columns: [
    nameColumn,
    textColumn("PriorityLevel"),
    textColumn("MatchingPrecedence"),
    textColumn("DistinguisherMethod"),
    ageColumn,
    textColumn("MissingPL"),
  ],
  row: (schema, now) => [
    schema.metadata.name,
    schema.spec?.priorityLevelConfiguration.name ?? "",
    schema.spec?.matchingPrecedence ?? 0,
    schema.spec?.distinguisherMethod?.type ?? "<none>",
    age(schema, now),
    schema.status?.conditions?.find((c) => c.type === "Dangling")?.status ?? "?",
  ],
  compare: (a, b) =>
    (a.spec?.matchingPrecedence ?? 0) - (b.spec?.matchingPrecedence ?? 0) ||
    ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1),
};

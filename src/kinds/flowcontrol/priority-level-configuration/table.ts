import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { PriorityLevelConfiguration } from "../../types/flowcontrol_v1.ts";

/** Mirrors printers.printPriorityLevelConfiguration. */
export const table: TableFacet<PriorityLevelConfiguration> = {
  columns: [
    nameColumn,
    textColumn("Type"),
    textColumn("NominalConcurrencyShares"),
    textColumn("Queues"),
    textColumn("HandSize"),
    textColumn("QueueLengthLimit"),
    ageColumn,
  ],
  row: (level, now) => {
    const limited = level.spec?.limited;
    const queuing = limited?.limitResponse?.queuing;
    return [
      level.metadata.name,
      level.spec?.type ?? "",
      limited === undefined ? "<none>" : (limited.nominalConcurrencyShares ?? 0),
      queuing === undefined ? "<none>" : (queuing.queues ?? 0),
      queuing === undefined ? "<none>" : (queuing.handSize ?? 0),
      queuing === undefined ? "<none>" : (queuing.queueLengthLimit ?? 0),
      age(level, now),
    ];
  },
};

import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { TableFacet } from "../../definition.ts";
import { age, booleanText, containerCells, since } from "../../shared/table/cells.ts";
import {
  ageColumn,
  booleanColumn,
  containerColumns,
  integerColumn,
  nameColumn,
  selectorColumn,
  textColumn,
} from "../../shared/table/columns.ts";
import type { CronJob } from "../../types/batch_v1.ts";

/** Mirrors printers.printCronJob. */
export const table: TableFacet<CronJob> = {
  columns: [
    nameColumn,
    textColumn("Schedule"),
    textColumn("Timezone"),
    booleanColumn("Suspend"),
    integerColumn("Active"),
    textColumn("Last Schedule"),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  row: (cronJob, now) => {
    const { spec, status } = cronJob;
    return [
      cronJob.metadata.name,
      spec?.schedule ?? "",
      spec?.timeZone ?? "<none>",
      booleanText(spec?.suspend),
      status?.active?.length ?? 0,
      status?.lastScheduleTime ? since(status.lastScheduleTime, now) : "<none>",
      age(cronJob, now),
      ...containerCells(spec?.jobTemplate?.spec?.template?.spec?.containers),
      formatLabelSelector(spec?.jobTemplate?.spec?.selector),
    ];
  },
};

import { table as coreTable } from "../../core/event/table.ts";
import type { TableFacet } from "../../definition.ts";
import type { Event as CoreEvent } from "../../types/core_v1.ts";
import type { Event } from "../../types/events_v1.ts";

/** The same event by the core group's names of the fields that its row shows. */
function asCore(event: Event): CoreEvent {
  const { regarding, note, deprecatedSource, deprecatedFirstTimestamp, deprecatedLastTimestamp, deprecatedCount } =
    event;
  return {
    ...event,
    involvedObject: regarding ?? {},
    ...(note === undefined ? {} : { message: note }),
    ...(deprecatedSource === undefined ? {} : { source: deprecatedSource }),
    ...(deprecatedFirstTimestamp === undefined ? {} : { firstTimestamp: deprecatedFirstTimestamp }),
    ...(deprecatedLastTimestamp === undefined ? {} : { lastTimestamp: deprecatedLastTimestamp }),
    ...(deprecatedCount === undefined ? {} : { count: deprecatedCount }),
    reportingComponent: event.reportingController ?? "",
    reportingInstance: event.reportingInstance ?? "",
  };
}

/** As core events: both are printed from one internal type. Mirrors printers.printEvent. */
export const table: TableFacet<Event> = {
  columns: coreTable.columns,
  row: (event, now) => coreTable.row(asCore(event), now),
};

import type { Instant } from "../../../machinery/time.ts";
import type { TableFacet } from "../../definition.ts";
import { since } from "../../shared/table/cells.ts";
import { nameColumn, textColumn, wide } from "../../shared/table/columns.ts";
import type { Event } from "../../types/core_v1.ts";

function source(event: Event): string {
  const component = event.source?.component || event.reportingComponent || "";
  const instance = event.source?.host || event.reportingInstance || "";
  return instance === "" ? component : `${component}, ${instance}`;
}

function times(event: Event, now: Instant): { first: string; last: string; count: number } {
  const first = since(event.firstTimestamp || event.eventTime, now);
  if (event.series) return { first, last: since(event.series.lastObservedTime, now), count: event.series.count ?? 0 };
  const last = event.lastTimestamp ? since(event.lastTimestamp, now) : first;
  return { first, last, count: event.count || 1 };
}

function target({ involvedObject: about }: Event): string {
  const kind = (about?.kind ?? "").toLowerCase();
  return about?.name ? `${kind}/${about.name}` : kind;
}

/** Mirrors printers.printEvent. */
export const table: TableFacet<Event> = {
  columns: [
    textColumn("Last Seen"),
    textColumn("Type"),
    textColumn("Reason"),
    textColumn("Object"),
    wide(textColumn("Subobject")),
    wide(textColumn("Source")),
    textColumn("Message"),
    wide(textColumn("First Seen")),
    wide(textColumn("Count")),
    wide(nameColumn),
  ],
  row: (event, now) => {
    const { first, last, count } = times(event, now);
    return [
      last,
      event.type ?? "",
      event.reason ?? "",
      target(event),
      event.involvedObject?.fieldPath ?? "",
      source(event),
      (event.message ?? "").trim(),
      first,
      count,
      event.metadata.name,
    ];
  },
};

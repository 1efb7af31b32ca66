import { goSort } from "../../../machinery/go-sort.ts";
import type { KubeObject, TypedObject } from "../../../machinery/object.ts";
import { type Instant, parseTime } from "../../../machinery/time.ts";
import type { DescribeContext, DescribeWriter } from "../../definition.ts";
import type { Event } from "../../types/core_v1.ts";
import { since } from "../table/cells.ts";
import { rows } from "./fields.ts";

/** "3s", or "12s (x3 over 2m)". */
function ageCell(event: Event, now: Instant): string {
  const first = since(event.eventTime || event.firstTimestamp, now);
  if (event.series) return `${since(event.series.lastObservedTime, now)} (x${event.series.count ?? 0} over ${first})`;
  const count = event.count ?? 0;
  return count > 1 ? `${since(event.lastTimestamp, now)} (x${count} over ${first})` : first;
}

// Events of the newer API have no lastTimestamp: they come first.
const lastSeen = (event: Event): Instant => parseTime(event.lastTimestamp) || Number.NEGATIVE_INFINITY;

/** The block of events that ends a description. Mirrors describe.DescribeEvents. */
export function writeEvents(events: readonly KubeObject[], now: Instant, out: DescribeWriter): void {
  if (events.length === 0) {
    out.write(0, "Events:\t<none>\n");
    return;
  }
  out.flush();
  out.write(0, "Events:\n");
  const sorted = goSort(events as readonly KubeObject[] as readonly Event[], (a, b) => lastSeen(a) < lastSeen(b));
  rows(out, 1, [
    ["Type", "Reason", "Age", "From", "Message"],
    ["----", "------", "----", "----", "-------"],
    ...sorted.map((e) => [
      e.type ?? "",
      e.reason ?? "",
      ageCell(e, now),
      e.source?.component || e.reportingComponent || "",
      (e.message ?? "").trim(),
    ]),
  ]);
}

/** Reads the events of an object and writes them, where they were asked for; what cannot be read shows as none. Mirrors describe.searchEvents. */
export async function describeEvents(
  object: TypedObject,
  context: DescribeContext,
  out: DescribeWriter,
  about?: { readonly kind?: string; readonly uid?: string },
): Promise<void> {
  if (!context.showEvents) return;
  const events = await context.events(object, about).catch(() => []);
  writeEvents(events, context.now, out);
}

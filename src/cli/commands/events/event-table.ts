import { humanDuration } from "../../../machinery/duration.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { type Instant, parseTime } from "../../../machinery/time.ts";

const since = (text: string | undefined | null, now: Instant): string =>
  text ? humanDuration(now - parseTime(text)) : "<unknown>";

/** How long ago, and how often: "5s", "5s (x3 over 1m)". Mirrors events/event_printer.go getInterval. */
export function intervalOf(event: JsonObject, now: Instant): string {
  const first = since(event["eventTime"] ?? event["firstTimestamp"], now);
  if (event["series"])
    return `${since(event["series"].lastObservedTime, now)} (x${event["series"].count ?? 0} over ${first})`;
  if ((event["count"] ?? 0) > 1) return `${since(event["lastTimestamp"], now)} (x${event["count"]} over ${first})`;
  return first;
}

/** The instant that events are sorted by. Mirrors events.go eventTime. */
export function instantOf(event: JsonObject): Instant {
  const text = event["series"]?.lastObservedTime ?? event["lastTimestamp"] ?? event["eventTime"];
  return text ? parseTime(text) : 0;
}

/** The cells of an event's row. */
export function eventCells(event: JsonObject, now: Instant, withNamespace: boolean): string[] {
  const { kind = "", name = "" } = event["involvedObject"] ?? {};
  return [
    ...(withNamespace ? [event["metadata"]?.namespace ?? ""] : []),
    intervalOf(event, now),
    event["type"] ?? "",
    event["reason"] ?? "",
    `${kind}/${name}`,
    String(event["message"] ?? "").trim(),
  ];
}

/** The headers over {@link eventCells}. */
export function eventHeaders(withNamespace: boolean): string[] {
  return [...(withNamespace ? ["NAMESPACE"] : []), "LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"];
}

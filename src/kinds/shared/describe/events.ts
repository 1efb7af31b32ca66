import { humanDuration } from "../../../machinery/duration.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { type Instant, parseTime } from "../../../machinery/time.ts";
import type { DescribeWriter } from "../../definition.ts";

function since(time: string | undefined | null, now: Instant): string {
  const at = parseTime(time);
  return Number.isNaN(at) ? "<unknown>" : humanDuration(now - at);
}

function interval(event: KubeObject, now: Instant): string {
  const first = event["eventTime"] ? since(event["eventTime"], now) : since(event["firstTimestamp"], now);
  if (event["series"])
    return `${since(event["series"].lastObservedTime, now)} (x${event["series"].count} over ${first})`;
  return event["count"] > 1 ? `${since(event["lastTimestamp"], now)} (x${event["count"]} over ${first})` : first;
}

const lastSeen = (event: KubeObject): number => parseTime(event["lastTimestamp"]) || 0;

/** The events block that ends most descriptions; nothing where the events are not known. Mirrors describe.DescribeEvents. */
export function describeEvents(events: readonly KubeObject[] | undefined, now: Instant, out: DescribeWriter): void {
  if (events === undefined) return;
  if (events.length === 0) {
    out.write(0, "Events:\t<none>\n");
    return;
  }
  out.flush();
  out.write(0, "Events:\n  Type\tReason\tAge\tFrom\tMessage\n");
  out.write(1, "----\t------\t----\t----\t-------\n");
  for (const event of [...events].sort((a, b) => lastSeen(a) - lastSeen(b))) {
    const source = event["source"]?.component || event["reportingComponent"] || "";
    const message = String(event["message"] ?? "").trim();
    out.write(1, `${event["type"]}\t${event["reason"]}\t${interval(event, now)}\t${source}\t${message}\n`);
  }
}

import { humanDuration } from "../../machinery/duration.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";

/** How long ago `time` was, as tables print it: "5m", or "<unknown>" for no time. */
export function ageSince(time: string | undefined | null, now: Instant): string {
  const at = parseTime(time);
  return Number.isNaN(at) ? "<unknown>" : humanDuration(now - at);
}

/** The age of an object. */
export function ageOf(object: JsonObject, now: Instant): string {
  return ageSince(object["metadata"]?.creationTimestamp, now);
}

import { Cron } from "croner";
import { parseGoDuration } from "../../machinery/duration.ts";
import type { Instant } from "../../machinery/time.ts";

/** A cron schedule: the first instant after another. */
export interface Schedule {
  next(after: Instant): Instant | undefined;
}

/** What has become of the starts since the last one. */
export interface Unmet {
  /** The latest start that is due. */
  readonly latest: Instant;
  readonly tooMany: boolean;
}

const TOO_MANY = 100;
const isStar = (field: string | undefined): boolean => /(^|,)[*?]/.test(field ?? "");

/** Reads a schedule as robfig/cron's ParseStandard does; UTC without a time zone. Throws for one that it cannot read. */
export function parseSchedule(text: string, timeZone: string | undefined): Schedule {
  const zoned = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text);
  if (zoned !== null) return parseSchedule(zoned[2]!, zoned[1]);
  if (text.startsWith("@every ")) return everySchedule(parseGoDuration(text.slice("@every ".length)));
  const fields = text.trim().split(/\s+/);
  // Both days count only where both are restricted, and then either will do.
  const either = fields.length === 5 && !isStar(fields[2]) && !isStar(fields[4]);
  const pattern = text.startsWith("@") ? text.replace("@midnight", "@daily") : fields.map(toCroner).join(" ");
  const cron = new Cron(pattern, {
    paused: true,
    domAndDow: !either,
    ...(timeZone === undefined ? { utcOffset: 0 } : { timezone: timeZone }),
  });
  return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
}

/** robfig's "?" is a star and "N/step" runs to the end of the field; croner has other uses for the one and refuses the other. */
function toCroner(field: string, position: number): string {
  const max = [59, 23, 31, 12, 6][position];
  return field.replace(/\?/g, "*").replace(/(^|,)(\w+)\//g, (_, comma, from) => `${comma}${from}-${max}/`);
}

/** Mirrors cron.ConstantDelaySchedule: whole seconds, at least one. */
function everySchedule(ms: number): Schedule {
  const step = Math.max(1000, Math.floor(ms / 1000) * 1000);
  return { next: (after) => Math.floor((after + step) / 1000) * 1000 };
}

/** The latest start between `earliest` and `now`; undefined where none is due. Mirrors mostRecentScheduleTime. */
export function latestUnmet(schedule: Schedule, earliest: Instant, now: Instant): Unmet | undefined {
  const first = schedule.next(earliest);
  if (first === undefined || first > now) return undefined;
  const second = schedule.next(first);
  if (second === undefined || second > now) return { latest: first, tooMany: false };
  const between = second - first;
  const missed = Math.floor((now - first) / between) + 1;
  let latest = first;
  // Regular schedules are reckoned up to one start before the end; the rest, and irregular ones, step by step.
  let next = schedule.next(first + (missed - 2) * between);
  for (; next !== undefined && next <= now; next = schedule.next(next)) latest = next;
  return { latest, tooMany: missed > TOO_MANY };
}

import { type Instant, parseTime } from "../../../machinery/time.ts";

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const pad = (n: number, width = 2): string => String(n).padStart(width, "0");

interface Parts {
  readonly date: Date;
  readonly offsetMinutes: number;
}

/** The wall clock of the machine at that time: kubectl shows times in the user's own zone. */
function localParts(at: Instant): Parts {
  const offsetMinutes = -new Date(at).getTimezoneOffset();
  return { date: new Date(at + offsetMinutes * 60_000), offsetMinutes };
}

function zone(offsetMinutes: number): string {
  const minutes = Math.abs(offsetMinutes);
  return `${offsetMinutes < 0 ? "-" : "+"}${pad(Math.trunc(minutes / 60))}${pad(minutes % 60)}`;
}

const clock = (d: Date): string => `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;

/** "Fri, 20 Nov 2026 08:11:02 +0000", in the user's zone. Mirrors Time.Format(time.RFC1123Z). */
export function rfc1123(time: string | undefined | null): string {
  const at = parseTime(time);
  if (Number.isNaN(at)) return "Mon, 01 Jan 0001 00:00:00 +0000";
  const { date, offsetMinutes } = localParts(at);
  const day = `${days[date.getUTCDay()]}, ${pad(date.getUTCDate())} ${months[date.getUTCMonth()]} ${pad(date.getUTCFullYear(), 4)}`;
  return `${day} ${clock(date)} ${zone(offsetMinutes)}`;
}

/** "2026-11-20 08:11:40 +0000 UTC", in the user's zone. Mirrors Time.String; zones other than UTC are named by their offset. */
export function goTimeText(time: string | undefined | null): string {
  const at = parseTime(time);
  if (Number.isNaN(at)) return "0001-01-01 00:00:00 +0000 UTC";
  const { date, offsetMinutes } = localParts(at);
  const offset = zone(offsetMinutes);
  const name = offsetMinutes === 0 ? "UTC" : offset.replace(/00$/, "");
  return `${pad(date.getUTCFullYear(), 4)}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())} ${clock(date)} ${offset} ${name}`;
}

import type { Run } from "../../runtime/machine/process.ts";
import { type Applet, badOption, complain, isGnu, parseOptions, print } from "./lib.ts";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
];
const pad = (n: number, width = 2, fill = "0"): string => String(n).padStart(width, fill);

/** strftime in UTC. */
export function formatDate(at: number, format: string): string {
  const d = new Date(Math.floor(at));
  return format.replace(/%([-_0^#]?)([a-zA-Z%])|%(\d)N/g, (whole, flag: string, c: string, digits: string) => {
    if (digits !== undefined) return nanoseconds(at).slice(0, Number(digits));
    const text = field(d, at, c);
    if (text === undefined) return whole;
    if (flag === "-") return text.replace(/^[0 ]+(?=.)/, "");
    if (flag === "^") return text.toUpperCase();
    return flag === "_" ? text.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length)) : text;
  });
}

function nanoseconds(at: number): string {
  return pad(Math.floor((((at % 1000) + 1000) % 1000) * 1e6), 9);
}

function week(d: Date, from: number): number {
  const yearDay = Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000);
  return Math.floor((yearDay + 7 - ((d.getUTCDay() - from + 7) % 7)) / 7);
}

function isoWeek(d: Date): { year: number; week: number } {
  const thursday = new Date(d.getTime() + (3 - ((d.getUTCDay() + 6) % 7)) * 86_400_000);
  const year = thursday.getUTCFullYear();
  return { year, week: 1 + Math.floor((thursday.getTime() - Date.UTC(year, 0, 1)) / 604_800_000) };
}

function field(d: Date, at: number, c: string): string | undefined {
  const hour = d.getUTCHours();
  const date = `${pad(d.getUTCMonth() + 1)}/${pad(d.getUTCDate())}/${pad(d.getUTCFullYear() % 100)}`;
  const time = `${pad(hour)}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
  switch (c) {
    case "%":
      return "%";
    case "n":
      return "\n";
    case "t":
      return "\t";
    case "Y":
      return pad(d.getUTCFullYear(), 4);
    case "C":
      return pad(Math.floor(d.getUTCFullYear() / 100));
    case "y":
      return pad(d.getUTCFullYear() % 100);
    case "m":
      return pad(d.getUTCMonth() + 1);
    case "d":
      return pad(d.getUTCDate());
    case "e":
      return pad(d.getUTCDate(), 2, " ");
    case "H":
      return pad(hour);
    case "k":
      return pad(hour, 2, " ");
    case "I":
      return pad(hour % 12 || 12);
    case "l":
      return pad(hour % 12 || 12, 2, " ");
    case "M":
      return pad(d.getUTCMinutes());
    case "S":
      return pad(d.getUTCSeconds());
    case "N":
      return nanoseconds(at);
    case "p":
      return hour < 12 ? "AM" : "PM";
    case "P":
      return hour < 12 ? "am" : "pm";
    case "s":
      return String(Math.floor(at / 1000));
    case "a":
      return DAYS[d.getUTCDay()]!.slice(0, 3);
    case "A":
      return DAYS[d.getUTCDay()]!;
    case "b":
      return MONTHS[d.getUTCMonth()]!.slice(0, 3);
    case "h":
      return MONTHS[d.getUTCMonth()]!.slice(0, 3);
    case "B":
      return MONTHS[d.getUTCMonth()]!;
    case "u":
      return String(d.getUTCDay() || 7);
    case "w":
      return String(d.getUTCDay());
    case "j":
      return pad(1 + Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000), 3);
    case "U":
      return pad(week(d, 0));
    case "W":
      return pad(week(d, 1));
    case "V":
      return pad(isoWeek(d).week);
    case "G":
      return String(isoWeek(d).year);
    case "F":
      return `${pad(d.getUTCFullYear(), 4)}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`;
    case "T":
      return time;
    case "X":
      return time;
    case "R":
      return time.slice(0, 5);
    case "D":
      return date;
    case "x":
      return date;
    case "r":
      return `${pad(hour % 12 || 12)}:${time.slice(3)} ${hour < 12 ? "AM" : "PM"}`;
    case "c":
      return formatDate(at, "%a %b %e %H:%M:%S %Y");
    case "z":
      return "+0000";
    case "Z":
      return "UTC";
    default:
      return undefined;
  }
}

const UNITS: Readonly<Record<string, number>> = {
  sec: 1,
  second: 1,
  min: 60,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  fortnight: 1_209_600,
};

/** The instant that a -d text names; undefined where it names none. */
export function parseDate(text: string, now: number): number | undefined {
  const trimmed = text.trim();
  if (/^@-?\d+(\.\d+)?$/.test(trimmed)) return Number(trimmed.slice(1)) * 1000;
  if (trimmed === "now" || trimmed === "today" || trimmed === "") return now;
  if (trimmed === "tomorrow") return now + 86_400_000;
  if (trimmed === "yesterday") return now - 86_400_000;
  const relative = /^([-+]?\s*\d+)\s*([a-z]+?)s?( ago)?$/.exec(trimmed);
  if (relative !== null && Object.hasOwn(UNITS, relative[2]!))
    return now + Number(relative[1]!.replace(/\s/g, "")) * UNITS[relative[2]!]! * 1000 * (relative[3] ? -1 : 1);
  const iso = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?)?(Z| UTC)?$/.exec(trimmed);
  if (iso === null) return undefined;
  const [, y, mo, day, h = "0", mi = "0", s = "0"] = iso;
  return Date.UTC(Number(y), Number(mo) - 1, Number(day), Number(h), Number(mi), Number(s));
}

/** date */
export const date: Applet = function* (process, args): Run {
  const options = parseOptions(args, "ud:r:s:R", {
    "date=": "d",
    utc: "u",
    universal: "u",
    "iso-8601": "I",
    "iso-8601=": "I",
    "rfc-3339=": "rfc",
    "rfc-email": "R",
    "reference=": "r",
  });
  const iso = args.find((arg) => /^-I[a-z]*$/.test(arg));
  if (options.bad !== undefined && iso === undefined) return yield* badOption(process, "date", options.bad);
  if (options.has("s")) {
    yield* complain(
      process,
      "date",
      isGnu(process) ? "cannot set date: Operation not permitted" : "can't set date: Operation not permitted",
    );
    return 1;
  }
  let at = process.time;
  const text = options.value("d");
  if (text !== undefined) {
    const parsed = parseDate(text, at);
    if (parsed === undefined) {
      yield* complain(process, "date", isGnu(process) ? `invalid date '${text}'` : `invalid date '${text}'`);
      return 1;
    }
    at = parsed;
  }
  const format = options.rest.find((arg) => arg.startsWith("+"));
  const gnu = isGnu(process) ? "%a %b %e %H:%M:%S %Z %Y" : "%a %b %e %H:%M:%S %Z %Y";
  const isoFormat = (how: string): string =>
    how === "seconds" || how === "s"
      ? "%Y-%m-%dT%H:%M:%S+00:00"
      : how === "minutes"
        ? "%Y-%m-%dT%H:%M+00:00"
        : "%Y-%m-%d";
  let chosen = format?.slice(1) ?? gnu;
  if (format === undefined && (iso !== undefined || options.has("I")))
    chosen = isoFormat(iso?.slice(2) ?? options.value("I") ?? "");
  else if (format === undefined && options.has("R")) chosen = "%a, %d %b %Y %H:%M:%S +0000";
  else if (format === undefined && options.has("rfc")) chosen = "%Y-%m-%d %H:%M:%S+00:00";
  yield* print(process, `${formatDate(at, chosen)}\n`);
  return 0;
};

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

const timeOf = (d: Date): string => `${pad(d.getUTCHours())}:${pad(d.getUTCMinutes())}:${pad(d.getUTCSeconds())}`;
const dayOf = (d: Date): string =>
  `${pad(d.getUTCMonth() + 1)}/${pad(d.getUTCDate())}/${pad(d.getUTCFullYear() % 100)}`;

const FIELDS: Readonly<Record<string, (d: Date, at: number) => string>> = {
  "%": () => "%",
  n: () => "\n",
  t: () => "\t",
  Y: (d) => pad(d.getUTCFullYear(), 4),
  C: (d) => pad(Math.floor(d.getUTCFullYear() / 100)),
  y: (d) => pad(d.getUTCFullYear() % 100),
  m: (d) => pad(d.getUTCMonth() + 1),
  d: (d) => pad(d.getUTCDate()),
  e: (d) => pad(d.getUTCDate(), 2, " "),
  H: (d) => pad(d.getUTCHours()),
  k: (d) => pad(d.getUTCHours(), 2, " "),
  I: (d) => pad(d.getUTCHours() % 12 || 12),
  l: (d) => pad(d.getUTCHours() % 12 || 12, 2, " "),
  M: (d) => pad(d.getUTCMinutes()),
  S: (d) => pad(d.getUTCSeconds()),
  N: (_, at) => nanoseconds(at),
  p: (d) => (d.getUTCHours() < 12 ? "AM" : "PM"),
  P: (d) => (d.getUTCHours() < 12 ? "am" : "pm"),
  s: (_, at) => String(Math.floor(at / 1000)),
  a: (d) => DAYS[d.getUTCDay()]!.slice(0, 3),
  A: (d) => DAYS[d.getUTCDay()]!,
  b: (d) => MONTHS[d.getUTCMonth()]!.slice(0, 3),
  h: (d) => MONTHS[d.getUTCMonth()]!.slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()]!,
  u: (d) => String(d.getUTCDay() || 7),
  w: (d) => String(d.getUTCDay()),
  j: (d) => pad(1 + Math.floor((d.getTime() - Date.UTC(d.getUTCFullYear(), 0, 1)) / 86_400_000), 3),
  U: (d) => pad(week(d, 0)),
  W: (d) => pad(week(d, 1)),
  V: (d) => pad(isoWeek(d).week),
  G: (d) => String(isoWeek(d).year),
  F: (d) => `${pad(d.getUTCFullYear(), 4)}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())}`,
  T: (d) => timeOf(d),
  X: (d) => timeOf(d),
  R: (d) => timeOf(d).slice(0, 5),
  D: (d) => dayOf(d),
  x: (d) => dayOf(d),
  r: (d) => `${pad(d.getUTCHours() % 12 || 12)}:${timeOf(d).slice(3)} ${d.getUTCHours() < 12 ? "AM" : "PM"}`,
  c: (_, at) => formatDate(at, "%a %b %e %H:%M:%S %Y"),
  z: () => "+0000",
  Z: () => "UTC",
};

function field(d: Date, at: number, c: string): string | undefined {
  return Object.hasOwn(FIELDS, c) ? FIELDS[c]!(d, at) : undefined;
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

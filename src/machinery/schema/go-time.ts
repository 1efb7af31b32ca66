/** Go's time.RFC3339 layout, which metav1.Time is read by. */
export const rfc3339 = "2006-01-02T15:04:05Z07:00";
/** metav1.MicroTime's layout. */
export const rfc3339Micro = "2006-01-02T15:04:05.000000Z07:00";

interface Cursor {
  rest: string;
  readonly fields: number[];
  offsetMinutes: number;
  nanos: number;
}

type Outcome = "bad" | { readonly range: string } | undefined;

/** One piece of a layout: a literal, or what reads a number off the value. */
interface Piece {
  readonly text: string;
  readonly read?: (cursor: Cursor) => Outcome;
}

const twoDigits =
  (fixed: boolean, range: string, min: number, max: number) =>
  (cursor: Cursor): Outcome => {
    const match = (fixed ? /^\d\d/ : /^\d\d?/).exec(cursor.rest);
    if (match === null) return "bad";
    cursor.rest = cursor.rest.slice(match[0].length);
    cursor.fields.push(Number(match[0]));
    return Number(match[0]) < min || Number(match[0]) > max ? { range } : undefined;
  };

function readYear(cursor: Cursor): Outcome {
  const match = /^\d{4}/.exec(cursor.rest);
  if (match === null) return "bad";
  cursor.rest = cursor.rest.slice(4);
  cursor.fields.push(Number(match[0]));
  return undefined;
}

function readZone(cursor: Cursor): Outcome {
  if (cursor.rest.startsWith("Z")) {
    cursor.rest = cursor.rest.slice(1);
    return undefined;
  }
  const match = /^([+-])(\d\d):(\d\d)/.exec(cursor.rest);
  if (match === null) return "bad";
  cursor.rest = cursor.rest.slice(6);
  if (Number(match[2]) > 24) return { range: "time zone offset hour" };
  if (Number(match[3]) > 60) return { range: "time zone offset minute" };
  cursor.offsetMinutes = (Number(match[2]) * 60 + Number(match[3])) * (match[1] === "-" ? -1 : 1);
  return undefined;
}

/** A fraction is accepted after the seconds even where the layout has none; a layout that has one wants exactly six digits. */
const readFraction =
  (pattern: RegExp, must: boolean) =>
  (cursor: Cursor): Outcome => {
    const match = pattern.exec(cursor.rest);
    if (match === null) return must ? "bad" : undefined;
    cursor.rest = cursor.rest.slice(match[0].length);
    cursor.nanos = Number(match[1]!.slice(0, 9).padEnd(9, "0"));
    return undefined;
  };

const upToSeconds: readonly Piece[] = [
  { text: "2006", read: readYear },
  { text: "-" },
  { text: "01", read: twoDigits(true, "month", 1, 12) },
  { text: "-" },
  { text: "02", read: twoDigits(true, "", 0, 99) },
  { text: "T" },
  { text: "15", read: twoDigits(false, "hour", 0, 23) },
  { text: ":" },
  { text: "04", read: twoDigits(true, "minute", 0, 59) },
  { text: ":" },
  { text: "05", read: twoDigits(true, "second", 0, 59) },
];
const zone: Piece = { text: "Z07:00", read: readZone };
const layouts: Readonly<Record<string, readonly Piece[]>> = {
  [rfc3339]: [...upToSeconds, { text: "05", read: readFraction(/^[.,](\d+)/, false) }, zone],
  [rfc3339Micro]: [...upToSeconds, { text: ".000000", read: readFraction(/^[.,](\d{6})/, true) }, zone],
};

/**
 * Reads a time: the instant in milliseconds (with microseconds as its fraction), or the text of Go's error
 * (`parsing time "x" as "2006-…": cannot parse "x" as "2006"`). Mirrors time.Parse for these two layouts.
 */
export function parseGoTime(value: string, layout: string): number | { readonly error: string } {
  const cursor: Cursor = { rest: value, fields: [], offsetMinutes: 0, nanos: 0 };
  for (const piece of layouts[layout]!) {
    const hold = cursor.rest;
    const outcome = piece.read === undefined ? literal(cursor, piece.text) : piece.read(cursor);
    if (outcome === undefined) continue;
    if (outcome !== "bad") return { error: `parsing time ${quote(value)}: ${outcome.range} out of range` };
    return {
      error: `parsing time ${quote(value)} as ${quote(layout)}: cannot parse ${quote(hold)} as ${quote(piece.text)}`,
    };
  }
  if (cursor.rest !== "") return { error: `parsing time ${quote(value)}: extra text: ${quote(cursor.rest)}` };
  const [year, month, day, hour, minute, second] = cursor.fields as [number, number, number, number, number, number];
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (day < 1 || at.getUTCDate() !== day) return { error: `parsing time ${quote(value)}: day out of range` };
  at.setUTCHours(hour, minute, second);
  return at.getTime() - cursor.offsetMinutes * 60_000 + Math.floor(cursor.nanos / 1000) / 1000;
}

function literal(cursor: Cursor, text: string): Outcome {
  if (!cursor.rest.startsWith(text)) return "bad";
  cursor.rest = cursor.rest.slice(text.length);
  return undefined;
}

const quote = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

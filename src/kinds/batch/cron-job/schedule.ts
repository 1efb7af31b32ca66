import { DurationError, parseGoDuration } from "../../../machinery/duration.ts";
import { isTimeZone } from "./time-zone.ts";

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: Readonly<Record<string, number>>;
}

const numbered = (names: string, from: number): Readonly<Record<string, number>> =>
  Object.fromEntries(names.split(" ").map((name, i) => [name, i + from]));

const fields: readonly Bounds[] = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31 },
  { min: 1, max: 12, names: numbered("jan feb mar apr may jun jul aug sep oct nov dec", 1) },
  { min: 0, max: 6, names: numbered("sun mon tue wed thu fri sat", 0) },
];
const descriptors = new Set(["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"]);

/** Why `schedule` is no cron expression, in the words of robfig/cron's ParseStandard; undefined where it is one. */
export function scheduleError(schedule: string): string | undefined {
  if (schedule === "") return "empty spec string";
  let text = schedule;
  if (text.startsWith("TZ=") || text.startsWith("CRON_TZ=")) {
    const blank = text.indexOf(" ");
    const zone = text.slice(text.indexOf("=") + 1, blank < 0 ? undefined : blank);
    if (!isTimeZone(zone)) return `provided bad location ${zone}: unknown time zone ${zone}`;
    text = blank < 0 ? "" : text.slice(blank).trim();
  }
  if (text.startsWith("@")) return descriptorError(text);
  const parts = text.split(/\s+/).filter(Boolean);
  if (parts.length !== fields.length) return `expected exactly 5 fields, found ${parts.length}: [${parts.join(" ")}]`;
  for (const [i, part] of parts.entries()) {
    const error = fieldError(part, fields[i]!);
    if (error) return error;
  }
  return undefined;
}

function descriptorError(text: string): string | undefined {
  if (descriptors.has(text)) return undefined;
  if (!text.startsWith("@every ")) return `unrecognized descriptor: ${text}`;
  try {
    parseGoDuration(text.slice("@every ".length));
    return undefined;
  } catch (error) {
    if (error instanceof DurationError) return `failed to parse duration ${text}: ${error.message}`;
    throw error;
  }
}

function fieldError(field: string, bounds: Bounds): string | undefined {
  for (const range of field.split(",").filter(Boolean)) {
    const error = rangeError(range, bounds);
    if (error) return error;
  }
  return undefined;
}

/** number | number "-" number [ "/" number ], or a star. Mirrors cron's getRange. */
function rangeError(expression: string, bounds: Bounds): string | undefined {
  const [range = "", ...steps] = expression.split("/");
  const [low = "", ...highs] = range.split("-");
  let start = bounds.min;
  let end = bounds.max;
  if (low !== "*" && low !== "?") {
    const first = intOrName(low, bounds);
    if (typeof first === "string") return first;
    start = first;
    if (highs.length > 1) return `too many hyphens: ${expression}`;
    const last = highs.length === 0 ? first : intOrName(highs[0]!, bounds);
    if (typeof last === "string") return last;
    end = last;
  }
  if (steps.length > 1) return `too many slashes: ${expression}`;
  let step = 1;
  if (steps.length === 1) {
    const parsed = parseInteger(steps[0]!);
    if (typeof parsed === "string") return parsed;
    step = parsed;
    // "N/step" means "N-max/step".
    if (highs.length === 0 && low !== "*" && low !== "?") end = bounds.max;
  }
  if (start < bounds.min) return `beginning of range (${start}) below minimum (${bounds.min}): ${expression}`;
  if (end > bounds.max) return `end of range (${end}) above maximum (${bounds.max}): ${expression}`;
  if (start > end) return `beginning of range (${start}) beyond end of range (${end}): ${expression}`;
  return step === 0 ? `step of range should be a positive number: ${expression}` : undefined;
}

function intOrName(text: string, bounds: Bounds): number | string {
  const name = text.toLowerCase();
  if (bounds.names && Object.hasOwn(bounds.names, name)) return bounds.names[name]!;
  return parseInteger(text);
}

function parseInteger(text: string): number | string {
  if (!/^[+-]?[0-9]+$/.test(text))
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`;
  if (text.length > 18)
    return `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`;
  const n = Number(text);
  return n < 0 ? `negative number (${n}) not allowed: ${text}` : n;
}

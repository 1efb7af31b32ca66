/** A scalar's short tag and value, as go-yaml v2 takes them from its text. */
export interface Resolved {
  readonly tag: "!!str" | "!!bool" | "!!int" | "!!float" | "!!null" | "!!timestamp" | "!!merge";
  readonly value: string | boolean | number | null;
}

const constants = new Map<string, Resolved>();
const define = (tag: Resolved["tag"], value: Resolved["value"], words: string): void => {
  for (const word of words.split(" ")) constants.set(word, { tag, value });
};
define("!!bool", true, "y Y yes Yes YES true True TRUE on On ON");
define("!!bool", false, "n N no No NO false False FALSE off Off OFF");
/** YAML 1.2's booleans, which go-yaml v3 keeps to when it reads into nodes. */
const modernBooleans = new Set("true True TRUE false False FALSE".split(" "));
define("!!null", null, "~ null Null NULL");
constants.set("", { tag: "!!null", value: null });
define("!!float", Number.NaN, ".nan .NaN .NAN");
define("!!float", Number.POSITIVE_INFINITY, ".inf .Inf .INF +.inf +.Inf +.INF");
define("!!float", Number.NEGATIVE_INFINITY, "-.inf -.Inf -.INF");

const floatPattern = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;

/** A whole number as strconv.ParseInt and ParseUint with base 0 take it: 0x, 0o, 0b and a leading 0 tell the base. */
function parseWhole(text: string): bigint | undefined {
  const match = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(text);
  if (match === null || text.length > 400) return undefined;
  const [, sign, hex, binary, octal, decimal] = match;
  const value =
    hex !== undefined
      ? BigInt(`0x${hex}`)
      : binary !== undefined
        ? BigInt(`0b${binary}`)
        : octal !== undefined
          ? BigInt(`0o${octal}`)
          : BigInt(decimal!);
  if (sign === "-") return value <= 2n ** 63n ? -value : undefined;
  // ParseUint takes no sign.
  return value < (sign === "+" ? 2n ** 63n : 2n ** 64n) ? value : undefined;
}

const daysIn = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

/** Whether go-yaml would read `text` as a point of time. */
export function isYamlTimestamp(text: string): boolean {
  const match =
    /^([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:([Tt ])([0-9]{1,2}):([0-9]{1,2}):([0-9]{1,2})(?:[.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?)?$/.exec(
      text,
    );
  if (match === null) return false;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 5, 6, 7].map((i) => Number(match[i] ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return false;
  if (hour > 23 || minute > 59 || second > 59) return false;
  const separator = match[4];
  // Behind a blank no zone can stand, behind a T it must.
  if (separator === undefined || separator === " ") return match[8] === undefined;
  const zone = /^[+-]([0-9]{2}):([0-9]{2})$/.exec(match[8] ?? "");
  if (zone !== null) return Number(zone[1]) <= 24 && Number(zone[2]) < 60;
  return match[8] === "Z";
}

function resolveNumber(text: string): Resolved | undefined {
  const plain = text.replaceAll("_", "");
  const whole = parseWhole(plain);
  if (whole !== undefined) return { tag: "!!int", value: Number(whole) };
  if (floatPattern.test(plain)) {
    const value = Number(plain);
    // ParseFloat refuses what is out of range.
    if (Number.isFinite(value)) return { tag: "!!float", value };
  }
  return undefined;
}

/** What a plain scalar means; `modern` leaves "yes", "on" and the like texts, as go-yaml v3 does. Mirrors go-yaml v2 resolve.go. */
export function resolveYaml(text: string, modern = false): Resolved {
  const string: Resolved = { tag: "!!str", value: text };
  const first = text[0] ?? "";
  if (text !== "" && !/^[-+0-9yYnNtTfFoO~.]/.test(first)) return string;
  const constant = constants.get(text);
  if (constant !== undefined)
    return modern && constant.tag === "!!bool" && !modernBooleans.has(text) ? string : constant;
  if (first === ".") {
    const value = /^\.[0-9]+([eE][-+]?[0-9]+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? { tag: "!!float", value } : string;
  }
  if (!/^[-+0-9]/.test(first)) return string;
  if (isYamlTimestamp(text)) return { tag: "!!timestamp", value: text };
  return resolveNumber(text) ?? string;
}

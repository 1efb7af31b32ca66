const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** An age as tables show it: "5m30s", "3d4h", "<invalid>" for the future. `ms` is in milliseconds. Mirrors duration.HumanDuration. */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / second);
  if (seconds < -1 || Number.isNaN(seconds)) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.trunc(ms / minute);
  if (minutes < 10) return joined(minutes, "m", seconds % 60, "s");
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.trunc(ms / hour);
  const days = Math.trunc(hours / 24);
  if (hours < 8) return joined(hours, "h", minutes % 60, "m");
  if (hours < 48) return `${hours}h`;
  if (hours < 24 * 8) return joined(days, "d", hours % 24, "h");
  if (hours < 24 * 365 * 2) return `${days}d`;
  const years = Math.trunc(days / 365);
  return hours < 24 * 365 * 8 ? joined(years, "y", days % 365, "d") : `${years}y`;
}

const joined = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big}${bigUnit}` : `${big}${bigUnit}${small}${smallUnit}`;

/** An age in its largest unit only. `ms` is in milliseconds. Mirrors duration.ShortHumanDuration. */
export function shortHumanDuration(ms: number): string {
  const seconds = Math.trunc(ms / second);
  if (seconds < -1 || Number.isNaN(seconds)) return "<invalid>";
  if (seconds < 0) return "0s";
  if (seconds < 60) return `${seconds}s`;
  if (ms < hour) return `${Math.trunc(ms / minute)}m`;
  const hours = Math.trunc(ms / hour);
  if (hours < 24) return `${hours}h`;
  return hours < 24 * 365 ? `${Math.trunc(hours / 24)}d` : `${Math.trunc(hours / 24 / 365)}y`;
}

/** What {@link parseGoDuration} throws; the message is Go's. */
export class DurationError extends Error {
  override readonly name = "DurationError";
}

const nanosOf = new Map<string, bigint>([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const maxNanos = 2n ** 63n;

// strconv.Quote is not quite what time uses: anything but printable ASCII becomes \xNN, byte by byte.
const quoted = (text: string): string =>
  `"${[...Buffer.from(text)]
    .map((b) => {
      if (b === 0x22 || b === 0x5c) return `\\${String.fromCharCode(b)}`;
      return b < 0x20 || b >= 0x80 ? `\\x${b.toString(16).padStart(2, "0")}` : String.fromCharCode(b);
    })
    .join("")}"`;

/** Reads "1h30m", "1.5s", "-2m": milliseconds. Throws {@link DurationError}. Mirrors time.ParseDuration. */
export function parseGoDuration(text: string): number {
  const invalid = (): DurationError => new DurationError(`time: invalid duration ${quoted(text)}`);
  const sign = text.startsWith("-") ? -1 : 1;
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return 0;
  if (rest === "") throw invalid();
  let nanos = 0n;
  while (rest !== "") {
    const number = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest)!;
    const [whole, fraction] = [number[1]!, number[2] ?? ""];
    if (whole === "" && fraction === "") throw invalid();
    if (whole.length > 30) throw invalid();
    rest = rest.slice(number[0].length);
    const unit = /^[^.0-9]*/.exec(rest)![0];
    if (unit === "") throw new DurationError(`time: missing unit in duration ${quoted(text)}`);
    rest = rest.slice(unit.length);
    const scale = nanosOf.get(unit);
    if (scale === undefined) throw new DurationError(`time: unknown unit ${quoted(unit)} in duration ${quoted(text)}`);
    const digits = fraction.slice(0, 18);
    nanos += BigInt(whole || "0") * scale + (BigInt(digits || "0") * scale) / 10n ** BigInt(digits.length);
    if (nanos > maxNanos || (nanos === maxNanos && sign > 0)) throw invalid();
  }
  return (sign * Number(nanos)) / 1e6;
}

const trimmed = (whole: bigint, fraction: bigint, width: number): string => {
  const digits = String(fraction).padStart(width, "0").replace(/0+$/, "");
  return digits === "" ? String(whole) : `${whole}.${digits}`;
};

/** "1h0m0s", "1.5s", "250ms", "0s". `ms` is in milliseconds. Mirrors time.Duration.String. */
export function formatGoDuration(ms: number): string {
  const signed = BigInt(Math.round(ms * 1e6));
  if (signed === 0n) return "0s";
  const sign = signed < 0n ? "-" : "";
  const nanos = signed < 0n ? -signed : signed;
  if (nanos < 1_000n) return `${sign}${nanos}ns`;
  if (nanos < 1_000_000n) return `${sign}${trimmed(nanos / 1_000n, nanos % 1_000n, 3)}µs`;
  if (nanos < 1_000_000_000n) return `${sign}${trimmed(nanos / 1_000_000n, nanos % 1_000_000n, 6)}ms`;
  const seconds = nanos / 1_000_000_000n;
  const tail = `${trimmed(seconds % 60n, nanos % 1_000_000_000n, 9)}s`;
  const minutes = seconds / 60n;
  if (minutes === 0n) return sign + tail;
  return minutes < 60n ? `${sign}${minutes}m${tail}` : `${sign}${minutes / 60n}h${minutes % 60n}m${tail}`;
}

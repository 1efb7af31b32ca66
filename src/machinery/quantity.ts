/** The three ways in which a quantity is written: 12M, 12Mi, 12e6. */
export type QuantityFormat = "DecimalSI" | "BinarySI" | "DecimalExponent";

/**
 * resource.Quantity: an amount with its way of writing. Immutable.
 * `nanos` counts billionths, the smallest amount there is; `text` is kept where upstream keeps what was read.
 */
export interface Quantity {
  readonly nanos: bigint;
  readonly format: QuantityFormat;
  readonly text?: string;
}

/** What {@link parseQuantity} throws; the message is upstream's. */
export class QuantityError extends Error {
  override readonly name = "QuantityError";
}

export const quantityFormatError =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const suffixError = "unable to parse quantity's suffix";

const giga = 1_000_000_000n;
const maxInt64 = 9_223_372_036_854_775_807n;
// Beyond this an exponent tells no more: it keeps the arithmetic bounded whatever a manifest says.
const maxExponent = 600;

const decimalSuffixes = new Map([
  ["", 0],
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18],
]);
const binarySuffixes = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

interface Suffix {
  readonly format: QuantityFormat;
  readonly exponent: number;
}

function interpretSuffix(suffix: string): Suffix | undefined {
  const decimal = decimalSuffixes.get(suffix);
  if (decimal !== undefined) return { format: "DecimalSI", exponent: decimal };
  const binary = binarySuffixes.indexOf(suffix);
  if (binary > 0) return { format: "BinarySI", exponent: 10 * binary };
  if (!/^[eE][-+]?[0-9]+$/.test(suffix)) return undefined;
  const exponent = BigInt(suffix.slice(suffix[1] === "+" ? 2 : 1));
  if (exponent > maxInt64 || exponent < -maxInt64) return undefined;
  return { format: "DecimalExponent", exponent: Number(BigInt.asIntN(32, exponent)) };
}

interface Parts {
  readonly negative: boolean;
  readonly number: string;
  readonly fraction: string;
  readonly suffix: string;
}

// Scans as upstream does, which is laxer than the regular expression its error cites.
function split(text: string): Parts {
  const match = /^([+-]?)0*([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*[-+]?[0-9]*)$/.exec(text);
  if (match === null) throw new QuantityError(quantityFormatError);
  return { negative: match[1] === "-", number: match[2] || "0", fraction: match[3] ?? "", suffix: match[4]! };
}

const power = (base: bigint, exponent: number): bigint => base ** BigInt(exponent);
const divideUp = (a: bigint, b: bigint): bigint => {
  const quotient = a / b;
  if (a % b === 0n) return quotient;
  return a < 0n ? quotient - 1n : quotient + 1n;
};

// Upstream keeps the text as read where a quick look says that it is canonical already, even where it is not quite ("1.500", "+5").
function keepsText(parts: Parts, { format, exponent }: Suffix): boolean {
  const digits = parts.number.length + parts.fraction.length;
  if (format === "BinarySI") {
    const precise = 15 - parts.number.length - Math.trunc((exponent * 3) / 10) - 1 >= 0;
    return precise && parts.fraction === "" && BigInt(parts.number) % 8n !== 0n;
  }
  const scale = exponent - parts.fraction.length;
  const shifted = parts.number + parts.fraction;
  return digits <= 18 && scale >= -9 && scale % 3 === 0 && !shifted.endsWith("000") && !shifted.startsWith("0");
}

function magnitude(parts: Parts, { format, exponent }: Suffix): bigint {
  const mantissa = BigInt(parts.number + parts.fraction);
  if (mantissa === 0n) return 0n;
  const fraction = power(10n, parts.fraction.length);
  if (format === "BinarySI") {
    const nanos = divideUp(mantissa * power(2n, exponent) * giga, fraction);
    return nanos > maxInt64 * giga ? maxInt64 * giga : nanos;
  }
  const bounded = Math.max(-maxExponent, Math.min(maxExponent, exponent));
  const up = bounded + 9 - parts.fraction.length;
  return up >= 0 ? mantissa * power(10n, up) : divideUp(mantissa, power(10n, -up));
}

/** Reads a quantity as an object's JSON has it, a string or a number. Throws {@link QuantityError}. Mirrors resource.ParseQuantity. */
export function parseQuantity(value: string | number): Quantity {
  const text = typeof value === "number" ? String(value) : value;
  if (text === "" || text.length > 1000) throw new QuantityError(quantityFormatError);
  const parts = split(text);
  // Only zeros: what follows is not looked at.
  if (/^[+-]?0*$/.test(text)) return { nanos: 0n, format: "DecimalSI" };
  const suffix = interpretSuffix(parts.suffix);
  if (suffix === undefined) throw new QuantityError(suffixError);
  const positive = magnitude(parts, suffix);
  const nanos = parts.negative ? -positive : positive;
  if (keepsText(parts, suffix)) return { nanos, format: suffix.format, text };
  const small = suffix.format === "BinarySI" && positive > 0n && positive < giga;
  return { nanos, format: small ? "DecimalSI" : suffix.format };
}

/** As {@link parseQuantity}, but undefined where there is no quantity in `value`. */
export function tryParseQuantity(value: unknown): Quantity | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  try {
    return parseQuantity(value);
  } catch (error) {
    if (error instanceof QuantityError) return undefined;
    throw error;
  }
}

function formatDecimal(nanos: bigint, format: QuantityFormat): string {
  let amount = nanos;
  let exponent = -9;
  while (amount % 1000n === 0n) {
    amount /= 1000n;
    exponent += 3;
  }
  if (format === "DecimalExponent") return `${amount}${exponent === 0 ? "" : `e${exponent}`}`;
  for (const [suffix, e] of decimalSuffixes) if (e === exponent) return `${amount}${suffix}`;
  return String(amount); // Upstream has no suffix beyond E either, and loses the exponent.
}

function formatBinary(units: bigint): string {
  let amount = units;
  let index = 0;
  while (amount % 1024n === 0n && index < binarySuffixes.length - 1) {
    amount /= 1024n;
    index++;
  }
  return `${amount}${binarySuffixes[index]}`;
}

/** The canonical text: "500m", "1Gi". Mirrors resource.Quantity.String. */
export function formatQuantity(q: Quantity): string {
  if (q.text !== undefined) return q.text;
  if (q.nanos === 0n) return "0";
  if (q.format !== "BinarySI") return formatDecimal(q.nanos, q.format);
  const kibi = 1024n * giga;
  if ((q.nanos > -kibi && q.nanos < kibi) || q.nanos % giga !== 0n) return formatDecimal(q.nanos, "DecimalSI");
  return formatBinary(q.nanos / giga);
}

/** The text under which an apiserver stores what a manifest says ("1000m" is "1"). Throws {@link QuantityError}. */
export const canonicalQuantity = (value: string | number): string => formatQuantity(parseQuantity(value));

/** An amount of `value` whole units. */
export const newQuantity = (value: number | bigint, format: QuantityFormat = "DecimalSI"): Quantity => ({
  nanos: BigInt(value) * giga,
  format,
});

/** An amount of `value` thousandths. */
export const newMilliQuantity = (value: number | bigint, format: QuantityFormat = "DecimalSI"): Quantity => ({
  nanos: BigInt(value) * 1_000_000n,
  format,
});

export const zeroQuantity: Quantity = { nanos: 0n, format: "DecimalSI" };

/** Below zero where a < b, above where a > b. Mirrors Quantity.Cmp. */
export const compareQuantities = (a: Quantity, b: Quantity): number =>
  a.nanos < b.nanos ? -1 : a.nanos > b.nanos ? 1 : 0;

const formatOfSum = (a: Quantity, b: Quantity): QuantityFormat => (a.nanos === 0n ? b.format : a.format);

/** a + b, written as a is (as b where a is nothing). Mirrors Quantity.Add. */
export const addQuantities = (a: Quantity, b: Quantity): Quantity => ({
  nanos: a.nanos + b.nanos,
  format: formatOfSum(a, b),
});

/** a - b, written as a is (as b where a is nothing). Mirrors Quantity.Sub. */
export const subtractQuantities = (a: Quantity, b: Quantity): Quantity => ({
  nanos: a.nanos - b.nanos,
  format: formatOfSum(a, b),
});

/** a times a whole number. Mirrors Quantity.Mul. */
export const multiplyQuantity = (a: Quantity, by: number | bigint): Quantity => ({
  nanos: a.nanos * BigInt(by),
  format: a.format,
});

export const negateQuantity = (a: Quantity): Quantity => ({ nanos: -a.nanos, format: a.format });
export const isZeroQuantity = (a: Quantity): boolean => a.nanos === 0n;
export const quantitySign = (a: Quantity): number => (a.nanos > 0n ? 1 : a.nanos < 0n ? -1 : 0);
export const maxQuantity = (a: Quantity, b: Quantity): Quantity => (b.nanos > a.nanos ? b : a);
export const minQuantity = (a: Quantity, b: Quantity): Quantity => (b.nanos < a.nanos ? b : a);

/** The amount in units of 10^scale, rounded away from zero, exact as a bigint. Mirrors Quantity.ScaledValue. */
export function scaledQuantity(q: Quantity, scale: number): bigint {
  const down = scale + 9;
  return down >= 0 ? divideUp(q.nanos, power(10n, down)) : q.nanos * power(10n, -down);
}

/** The amount in whole units (bytes, CPUs, pieces), rounded away from zero. Mirrors Quantity.Value. */
export const quantityValue = (q: Quantity): number => Number(scaledQuantity(q, 0));

/** The amount in thousandths, rounded away from zero. Mirrors Quantity.MilliValue. */
export const quantityMilliValue = (q: Quantity): number => Number(scaledQuantity(q, -3));

/** The amount as a number that may be inexact. Mirrors Quantity.AsApproximateFloat64. */
export const quantityAsNumber = (q: Quantity): number => Number(q.nanos) / 1e9;

/** Rounded away from zero to a multiple of 10^scale; defaulting rounds resource lists to thousandths (-3). Mirrors Quantity.RoundUp. */
export function roundUpQuantity(q: Quantity, scale: number): Quantity {
  const unit = power(10n, Math.max(0, scale + 9));
  const nanos = divideUp(q.nanos, unit) * unit;
  return nanos === q.nanos ? q : { nanos, format: q.format };
}

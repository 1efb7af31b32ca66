import { goFloat64, goRune, goSyntax, sortedKeys } from "../codec/go-text.ts";
import { goQuote } from "../field-error.ts";
import { type GoValue, goOf, kindOf, valueText } from "./values.ts";

interface Spec {
  readonly verb: string;
  readonly minus: boolean;
  readonly plus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

// Beyond this fmt itself gives up on widths and precisions.
const tooLarge = 1_000_000;

function pad(text: string, spec: Spec, zeros = false): string {
  const missing = (spec.width ?? 0) - [...text].length;
  if (missing <= 0) return text;
  if (spec.minus) return text + " ".repeat(missing);
  if (!zeros || !spec.zero) return " ".repeat(missing) + text;
  const sign = /^[-+ ]/.exec(text)?.[0] ?? "";
  return sign + "0".repeat(missing) + text.slice(sign.length);
}

const signed = (negative: boolean, digits: string, spec: Spec): string =>
  `${negative ? "-" : spec.plus ? "+" : spec.space ? " " : ""}${digits}`;

function formatInt(n: number, spec: Spec): string | undefined {
  const value = BigInt(n);
  const magnitude = value < 0n ? -value : value;
  const bases: { readonly [verb: string]: number } = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
  const base = bases[spec.verb];
  if (base !== undefined) {
    let digits = magnitude.toString(base).padStart(Math.min(spec.precision ?? 0, tooLarge), "0");
    if (spec.verb === "O") digits = `0o${digits}`;
    else if (spec.sharp && base !== 10)
      digits = ({ 2: "0b", 8: "0", 16: "0x" } as Record<number, string>)[base] + digits;
    if (spec.verb === "X") digits = digits.toUpperCase();
    return pad(signed(value < 0n, digits, spec), spec, spec.precision === undefined);
  }
  const rune = n >= 0 && n <= 0x10ffff ? String.fromCodePoint(n) : "\ufffd";
  if (spec.verb === "c") return pad(rune, spec);
  if (spec.verb === "q") return pad(`'${rune === "'" ? "\\'" : goQuote(rune).slice(1, -1).replace('\\"', '"')}'`, spec);
  if (spec.verb === "U") return pad(spec.sharp ? goRune(rune) : goRune(rune).split(" ")[0]!, spec);
  return undefined;
}

const goExponent = (text: string): string => text.replace(/e([+-])(\d)$/, "e$10$2");

function general(n: number, precision: number | undefined): string {
  if (precision === undefined) return goFloat64(Math.abs(n));
  const digits = Math.max(1, Math.min(precision, 100));
  const exponent =
    n === 0
      ? 0
      : Number(
          Math.abs(n)
            .toExponential(digits - 1)
            .split("e")[1],
        );
  const text =
    exponent < -4 || exponent >= digits
      ? Math.abs(n).toExponential(digits - 1)
      : Math.abs(n).toFixed(Math.min(100, digits - 1 - exponent));
  return goExponent(text.includes(".") ? text.replace(/\.?0+(?=e|$)/, "") : text);
}

// Halves go to the even digit in Go, upwards in JavaScript.
function fixed(n: number, decimals: number): string {
  const exact = n.toFixed(Math.min(100, decimals + 30));
  const point = exact.indexOf(".");
  const kept = exact.slice(0, decimals === 0 ? point : point + 1 + decimals);
  const half = /^5?0*$/.test(exact.slice(point + 1 + decimals)) && exact[point + 1 + decimals] === "5";
  return half && /[02468]$/.test(kept) ? kept : n.toFixed(decimals);
}

function formatFloat(n: number, spec: Spec): string | undefined {
  const decimals = Math.min(spec.precision ?? 6, 100);
  const size = Math.abs(n);
  const texts: { readonly [verb: string]: () => string } = {
    v: () => general(n, spec.precision),
    g: () => general(n, spec.precision),
    G: () => general(n, spec.precision).toUpperCase(),
    f: () =>
      size < 1e21 ? fixed(size, decimals) : `${BigInt(size)}${decimals === 0 ? "" : `.${"0".repeat(decimals)}`}`,
    F: () => fixed(size, decimals),
    e: () => goExponent(size.toExponential(decimals)),
    E: () => goExponent(size.toExponential(decimals)).toUpperCase(),
  };
  const text = texts[spec.verb]?.();
  return text === undefined ? undefined : pad(signed(n < 0, text, spec), spec, true);
}

function formatString(s: string, spec: Spec): string | undefined {
  const cut = spec.precision === undefined ? s : [...s].slice(0, spec.precision).join("");
  if (spec.verb === "s" || spec.verb === "v") return pad(cut, spec);
  if (spec.verb === "q") return pad(goQuote(cut), spec);
  if (spec.verb !== "x" && spec.verb !== "X") return undefined;
  const bytes = Buffer.from(s).subarray(0, spec.precision).toString("hex");
  return pad(spec.verb === "X" ? bytes.toUpperCase() : bytes, spec);
}

const bad = (v: GoValue, verb: string): string => `%!${verb}(${v.type}=${valueText(v)})`;

function formatCollection(v: GoValue, spec: Spec): string {
  const each = (item: unknown): string =>
    item === null || item === undefined ? "<nil>" : formatValue(goOf(item), spec);
  if (Array.isArray(v.value)) return `[${v.value.map(each).join(" ")}]`;
  const object = v.value as { readonly [key: string]: unknown };
  return `map[${sortedKeys(object)
    .map((k) => `${each(k)}:${each(object[k])}`)
    .join(" ")}]`;
}

function formatValue(v: GoValue | undefined, spec: Spec): string {
  const { verb } = spec;
  if (verb === "T") return pad(v === undefined || kindOf(v) === "nil" ? "<nil>" : v.type, spec);
  if (v === undefined || kindOf(v) === "nil") return verb === "v" ? pad("<nil>", spec) : `%!${verb}(<nil>)`;
  if (verb === "v" && spec.sharp) return goSyntax(v.value);
  let text: string | undefined;
  if (kindOf(v) === "int") text = formatInt(v.value as number, spec);
  else if (kindOf(v) === "float") text = formatFloat(v.value as number, spec);
  else if (kindOf(v) === "string") text = formatString(v.value as string, spec);
  else if (kindOf(v) === "bool") text = verb === "t" || verb === "v" ? pad(String(v.value), spec) : undefined;
  else text = formatCollection(v, spec);
  return text ?? bad(v, verb);
}

const directive =
  /%([-+# 0]*)(?:\[(\d{1,9})\])?(\*|\d{1,9})?(?:\.(?:\[(\d{1,9})\])?(\*|\d{0,9}))?(?:\[(\d{1,9})\])?([\s\S]?)/uy;

/** The arguments of one call, taken in turn or by their number. */
class Arguments {
  readonly #values: readonly (GoValue | undefined)[];
  position = 0;
  reordered = false;

  constructor(values: readonly (GoValue | undefined)[]) {
    this.#values = values;
  }

  // Goes to the argument of that number; false where there is none.
  goTo(number: string | undefined): boolean {
    if (number === undefined) return true;
    this.reordered = true;
    const position = Number(number) - 1;
    if (position < 0 || position >= this.#values.length) return false;
    this.position = position;
    return true;
  }

  get has(): boolean {
    return this.position < this.#values.length;
  }

  take(): GoValue | undefined {
    return this.#values[this.position++];
  }

  // A width or precision that stands among the arguments.
  size(text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    if (text !== "*") return Math.min(Number(text), tooLarge);
    const v = this.has ? this.take() : undefined;
    return typeof v?.value === "number" && Math.abs(v.value) <= tooLarge ? v.value : Number.NaN;
  }

  get rest(): string {
    if (this.reordered || !this.has) return "";
    const texts = this.#values
      .slice(this.position)
      .map((v) => (v === undefined ? "<nil>" : `${v.type}=${valueText(v)}`));
    return `%!(EXTRA ${texts.join(", ")})`;
  }
}

function formatDirective(match: RegExpExecArray, args: Arguments): string {
  const [, flags, first, widthText, second, precisionText, third, verb] = match as unknown as string[];
  const firstThere = args.goTo(first);
  const width = args.size(widthText);
  const secondThere = args.goTo(second);
  const precision = args.size(precisionText);
  const there = args.goTo(third) && secondThere && firstThere;
  const problems = `${Number.isNaN(width) ? "%!(BADWIDTH)" : ""}${Number.isNaN(precision) ? "%!(BADPREC)" : ""}`;
  if (verb === "" || verb === undefined) return `${problems}%!(NOVERB)`;
  if (verb === "%") return `${problems}%`;
  if (!there) return `${problems}%!${verb}(BADINDEX)`;
  if (!args.has) return `${problems}%!${verb}(MISSING)`;
  const minus = flags!.includes("-") || (width ?? 0) < 0;
  const spec: Spec = {
    verb,
    minus,
    plus: flags!.includes("+"),
    sharp: flags!.includes("#"),
    space: flags!.includes(" "),
    zero: flags!.includes("0") && !minus,
    width: Number.isNaN(width) || width === undefined ? undefined : Math.abs(width),
    precision: Number.isNaN(precision) || precision === undefined || precision < 0 ? undefined : precision,
  };
  return problems + formatValue(args.take(), spec);
}

/** fmt.Sprintf over template values. */
export function sprintf(format: string, values: readonly (GoValue | undefined)[]): string {
  const args = new Arguments(values);
  let text = "";
  for (let i = 0; i < format.length; ) {
    const percent = format.indexOf("%", i);
    if (percent < 0) {
      text += format.slice(i);
      break;
    }
    text += format.slice(i, percent);
    directive.lastIndex = percent;
    const match = directive.exec(format)!;
    text += formatDirective(match, args);
    i = directive.lastIndex;
    // The expression is shared: a nested use would have moved it.
    directive.lastIndex = 0;
  }
  return text + args.rest;
}

/** fmt.Sprint: a blank between two operands of which neither is a string. */
export function sprint(values: readonly (GoValue | undefined)[]): string {
  let text = "";
  values.forEach((v, i) => {
    const before = values[i - 1];
    if (i > 0 && v?.type !== "string" && before?.type !== "string") text += " ";
    text += valueText(v);
  });
  return text;
}

/** fmt.Sprintln. */
export const sprintln = (values: readonly (GoValue | undefined)[]): string => `${values.map(valueText).join(" ")}\n`;

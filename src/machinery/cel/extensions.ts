import type { Environment } from "@marcbachmann/cel-js";
import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  quantityAsNumber,
  quantitySign,
  quantityValue,
  subtractQuantities,
  tryParseQuantity,
} from "../quantity.ts";

/** A resource.Quantity as an expression holds it. */
class CelQuantity {
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    this.quantity = quantity;
  }
}

const MAX_PATTERN = 1000;

function pattern(text: string, flags = ""): RegExp {
  if (text.length > MAX_PATTERN) throw new Error("regular expression is too long");
  return new RegExp(text, flags);
}

/** Kubernetes' and cel-go's libraries that the evaluator does not bring along: strings, lists, regular expressions, quantities. Mirrors apiserver/pkg/cel/library. */
export function registerExtensions(environment: Environment): void {
  registerStrings(environment);
  registerLists(environment);
  registerQuantities(environment);
  environment
    .registerFunction("isURL(string): bool", (text: string) =>
      /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/[^\s]+$|^\/[^\s]*$/.test(text),
    )
    .registerFunction("isIP(string): bool", (text: string) => isIpv4(text) || isIpv6(text));
}

const isIpv4 = (text: string): boolean =>
  /^(\d{1,3})(\.\d{1,3}){3}$/.test(text) && text.split(".").every((p) => Number(p) < 256 && String(Number(p)) === p);
const isIpv6 = (text: string): boolean =>
  /^[0-9a-fA-F:]{2,39}$/.test(text) && text.includes(":") && !text.includes(":::");

function registerStrings(environment: Environment): void {
  environment
    .registerFunction("string.charAt(int): string", (text: string, at: bigint) => text.charAt(Number(at)))
    .registerFunction("string.replace(string, string): string", (text: string, from: string, to: string) =>
      text.replaceAll(from, to),
    )
    .registerFunction("string.replace(string, string, int): string", replaceSome)
    .registerFunction("string.find(string): string", (text: string, p: string) => pattern(p).exec(text)?.[0] ?? "")
    .registerFunction("string.findAll(string): list<string>", (text: string, p: string) => [
      ...(text.match(pattern(p, "g")) ?? []),
    ])
    .registerFunction("string.format(list): string", (text: string, values: unknown[]) => formatText(text, values))
    .registerFunction("string.reverse(): string", (text: string) => [...text].reverse().join(""));
}

function replaceSome(text: string, from: string, to: string, limit: bigint): string {
  let left = limit < 0n ? Number.POSITIVE_INFINITY : Number(limit);
  return text.split(from).reduce((sum, part) => `${sum}${left-- > 0 ? to : from}${part}`);
}

/** %s, %d, %f and %% of cel-go's format. */
function formatText(text: string, values: readonly unknown[]): string {
  let next = 0;
  return text.replace(/%(?:\.(\d+))?([sdfex%])/g, (_all, digits: string | undefined, verb: string) => {
    if (verb === "%") return "%";
    const value = values[next++];
    if (verb === "f") return Number(value).toFixed(digits === undefined ? 6 : Number(digits));
    if (verb === "e") return Number(value).toExponential(digits === undefined ? 6 : Number(digits));
    if (verb === "x")
      return typeof value === "bigint" ? value.toString(16) : Buffer.from(String(value)).toString("hex");
    return shown(value);
  });
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(", ")}]`;
  if (value instanceof Map) return `{${[...value].map(([k, v]) => `${shown(k)}: ${shown(v)}`).join(", ")}}`;
  return String(value);
}

type Comparable = bigint | number | string;
const less = (a: Comparable, b: Comparable): boolean => a < b;

function registerLists(environment: Environment): void {
  environment
    .registerFunction("list.isSorted(): bool", (list: Comparable[]) =>
      list.every((v, i) => i === 0 || !less(v, list[i - 1]!)),
    )
    .registerFunction("list.sum(): dyn", (list: (bigint | number)[]) =>
      list.length === 0 ? 0n : list.reduce((a, b) => (a as any) + (b as any)),
    )
    .registerFunction("list.min(): dyn", (list: Comparable[]) => extreme(list, "min", less))
    .registerFunction("list.max(): dyn", (list: Comparable[]) => extreme(list, "max", (a, b) => less(b, a)))
    .registerFunction("list.indexOf(dyn): int", (list: unknown[], value: unknown) => BigInt(list.indexOf(value)))
    .registerFunction("list.lastIndexOf(dyn): int", (list: unknown[], value: unknown) =>
      BigInt(list.lastIndexOf(value)),
    );
}

function extreme(
  list: readonly Comparable[],
  name: string,
  before: (a: Comparable, b: Comparable) => boolean,
): Comparable {
  if (list.length === 0) throw new Error(`${name} called on empty list`);
  return list.reduce((a, b) => (before(b, a) ? b : a));
}

function registerQuantities(environment: Environment): void {
  const compare = (a: CelQuantity, b: CelQuantity): number => compareQuantities(a.quantity, b.quantity);
  environment
    .registerType("Quantity", { ctor: CelQuantity, fields: {} })
    .registerFunction("isQuantity(string): bool", (text: string) => tryParseQuantity(text) !== undefined)
    .registerFunction("quantity(string): Quantity", (text: string) => new CelQuantity(parseQuantity(text)))
    .registerFunction("Quantity.compareTo(Quantity): int", (a: CelQuantity, b: CelQuantity) =>
      BigInt(Math.sign(compare(a, b))),
    )
    .registerFunction("Quantity.isLessThan(Quantity): bool", (a: CelQuantity, b: CelQuantity) => compare(a, b) < 0)
    .registerFunction("Quantity.isGreaterThan(Quantity): bool", (a: CelQuantity, b: CelQuantity) => compare(a, b) > 0)
    .registerFunction("Quantity.sign(): int", (a: CelQuantity) => BigInt(quantitySign(a.quantity)))
    .registerFunction("Quantity.asInteger(): int", (a: CelQuantity) => BigInt(quantityValue(a.quantity)))
    .registerFunction("Quantity.asApproximateFloat(): double", (a: CelQuantity) => quantityAsNumber(a.quantity))
    .registerFunction(
      "Quantity.add(Quantity): Quantity",
      (a: CelQuantity, b: CelQuantity) => new CelQuantity(addQuantities(a.quantity, b.quantity)),
    )
    .registerFunction(
      "Quantity.sub(Quantity): Quantity",
      (a: CelQuantity, b: CelQuantity) => new CelQuantity(subtractQuantities(a.quantity, b.quantity)),
    );
}

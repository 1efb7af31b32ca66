import type { Environment } from "@marcbachmann/cel-js";
import {
  addQuantities,
  compareQuantities,
  newQuantity,
  parseQuantity,
  type Quantity,
  quantityAsNumber,
  quantityMilliValue,
  quantitySign,
  quantityValue,
  subtractQuantities,
  tryParseQuantity,
} from "../quantity.ts";
import { registerAuthorization } from "./libraries/authorization.ts";
import { registerCollections } from "./libraries/collections.ts";
import { registerComprehensions } from "./libraries/comprehensions.ts";
import { registerFormats } from "./libraries/formats.ts";
import { registerNetwork } from "./libraries/network.ts";

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
  registerQuantities(environment);
  registerCollections(environment);
  registerComprehensions(environment);
  registerNetwork(environment);
  registerFormats(environment);
  registerAuthorization(environment);
}

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
    .registerFunction("string.findAll(string, int): list<string>", (text: string, p: string, limit: bigint) => {
      const found = [...(text.match(pattern(p, "g")) ?? [])];
      return limit < 0n ? found : found.slice(0, Number(limit));
    })
    .registerFunction("string.format(list): string", (text: string, values: unknown[]) => formatText(text, values))
    .registerType("StringsNamespace", { ctor: StringsNamespace, fields: {} })
    .registerConstant("strings", "StringsNamespace", new StringsNamespace())
    .registerFunction("StringsNamespace.quote(string): string", (_: unknown, text: string) => JSON.stringify(text));
}

class StringsNamespace {}

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
    )
    .registerFunction(
      "Quantity.add(int): Quantity",
      (a: CelQuantity, b: bigint) => new CelQuantity(addQuantities(a.quantity, newQuantity(Number(b)))),
    )
    .registerFunction(
      "Quantity.sub(int): Quantity",
      (a: CelQuantity, b: bigint) => new CelQuantity(subtractQuantities(a.quantity, newQuantity(Number(b)))),
    )
    .registerFunction("Quantity.isInteger(): bool", (a: CelQuantity) => quantityMilliValue(a.quantity) % 1000 === 0)
    .registerOperator("Quantity == Quantity", (a: CelQuantity, b: CelQuantity) => compare(a, b) === 0);
}

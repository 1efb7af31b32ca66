import { GoLiteral, goQuote, goStringMap } from "../../machinery/field-error.ts";
import { formatQuantity, parseQuantity, type Quantity } from "../../machinery/quantity.ts";
import type { IntOrString, LabelSelector } from "../types/meta_v1.ts";

/** intstr.IntOrString as Go's %#v prints it. */
export const goIntOrString = (value: IntOrString): GoLiteral =>
  new GoLiteral(
    typeof value === "number"
      ? `intstr.IntOrString{Type:0, IntVal:${value}, StrVal:""}`
      : `intstr.IntOrString{Type:1, IntVal:0, StrVal:${goQuote(value)}}`,
  );

/** metav1.LabelSelector as Go's %#v prints it. */
export function goLabelSelector(selector: LabelSelector | undefined): string {
  const requirements = selector?.matchExpressions?.map(
    (r) =>
      `v1.LabelSelectorRequirement{Key:${goQuote(r.key)}, Operator:${goQuote(r.operator)}, Values:${goStrings(r.values)}}`,
  );
  const expressions = requirements ? `{${requirements.join(", ")}}` : "(nil)";
  return `v1.LabelSelector{MatchLabels:${goStringMap(selector?.matchLabels)}, MatchExpressions:[]v1.LabelSelectorRequirement${expressions}}`;
}

/** A []string, or a slice of a named string type, as Go's %#v prints it. */
export const goStrings = (values: readonly string[] | undefined, type = "string"): string =>
  values ? `[]${type}{${values.map(goQuote).join(", ")}}` : `[]${type}(nil)`;

/** A []byte as Go's %#v prints it. */
export const goBytes = (bytes: Uint8Array): GoLiteral =>
  new GoLiteral(`[]byte{${[...bytes].map((b) => `0x${b.toString(16)}`).join(", ")}}`);

/** A named string that has a String method (core.ResourceName): Go shows it bare. */
export const goBare = (text: string): GoLiteral => new GoLiteral(text);

/** A struct or pointer's address where Go prints one: it differs from run to run upstream, so any will do. */
export const goPointer = (type: string, value: unknown): string =>
  value === undefined || value === null ? `(*${type})(nil)` : `(*${type})(0xc000a1e2d0)`;

/** resource.Quantity as Go's %#v prints it: an int64 with a decimal scale, the cached text, the format. */
export function goQuantity(value: string | number): GoLiteral {
  const quantity = parseQuantity(value);
  const text = formatQuantity(quantity);
  const { amount, scale } = int64Amount(quantity, text);
  return new GoLiteral(
    `resource.Quantity{i:resource.int64Amount{value:${amount}, scale:${scale}}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:${goQuote(text)}, Format:${goQuote(quantity.format)}}`,
  );
}

const scales: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

function int64Amount(quantity: Quantity, text: string): { amount: bigint; scale: number } {
  const scale = quantity.format === "DecimalSI" ? (scales[text.at(-1)!] ?? 0) : 0;
  const unit = 10n ** BigInt(scale + 9);
  return quantity.nanos % unit === 0n
    ? { amount: quantity.nanos / unit, scale }
    : { amount: quantity.nanos, scale: -9 };
}

import type { IntOrString } from "../../kinds/types/meta_v1.ts";

/** The number that an int-or-percent stands for out of `total`; percentages round up or down. Mirrors intstr.GetScaledValueFromIntOrPercent; NaN where the text is no percentage. */
export function scaledValue(value: IntOrString | undefined, total: number, roundUp: boolean): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return value;
  const match = /^(\d{1,9})%$/.exec(value);
  if (match === null) return /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  const exact = (Number(match[1]) * total) / 100;
  return roundUp ? Math.ceil(exact) : Math.floor(exact);
}

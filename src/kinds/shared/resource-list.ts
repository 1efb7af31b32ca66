import type { JsonObject } from "../../machinery/object.ts";
import {
  addQuantities,
  formatQuantity,
  maxQuantity,
  type Quantity,
  tryParseQuantity,
} from "../../machinery/quantity.ts";

/** A ResourceList, its quantities parsed. */
export type ResourceAmounts = Readonly<Record<string, Quantity>>;

/** Parses a ResourceList; what is no quantity (validation's to name) is left out. */
export function resourceAmounts(list: Readonly<Record<string, unknown>> | undefined): Record<string, Quantity> {
  const amounts: Record<string, Quantity> = {};
  for (const name of Object.keys(list ?? {})) {
    const quantity = tryParseQuantity(list![name]);
    if (quantity !== undefined) amounts[name] = quantity;
  }
  return amounts;
}

/** The sum, name by name. */
export function addAmounts(a: ResourceAmounts, b: ResourceAmounts): Record<string, Quantity> {
  const sum: Record<string, Quantity> = { ...a };
  for (const name of Object.keys(b))
    sum[name] = sum[name] === undefined ? b[name]! : addQuantities(sum[name], b[name]!);
  return sum;
}

/** The greater of both, name by name. */
export function maxAmounts(a: ResourceAmounts, b: ResourceAmounts): Record<string, Quantity> {
  const max: Record<string, Quantity> = { ...a };
  for (const name of Object.keys(b)) max[name] = max[name] === undefined ? b[name]! : maxQuantity(max[name], b[name]!);
  return max;
}

/** Back to a ResourceList. */
export const toResourceList = (amounts: ResourceAmounts): Record<string, string> =>
  Object.fromEntries(Object.entries(amounts).map(([name, q]) => [name, formatQuantity(q)]));

/** What a pod asks for, or may use at most: containers and sidecars together, or the init phase where that needs more, and overhead. Mirrors component-helpers/resource PodRequests and PodLimits. */
export function podAmounts(spec: JsonObject, field: "requests" | "limits"): Record<string, Quantity> {
  const of = (c: JsonObject): Record<string, Quantity> => resourceAmounts(c.resources?.[field]);
  let sum: Record<string, Quantity> = {};
  for (const c of (spec.containers ?? []) as JsonObject[]) sum = addAmounts(sum, of(c));
  let sidecars: Record<string, Quantity> = {};
  let initial: Record<string, Quantity> = {};
  for (const c of (spec.initContainers ?? []) as JsonObject[]) {
    const own = of(c);
    if (c.restartPolicy === "Always") {
      sum = addAmounts(sum, own);
      sidecars = addAmounts(sidecars, own);
      initial = maxAmounts(initial, sidecars);
    } else initial = maxAmounts(initial, addAmounts(sidecars, own));
  }
  sum = maxAmounts(sum, initial);
  if (spec.overhead === undefined) return sum;
  const overhead = resourceAmounts(spec.overhead);
  // Overhead adds to a limit only where there is one.
  if (field === "limits") for (const name of Object.keys(overhead)) if (sum[name] === undefined) delete overhead[name];
  return addAmounts(sum, overhead);
}

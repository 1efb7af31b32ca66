import { parseQuantity, quantityMilliValue, quantityValue } from "../../../machinery/quantity.ts";
import type { Container, Pod } from "../../types/core_v1.ts";

/** Amounts by resource name: cpu in millicores, everything else in its own unit (bytes, pieces). */
export type Amounts = ReadonlyMap<string, number>;
type Draft = Map<string, number>;

type Quantities = Readonly<Record<string, string | number>> | undefined;

/** The amounts of a ResourceList. */
export function amounts(list: Quantities): Amounts {
  const result: Draft = new Map();
  for (const name of Object.keys(list ?? {})) {
    const quantity = parseQuantity(list?.[name] as string);
    result.set(name, name === "cpu" ? quantityMilliValue(quantity) : quantityValue(quantity));
  }
  return result;
}

/** Adds `more` to `sum`. */
export function addAmounts(sum: Draft, more: Amounts): void {
  for (const [name, value] of more) sum.set(name, (sum.get(name) ?? 0) + value);
}

function raiseTo(sum: Draft, other: Amounts): void {
  for (const [name, value] of other) sum.set(name, Math.max(sum.get(name) ?? 0, value));
}

/** What the scheduler takes a container without requests to use when it compares nodes. */
const nonZeroDefaults = new Map([
  ["cpu", 100],
  ["memory", 200 * 1024 * 1024],
]);

function ofContainer(container: Container, nonZero: boolean): Amounts {
  const own = amounts(container.resources?.requests as Quantities);
  if (!nonZero) return own;
  const result = new Map(own);
  for (const [name, value] of nonZeroDefaults) if (!result.has(name)) result.set(name, value);
  return result;
}

function total(pod: Pod, nonZero: boolean): Amounts {
  const sum: Draft = new Map();
  for (const container of pod.spec?.containers ?? []) addAmounts(sum, ofContainer(container, nonZero));
  const sidecars: Draft = new Map();
  const initial: Draft = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = ofContainer(container, nonZero);
    if (container.restartPolicy === "Always") {
      addAmounts(sum, own);
      addAmounts(sidecars, own);
      raiseTo(initial, sidecars);
    } else {
      const together = new Map(sidecars);
      addAmounts(together, own);
      raiseTo(initial, together);
    }
  }
  raiseTo(sum, initial);
  addAmounts(sum, amounts(pod.spec?.overhead as Quantities));
  return sum;
}

// Pods from the lister are shared and never changed, so what follows from one can be kept with it.
const known = new WeakMap<object, { readonly requests: Amounts; readonly nonZero: Amounts }>();

function both(pod: Pod): { readonly requests: Amounts; readonly nonZero: Amounts } {
  const spec = pod.spec ?? pod;
  let found = known.get(spec);
  if (found === undefined) {
    found = { requests: total(pod, false), nonZero: total(pod, true) };
    known.set(spec, found);
  }
  return found;
}

/** What a pod asks of a node: its containers, or its init containers where those need more, and its overhead. Mirrors component-helpers/resource PodRequests. */
export const podRequests = (pod: Pod): Amounts => both(pod).requests;

/** The same with upstream's defaults (100m, 200Mi) for containers that ask for nothing: what scores count with. */
export const podNonZeroRequests = (pod: Pod): Amounts => both(pod).nonZero;

/** The host ports that a pod's containers (sidecars among them) take. */
export function hostPorts(
  pod: Pod,
): readonly { readonly port: number; readonly protocol: string; readonly ip: string }[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === "Always");
  return [...sidecars, ...(pod.spec?.containers ?? [])]
    .flatMap((container) => container.ports ?? [])
    .filter((port) => (port.hostPort ?? 0) > 0)
    .map((port) => ({ port: port.hostPort ?? 0, protocol: port.protocol ?? "TCP", ip: port.hostIP || "0.0.0.0" }));
}

import {
  addQuantities,
  compareQuantities,
  parseQuantity,
  type Quantity,
  zeroQuantity,
} from "../../../machinery/quantity.ts";
import type { Container, Pod, PodStatus } from "../../types/core_v1.ts";

/** Amounts by the name of their resource. */
export type ResourceAmounts = Map<string, Quantity>;
type ResourceList = Readonly<Record<string, string | number>> | undefined;

const parsed = (list: ResourceList): ResourceAmounts =>
  new Map(Object.entries(list ?? {}).map(([name, amount]) => [name, parseQuantity(amount)]));

/** Adds `more` to `sum`, in place. */
export function addAmounts(sum: ResourceAmounts, more: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of more) {
    const before = sum.get(name);
    sum.set(name, before === undefined ? amount : addQuantities(before, amount));
  }
}

function raiseTo(sum: ResourceAmounts, other: ReadonlyMap<string, Quantity>): void {
  for (const [name, amount] of other)
    if (compareQuantities(amount, sum.get(name) ?? zeroQuantity) > 0 || !sum.has(name)) sum.set(name, amount);
}

/** What containers run with, and what init containers need before: sidecars count for both. */
function total(pod: Pod, of: (container: Container) => ResourceAmounts): ResourceAmounts {
  const sum: ResourceAmounts = new Map();
  for (const container of pod.spec?.containers ?? []) addAmounts(sum, of(container));
  const sidecars: ResourceAmounts = new Map();
  const initial: ResourceAmounts = new Map();
  for (const container of pod.spec?.initContainers ?? []) {
    const own = of(container);
    if (container.restartPolicy === "Always") {
      addAmounts(sum, own);
      addAmounts(sidecars, own);
      raiseTo(initial, sidecars);
    } else {
      addAmounts(own, sidecars);
      raiseTo(initial, own);
    }
  }
  raiseTo(sum, initial);
  return sum;
}

/** A resized container counts with what it has as long as the resize is under way. Mirrors kubectl/pkg/util/resource determineContainerReqs. */
function requestsOf(container: Container, status: PodStatus | undefined): ResourceAmounts {
  const wanted = parsed(container.resources?.requests);
  const own = status?.containerStatuses?.find((s) => s.name === container.name)?.resources?.requests;
  if (own === undefined) return wanted;
  const current = parsed(own);
  if (status?.resize === "Infeasible") return current;
  raiseTo(current, wanted);
  return current;
}

/** What a pod asks for, and what it may use. Mirrors kubectl/pkg/util/resource PodRequestsAndLimits. */
export function podRequestsAndLimits(pod: Pod): { requests: ResourceAmounts; limits: ResourceAmounts } {
  const requests = total(pod, (c) => requestsOf(c, pod.status));
  const limits = total(pod, (c) => parsed(c.resources?.limits));
  const overhead = parsed(pod.spec?.overhead);
  addAmounts(requests, overhead);
  for (const [name, amount] of overhead)
    if (limits.has(name)) limits.set(name, addQuantities(limits.get(name)!, amount));
  return { requests, limits };
}

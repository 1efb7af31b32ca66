import {
  addQuantities,
  compareQuantities,
  type Quantity,
  quantitySign,
  zeroQuantity,
} from "../../../machinery/quantity.ts";
import type { Container, Pod, ResourceRequirements } from "../../types/core_v1.ts";
import { quantityOf } from "./resources.ts";

const computeResources = ["cpu", "memory"] as const;

/** A pod's quality of service, from what it requests. Mirrors pkg/apis/core/helper/qos ComputePodQOS. */
export function podQosClass(pod: Pod): "Guaranteed" | "Burstable" | "BestEffort" {
  const podLevel = pod.spec?.resources;
  const lists: (ResourceRequirements | undefined)[] = hasAny(podLevel)
    ? [podLevel]
    : [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])].map((c: Container) => c.resources);
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let guaranteed = true;
  for (const resources of lists) {
    accumulate(requests, resources?.requests);
    const found = accumulate(limits, resources?.limits);
    if (found < computeResources.length) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return "BestEffort";
  const equal = [...requests].every(([name, q]) => limits.has(name) && compareQuantities(limits.get(name)!, q) === 0);
  return guaranteed && equal && requests.size === limits.size ? "Guaranteed" : "Burstable";
}

const hasAny = (resources: ResourceRequirements | undefined): boolean =>
  resources !== undefined &&
  Object.keys(resources.requests ?? {}).length + Object.keys(resources.limits ?? {}).length > 0;

function accumulate(sum: Map<string, Quantity>, list: Readonly<Record<string, string | number>> | undefined): number {
  let found = 0;
  for (const name of computeResources) {
    const quantity = quantityOf(list?.[name]);
    if (quantitySign(quantity) <= 0) continue;
    found++;
    sum.set(name, addQuantities(sum.get(name) ?? zeroQuantity, quantity));
  }
  return found;
}

import type { Container, Pod } from "../../kinds/types/core_v1.ts";
import { parseQuantity } from "../../machinery/quantity.ts";

const supported = ["cpu", "memory"] as const;

const positive = (value: unknown): boolean => {
  if (typeof value !== "string" && typeof value !== "number") return false;
  return parseQuantity(value).nanos > 0n;
};

/** Guaranteed, Burstable or BestEffort. Mirrors pkg/apis/core/v1/helper/qos ComputePodQOS. */
export function qosClass(pod: Pod): "Guaranteed" | "Burstable" | "BestEffort" {
  const containers: Container[] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  let any = false;
  let guaranteed = true;
  for (const { resources = {} } of containers) {
    for (const name of supported) {
      const request = resources.requests?.[name];
      const limit = resources.limits?.[name];
      if (positive(request) || positive(limit)) any = true;
      if (!positive(limit)) guaranteed = false;
      else if (request !== undefined && parseQuantity(request).nanos !== parseQuantity(limit as string).nanos)
        guaranteed = false;
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

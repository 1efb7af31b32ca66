import { podRequests } from "../../kinds/shared/scheduling/pod-requests.ts";
import type { Plugin } from "../framework.ts";
import { maxNodeScore } from "../framework.ts";

/** Prefers nodes whose CPU and memory would be used to the same degree. Mirrors plugins/noderesources/balanced_allocation.go. */
export const balancedAllocation: Plugin = {
  name: "NodeResourcesBalancedAllocation",
  weight: 1,
  preScore: (pod) => (podRequests(pod).size === 0 ? undefined : {}),
  score(pod, node) {
    const requests = podRequests(pod);
    const fractions: number[] = [];
    for (const name of ["cpu", "memory"]) {
      const capacity = node.allocatable.get(name) ?? 0;
      if (capacity === 0) continue;
      const used = (node.requested.get(name) ?? 0) + (requests.get(name) ?? 0);
      fractions.push(Math.min(1, used / capacity));
    }
    const [a = 0, b = a] = fractions;
    return Math.floor((1 - Math.abs(a - b) / 2) * maxNodeScore);
  },
};

import type { Amounts } from "../../kinds/shared/scheduling/pod-requests.ts";
import { podNonZeroRequests, podRequests } from "../../kinds/shared/scheduling/pod-requests.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";
import { maxNodeScore } from "../framework.ts";
import type { NodeInfo } from "../snapshot.ts";

/** A resource of which a node has too little. */
export interface Shortage {
  readonly resource: string;
  readonly reason: string;
  readonly requested: number;
  readonly used: number;
  readonly capacity: number;
}

/** Upstream checks these three first and in this order, then the others. */
const firstChecked = ["cpu", "memory", "ephemeral-storage"];

const get = (list: Amounts, name: string): number => list.get(name) ?? 0;

/** What a pod would be short of on a node. Mirrors plugins/noderesources/fit.go fitsRequest. */
export function shortages(pod: Pod, node: NodeInfo): Shortage[] {
  const result: Shortage[] = [];
  const most = get(node.allocatable, "pods");
  if (node.pods.length + 1 > most)
    result.push({ resource: "pods", reason: "Too many pods", requested: 1, used: node.pods.length, capacity: most });
  const requests = podRequests(pod);
  const others = [...requests.keys()].filter((name) => !firstChecked.includes(name)).sort();
  for (const resource of [...firstChecked, ...others]) {
    const requested = get(requests, resource);
    if (requested === 0) continue;
    const used = get(node.requested, resource);
    const capacity = get(node.allocatable, resource);
    if (requested > capacity - used)
      result.push({ resource, reason: `Insufficient ${resource}`, requested, used, capacity });
  }
  return result;
}

/** Whether the pod's requests fit beside the others', and how empty the node would stay (LeastAllocated). Mirrors plugins/noderesources/fit.go. */
export const nodeResourcesFit: Plugin = {
  name: "NodeResourcesFit",
  weight: 1,
  filter(pod, node) {
    const missing = shortages(pod, node);
    return missing.length === 0 ? undefined : { reasons: missing.map((s) => s.reason), unresolvable: false };
  },
  score(pod, node) {
    const requests = podNonZeroRequests(pod);
    let sum = 0;
    let weights = 0;
    for (const name of ["cpu", "memory"]) {
      const capacity = get(node.allocatable, name);
      if (capacity === 0) continue;
      const requested = get(node.nonZeroRequested, name) + get(requests, name);
      sum += requested > capacity ? 0 : Math.floor(((capacity - requested) * maxNodeScore) / capacity);
      weights += 1;
    }
    return weights === 0 ? 0 : Math.floor(sum / weights);
  },
};

import type { WorkloadFacet } from "../../definition.ts";
import { containerPorts } from "../../shared/workload.ts";
import type { Pod } from "../../types/core_v1.ts";

/** What set and expose know of pods: a pod is its own template. */
export const workload: WorkloadFacet<Pod> = {
  podTemplate: (pod) => pod,
  exposeSelector: ({ metadata }) => {
    if (Object.keys(metadata.labels ?? {}).length === 0) throw new Error("the pod has no labels and cannot be exposed");
    return { ...metadata.labels };
  },
  ports: (pod) => containerPorts(pod.spec),
};

import type { WorkloadFacet } from "../../definition.ts";
import { containerPorts, selectorAsMap, workloadSelector } from "../../shared/workload.ts";
import type { ReplicaSet } from "../../types/apps_v1.ts";

/** What set, expose, scale and logs know of replica sets. */
export const workload: WorkloadFacet<ReplicaSet> = {
  podTemplate: (set) => set.spec?.template,
  podSelector: (set) => workloadSelector(set.spec?.selector),
  exposeSelector: (set) => selectorAsMap(set.spec?.selector, "replicaset"),
  ports: (set) => containerPorts(set.spec?.template?.spec),
  scalable: true,
};

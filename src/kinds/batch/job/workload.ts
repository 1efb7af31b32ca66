import type { WorkloadFacet } from "../../definition.ts";
import { workloadSelector } from "../../shared/workload.ts";
import type { Job } from "../../types/batch_v1.ts";

/** What set and logs know of jobs. */
export const workload: WorkloadFacet<Job> = {
  podTemplate: (job) => job.spec?.template,
  podSelector: (job) => workloadSelector(job.spec?.selector),
};

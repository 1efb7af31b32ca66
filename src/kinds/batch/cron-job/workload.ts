import type { WorkloadFacet } from "../../definition.ts";
import type { CronJob } from "../../types/batch_v1.ts";

/** What set knows of cron jobs; they select no pods. */
export const workload: WorkloadFacet<CronJob> = {
  podTemplate: (cronJob) => cronJob.spec?.jobTemplate?.spec?.template,
};

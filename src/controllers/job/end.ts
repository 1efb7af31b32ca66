import type { Job } from "../../kinds/types/batch_v1.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import { findCondition } from "../shared/conditions.ts";
import { total } from "./indexes.ts";
import { completionsOf, isFailed, isIndexed } from "./job-pods.ts";
import type { JobRun } from "./manage.ts";
import { judgeFailure, metSuccessPolicy } from "./policies.ts";
import { activeDeadline } from "./status.ts";

/** Why a job is over, before its last pods are. */
export interface JobEnd {
  readonly type: "SuccessCriteriaMet" | "FailureTarget";
  readonly reason: string;
  readonly message: string;
}

const failed = (reason: string, message: string): JobEnd => ({ type: "FailureTarget", reason, message });

/** Whether the job ends now, and why; what was decided once stands. Mirrors the decisions of syncJob, in their order. */
export function finishedCondition(run: JobRun): JobEnd | undefined {
  return decided(run.job) ?? failurePolicy(run) ?? limits(run) ?? indexLimits(run) ?? successPolicy(run);
}

function decided({ status }: Job): JobEnd | undefined {
  for (const type of ["SuccessCriteriaMet", "FailureTarget"] as const) {
    const condition = findCondition(status?.conditions, type);
    if (condition?.status === "True") return { type, reason: condition.reason ?? "", message: condition.message ?? "" };
  }
  return undefined;
}

function failurePolicy({ job, pods }: JobRun): JobEnd | undefined {
  if (job.spec?.podFailurePolicy === undefined) return undefined;
  for (const pod of pods) {
    const verdict = isFailed(job, pod) ? judgeFailure(job, pod) : undefined;
    if (verdict?.action === "FailJob") return failed("PodFailurePolicy", verdict.message ?? "");
  }
  return undefined;
}

function limits(run: JobRun): JobEnd | undefined {
  const { job, context } = run;
  const limit = job.spec?.backoffLimit ?? 6;
  if (run.failed > limit || pastRestarts(job, run.pods, limit))
    return failed("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  const deadline = activeDeadline(job);
  if (deadline !== undefined && deadline <= context.now)
    return failed("DeadlineExceeded", "Job was active longer than specified deadline");
  return undefined;
}

/** Restarts in place count against the limit too. Mirrors pastBackoffLimitOnFailure. */
function pastRestarts(job: Job, pods: readonly Pod[], limit: number): boolean {
  if (job.spec?.template.spec?.restartPolicy !== "OnFailure") return false;
  let restarts = 0;
  for (const { status } of pods) {
    if (status?.phase !== "Running" && status?.phase !== "Pending") continue;
    for (const container of [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
      restarts += container.restartCount;
  }
  return limit === 0 ? restarts > 0 : restarts >= limit;
}

function indexLimits({ job, failedIndexes, succeededIndexes }: JobRun): JobEnd | undefined {
  if (!isIndexed(job) || job.spec?.backoffLimitPerIndex === undefined) return undefined;
  const { maxFailedIndexes } = job.spec;
  if (maxFailedIndexes !== undefined && total(failedIndexes) > maxFailedIndexes)
    return failed("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
  if (total(failedIndexes) > 0 && total(failedIndexes) + total(succeededIndexes) >= completionsOf(job))
    return failed("FailedIndexes", "Job has failed indexes");
  return undefined;
}

function successPolicy({ job, succeededIndexes }: JobRun): JobEnd | undefined {
  const message = isIndexed(job) ? metSuccessPolicy(job, succeededIndexes) : undefined;
  return message === undefined ? undefined : { type: "SuccessCriteriaMet", reason: "SuccessPolicy", message };
}

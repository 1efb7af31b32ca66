import type { Job } from "../../kinds/types/batch_v1.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import type { Instant } from "../../machinery/time.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { isConditionTrue } from "../shared/conditions.ts";
import { claim } from "../shared/owners.ts";
import { core } from "../shared/paths.ts";
import { deletePod } from "../shared/pod-control.ts";
import { again, isPodActive } from "../shared/pods.ts";
import { finishedCondition, type JobEnd } from "./end.ts";
import { formatIntervals, parseIntervals, total, withIndexes } from "./indexes.ts";
import {
  completionsOf,
  indexFailures,
  indexOf,
  isFailed,
  isIndexed,
  isTracked,
  TRACKING,
  untrack,
} from "./job-pods.ts";
import { type JobRun, manage } from "./manage.ts";
import { judgeFailure } from "./policies.ts";
import { activeDeadline, writeStatus } from "./status.ts";

const OWN = "kubernetes.io/job-controller";

/** Runs pods to completion and counts them. Mirrors pkg/controller/job/job_controller.go syncJob. */
export const jobController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const job = context.lister.get<Job>("batch", "jobs", namespace, name);
    if (job === undefined) {
      await releaseOrphans(context, namespace, name);
      return undefined;
    }
    if ((job.spec?.managedBy ?? OWN) !== OWN) return undefined;
    const pods = await claim(context, context.lister.list<Pod>("", "pods", namespace), {
      owner: job,
      selector: job.spec?.selector,
      at: core("pods", namespace),
      finalizers: [TRACKING],
    });
    if (isConditionTrue(job.status?.conditions, "Complete") || isConditionTrue(job.status?.conditions, "Failed")) {
      for (const pod of pods) await untrack(context, pod);
      return undefined;
    }
    return again(await sync(context, job, pods));
  },
};

/** Pods of a job that is gone need no counting. Mirrors syncOrphanPod. */
async function releaseOrphans(context: ReconcileContext, namespace: string, name: string): Promise<void> {
  for (const pod of context.lister.list<Pod>("", "pods", namespace)) {
    const owner = pod.metadata.ownerReferences?.find((r) => r.controller === true);
    const label = pod.metadata.labels?.["batch.kubernetes.io/job-name"];
    const ofJob = owner === undefined ? label === name : owner.kind === "Job" && owner.name === name;
    if (ofJob) await untrack(context, pod);
  }
}

/** Counts what ended since the last time. */
function countRun(context: ReconcileContext, job: Job, pods: readonly Pod[]): JobRun {
  const tracked = pods.filter(isTracked);
  const newSuccesses = tracked.filter((p) => p.status?.phase === "Succeeded");
  const newFailures = tracked.filter((p) => isFailed(job, p) && judgeFailure(job, p).action !== "Ignore");
  const completions = completionsOf(job);
  const before = parseIntervals(job.status?.completedIndexes, completions);
  const indexes = newSuccesses.map(indexOf).filter((index) => index >= 0 && index < completions);
  const succeededIndexes = isIndexed(job) ? withIndexes(before, indexes) : [];
  return {
    context,
    job,
    pods,
    active: pods.filter(isPodActive),
    succeeded: isIndexed(job) ? total(succeededIndexes) : (job.status?.succeeded ?? 0) + newSuccesses.length,
    failed: (job.status?.failed ?? 0) + newFailures.length,
    succeededIndexes,
    failedIndexes: failedIndexes(job, pods),
  };
}

/** Mirrors calculateFailedIndexes. */
function failedIndexes(job: Job, pods: readonly Pod[]): JobRun["failedIndexes"] {
  const limit = job.spec?.backoffLimitPerIndex;
  if (!isIndexed(job) || limit === undefined) return [];
  const isIgnored = (pod: Pod): boolean => judgeFailure(job, pod).action === "Ignore";
  const failed = pods.filter((pod) => {
    if (!isFailed(job, pod) || indexOf(pod) < 0 || indexOf(pod) >= completionsOf(job)) return false;
    return (
      judgeFailure(job, pod).action === "FailIndex" ||
      indexFailures(job, pods, indexOf(pod), isIgnored).failures > limit
    );
  });
  return withIndexes(parseIntervals(job.status?.failedIndexes, completionsOf(job)), failed.map(indexOf));
}

async function sync(context: ReconcileContext, job: Job, pods: readonly Pod[]): Promise<Instant | undefined> {
  const run = countRun(context, job, pods);
  let end: JobEnd | undefined = finishedCondition(run);
  let failure: { readonly error: unknown } | undefined;
  let backoff: Instant | undefined;
  if (end !== undefined) {
    for (const pod of run.active) await deletePod(context, job, pod);
  } else {
    try {
      if (job.metadata.deletionTimestamp === undefined) backoff = await manage(run);
    } catch (error) {
      failure = { error };
    }
    if (isDone(run)) end = { type: "SuccessCriteriaMet", reason: "CompletionsReached", message: REACHED };
  }
  for (const pod of pods)
    if (isTracked(pod) && (isFailed(job, pod) || pod.status?.phase === "Succeeded")) await untrack(context, pod);
  const written = await writeStatus(run, end, {
    ...(isIndexed(job) && run.succeededIndexes.length > 0
      ? { completedIndexes: formatIntervals(run.succeededIndexes) }
      : {}),
    ...(job.spec?.backoffLimitPerIndex === undefined ? {} : { failedIndexes: formatIntervals(run.failedIndexes) }),
  });
  if (failure !== undefined) throw failure.error;
  const deadline = end === undefined ? activeDeadline(written) : undefined;
  return backoff === undefined || (deadline !== undefined && deadline < backoff) ? deadline : backoff;
}

const REACHED = "Reached expected number of succeeded pods";

/** Whether enough pods succeeded and none runs. */
function isDone({ job, active, succeeded }: JobRun): boolean {
  if (active.length > 0) return false;
  return job.spec?.completions === undefined ? succeeded > 0 : succeeded >= job.spec.completions;
}

import type { Job } from "../../kinds/types/batch_v1.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { patchMetadata } from "../shared/owners.ts";
import { core } from "../shared/paths.ts";
import { isPodFinished, podCondition } from "../shared/pods.ts";

/** The finalizer that keeps a pod until the job has counted it. */
export const TRACKING = "batch.kubernetes.io/job-tracking";
export const INDEX = "batch.kubernetes.io/job-completion-index";
export const FAILURES = "batch.kubernetes.io/job-index-failure-count";
const FIRST_BACKOFF_MS = 10_000;
const LAST_BACKOFF_MS = 600_000;

export const isIndexed = (job: Job): boolean => job.spec?.completionMode === "Indexed";
export const completionsOf = (job: Job): number => job.spec?.completions ?? 0;
export const replacesFailedOnly = (job: Job): boolean => job.spec?.podReplacementPolicy === "Failed";
export const isTracked = (pod: Pod): boolean => (pod.metadata.finalizers ?? []).includes(TRACKING);
/** On its way out and not ended yet. Mirrors controller.IsPodTerminating. */
export const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined && !isPodFinished(pod);

/** A pod's completion index; -1 where it has none. */
export function indexOf(pod: Pod): number {
  const text = pod.metadata.annotations?.[INDEX];
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : -1;
}

/** Whether a pod counts as a failure: deleted ones do too, unless only failed ones are replaced. Mirrors isPodFailed. */
export function isFailed(job: Job, pod: Pod): boolean {
  if (pod.status?.phase === "Failed") return true;
  return !replacesFailedOnly(job) && pod.metadata.deletionTimestamp !== undefined && pod.status?.phase !== "Succeeded";
}

/** When a pod came to its end. Mirrors getFinishedTime. */
export function finishedAt(pod: Pod): Instant {
  const ends = (pod.status?.containerStatuses ?? [])
    .map((s) => parseTime(s.state?.terminated?.finishedAt))
    .filter((at) => !Number.isNaN(at));
  if (ends.length > 0) return Math.max(...ends);
  const ready = podCondition(pod, "Ready");
  if (ready?.status === "False" && ready.lastTransitionTime) return parseTime(ready.lastTransitionTime);
  const deleted = parseTime(pod.metadata.deletionTimestamp);
  if (!Number.isNaN(deleted)) return deleted - (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
  return parseTime(pod.metadata.creationTimestamp);
}

/** Until when no pod replaces a failed one: 10 s after the last failure, doubling with each in a row. Mirrors backoff_utils.go. */
export function backoffUntil(failures: number, lastFailure: Instant): Instant {
  if (failures === 0) return Number.NEGATIVE_INFINITY;
  return lastFailure + Math.min(LAST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures - 1, 30));
}

/** The back-off of a job as a whole: the failures since its last success. */
export function jobBackoff(job: Job, pods: readonly Pod[], isIgnored: (pod: Pod) => boolean): Instant {
  const ended = pods.filter((p) => p.status?.phase === "Succeeded" || (isFailed(job, p) && !isIgnored(p)));
  const lastSuccess = Math.max(
    Number.NEGATIVE_INFINITY,
    ...ended.filter((p) => p.status?.phase === "Succeeded").map(finishedAt),
  );
  const failures = ended.filter((p) => p.status?.phase !== "Succeeded" && finishedAt(p) > lastSuccess);
  return backoffUntil(failures.length, Math.max(Number.NEGATIVE_INFINITY, ...failures.map(finishedAt)));
}

/** How often an index has failed, by its last failed pod, and when that ended. Mirrors getNewIndexFailureCounts. */
export function indexFailures(
  job: Job,
  pods: readonly Pod[],
  index: number,
  isIgnored: (pod: Pod) => boolean,
): { readonly failures: number; readonly last: Pod | undefined } {
  const failed = pods.filter((p) => indexOf(p) === index && isFailed(job, p) && !isIgnored(p));
  const before = (p: Pod): number => Number(p.metadata.annotations?.[FAILURES] ?? 0) || 0;
  const last = failed.sort((a, b) => before(a) - before(b) || finishedAt(a) - finishedAt(b)).at(-1);
  return { failures: last === undefined ? 0 : before(last) + 1, last };
}

/** Lets go of a pod that has been counted, or needs no counting. */
export async function untrack(context: ReconcileContext, pod: Pod): Promise<void> {
  if (!isTracked(pod)) return;
  const finalizers = (pod.metadata.finalizers ?? []).filter((f) => f !== TRACKING);
  await patchMetadata(context, core("pods", pod.metadata.namespace), pod, { uid: pod.metadata.uid, finalizers });
}

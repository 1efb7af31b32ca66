import type { Job } from "../../kinds/types/batch_v1.ts";
import type { Container, Pod, PodTemplateSpec } from "../../kinds/types/core_v1.ts";
import { deepCopy } from "../../machinery/object.ts";
import type { Instant } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { createPod, deletePod, isNamespaceTerminating, podFromTemplate, slowStart } from "../shared/pod-control.ts";
import { deletionOrder, earliest } from "../shared/pods.ts";
import { has, type Intervals } from "./indexes.ts";
import {
  backoffUntil,
  completionsOf,
  FAILURES,
  finishedAt,
  INDEX,
  indexFailures,
  indexOf,
  isIndexed,
  isTerminating,
  jobBackoff,
  replacesFailedOnly,
  TRACKING,
  untrack,
} from "./job-pods.ts";
import { judgeFailure } from "./policies.ts";

/** A job with its pods and what has been counted of them. */
export interface JobRun {
  readonly context: ReconcileContext;
  readonly job: Job;
  readonly pods: readonly Pod[];
  readonly active: readonly Pod[];
  readonly succeeded: number;
  readonly failed: number;
  readonly succeededIndexes: Intervals;
  readonly failedIndexes: Intervals;
}

const MAX_PER_SYNC = 500;
const isIgnored = (job: Job) => (pod: Pod) => judgeFailure(job, pod).action === "Ignore";

/** Creates or deletes pods; answers when back-off ends. Mirrors manageJob. */
export async function manage(run: JobRun): Promise<Instant | undefined> {
  const { job, active, pods } = run;
  if (job.spec?.suspend === true) {
    await removePods(run, active);
    return undefined;
  }
  const terminating = replacesFailedOnly(job) ? pods.filter(isTerminating).length : 0;
  const wanted = wantedActive(run);
  const surplus = podsToRemove(run, Math.max(0, active.length + terminating - wanted));
  if (surplus.length > 0) {
    await removePods(run, surplus.slice(0, MAX_PER_SYNC));
    return undefined;
  }
  const missing = wanted - terminating - active.length;
  return missing > 0 ? addPods(run, Math.min(missing, MAX_PER_SYNC)) : undefined;
}

function wantedActive({ job, active, succeeded }: JobRun): number {
  const parallelism = job.spec?.parallelism ?? 1;
  if (job.spec?.completions === undefined) return succeeded > 0 ? active.length : parallelism;
  return Math.max(0, Math.min(job.spec.completions - succeeded, parallelism));
}

/** Duplicates of an index go first, then the less ready. Mirrors activePodsForRemoval. */
function podsToRemove({ context, job, active }: JobRun, count: number): Pod[] {
  const surplus: Pod[] = [];
  const seen = new Set<number>();
  const rest: Pod[] = [];
  for (const pod of active) {
    const index = indexOf(pod);
    const stray = isIndexed(job) && (index < 0 || index >= completionsOf(job) || seen.has(index));
    seen.add(index);
    (stray ? surplus : rest).push(pod);
  }
  const order = isIndexed(job) ? (a: Pod, b: Pod) => indexOf(b) - indexOf(a) : deletionOrder(() => 0, context.now);
  return [...surplus, ...rest.sort(order).slice(0, Math.max(0, count - surplus.length))];
}

/** Deletes pods that are not to be counted. Mirrors deleteJobPods. */
async function removePods({ context, job }: JobRun, pods: readonly Pod[]): Promise<void> {
  for (const pod of pods) {
    await untrack(context, pod);
    await deletePod(context, job, pod);
  }
}

async function addPods(run: JobRun, count: number): Promise<Instant | undefined> {
  const { context, job, pods } = run;
  const perIndex = job.spec?.backoffLimitPerIndex !== undefined;
  if (!perIndex) {
    const until = jobBackoff(job, pods, isIgnored(job));
    if (until > context.now) return until;
  }
  if (!isIndexed(job)) {
    await create(
      run,
      Array.from({ length: count }, () => undefined),
    );
    return undefined;
  }
  const pending = pendingIndexes(run, count);
  if (!perIndex) {
    await create(run, pending);
    return undefined;
  }
  const due = pending.map((index) => ({ index, at: indexBackoff(run, index) }));
  await create(
    run,
    due.filter(({ at }) => at <= context.now).map(({ index }) => index),
  );
  return earliest(...due.map(({ at }) => at).filter((at) => at > context.now));
}

function indexBackoff({ job, pods }: JobRun, index: number): Instant {
  const { failures, last } = indexFailures(job, pods, index, isIgnored(job));
  return last === undefined ? Number.NEGATIVE_INFINITY : backoffUntil(failures, finishedAt(last));
}

/** The first indexes that neither run nor are done. Mirrors firstPendingIndexes. */
function pendingIndexes(run: JobRun, count: number): number[] {
  const { job, active, pods, succeededIndexes, failedIndexes } = run;
  const taken = new Set(active.map(indexOf));
  if (replacesFailedOnly(job)) for (const pod of pods.filter(isTerminating)) taken.add(indexOf(pod));
  const pending: number[] = [];
  for (let index = 0; index < completionsOf(job) && pending.length < count; index++)
    if (!taken.has(index) && !has(succeededIndexes, index) && !has(failedIndexes, index)) pending.push(index);
  return pending;
}

async function create(run: JobRun, indexes: readonly (number | undefined)[]): Promise<void> {
  const { error } = await slowStart(indexes.length, async (i) => {
    await createPod(run.context, run.job, podOf(run, indexes[i]));
  });
  if (error !== undefined && !isNamespaceTerminating(error)) throw error;
}

function podOf({ job, pods }: JobRun, index: number | undefined): Pod {
  const template = deepCopy(job.spec!.template);
  const pod = podFromTemplate(index === undefined ? template : withIndexVariable(template), job);
  const { metadata } = pod;
  metadata.finalizers = [...(metadata.finalizers ?? []), TRACKING];
  if (index === undefined) return pod;
  metadata.annotations = { ...metadata.annotations, [INDEX]: String(index) };
  metadata.labels = { ...metadata.labels, [INDEX]: String(index) };
  metadata.generateName = `${job.metadata.name}-${index}-`;
  pod.spec!.hostname = `${job.metadata.name}-${index}`;
  if (job.spec?.backoffLimitPerIndex !== undefined)
    metadata.annotations[FAILURES] = String(indexFailures(job, pods, index, isIgnored(job)).failures);
  return pod;
}

/** Mirrors addCompletionIndexEnvVariables. */
function withIndexVariable(template: PodTemplateSpec): PodTemplateSpec {
  const variable = {
    name: "JOB_COMPLETION_INDEX",
    valueFrom: { fieldRef: { fieldPath: `metadata.labels['${INDEX}']` } },
  };
  const add = (container: Container): void => {
    if (!container.env?.some((e) => e.name === variable.name)) container.env = [...(container.env ?? []), variable];
  };
  for (const container of template.spec?.containers ?? []) add(container);
  for (const container of template.spec?.initContainers ?? []) add(container);
  return template;
}

import type { Job, JobCondition, JobStatus } from "../../kinds/types/batch_v1.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { findCondition, isConditionTrue } from "../shared/conditions.ts";
import { batch } from "../shared/paths.ts";
import { isPodActive, isPodReady } from "../shared/pods.ts";
import { isTerminating } from "./job-pods.ts";
import type { JobRun } from "./manage.ts";

/** When a running job is out of time. Mirrors pastActiveDeadline. */
export function activeDeadline(job: Job): Instant | undefined {
  const { activeDeadlineSeconds, suspend } = job.spec ?? {};
  const started = parseTime(job.status?.startTime);
  if (activeDeadlineSeconds === undefined || suspend === true || Number.isNaN(started)) return undefined;
  return started + activeDeadlineSeconds * 1000;
}

function condition(now: Instant, type: string, status: string, reason: string, message: string): JobCondition {
  const at = formatTime(now);
  return { type, status, lastProbeTime: at, lastTransitionTime: at, reason, message };
}

/** The conditions with one set, in its place if it is there. Mirrors ensureJobConditionStatus. */
function ensure(conditions: readonly JobCondition[], next: JobCondition): readonly JobCondition[] {
  const current = findCondition(conditions, next.type);
  if (current === undefined) return next.status === "False" ? conditions : [...conditions, next];
  const same = current.status === next.status && current.reason === next.reason && current.message === next.message;
  return same ? conditions : conditions.map((c) => (c === current ? next : c));
}

/** How a job's conditions change, and what is told of it. */
interface Verdict {
  readonly conditions: readonly JobCondition[];
  readonly event?: readonly ["Normal" | "Warning", string, string];
  readonly resumed?: boolean;
}

/** The Suspended condition. */
function suspension(run: JobRun): Verdict {
  const { job, context } = run;
  const before = job.status?.conditions ?? [];
  const conditions = ensure(
    before,
    job.spec?.suspend === true
      ? condition(context.now, "Suspended", "True", "JobSuspended", "Job suspended")
      : condition(context.now, "Suspended", "False", "JobResumed", "Job resumed"),
  );
  if (conditions === before) return { conditions };
  return job.spec?.suspend === true
    ? { conditions, event: ["Normal", "Suspended", "Job suspended"] }
    : { conditions, event: ["Normal", "Resumed", "Job resumed"], resumed: true };
}

type End = { readonly type: string; readonly reason: string; readonly message: string };

/** The interim condition at once, the last one when no pod is left that runs. Mirrors enactJobFinished. */
function ending(run: JobRun, end: End, terminating: number): Verdict {
  const { now } = run.context;
  const interim = ensure(run.job.status?.conditions ?? [], condition(now, end.type, "True", end.reason, end.message));
  if (terminating > 0) return { conditions: interim };
  const success = end.type === "SuccessCriteriaMet";
  const last = condition(now, success ? "Complete" : "Failed", "True", end.reason, end.message);
  const conditions = ensure(interim, last);
  return {
    conditions,
    event: success ? ["Normal", "Completed", "Job completed"] : ["Warning", end.reason, end.message],
  };
}

/** Writes counts and conditions; answers with the job as it is then. Mirrors trackJobStatusAndRemoveFinalizers. */
export async function writeStatus(run: JobRun, end: End | undefined, indexes: Partial<JobStatus>): Promise<Job> {
  const { context, job } = run;
  const { namespace, name } = job.metadata;
  const pods = context.lister.ownedBy<Pod>("", "pods", namespace, job.metadata.uid!);
  const active = pods.filter(isPodActive);
  const terminating = pods.filter(isTerminating).length;
  const verdict = end === undefined ? suspension(run) : ending(run, end, terminating);
  const status = countsOf(run, verdict, active, terminating, indexes);
  const latest = context.lister.get<Job>("batch", "jobs", namespace, name!);
  if (latest === undefined) return job;
  if (deepEqual(latest.status, status)) return latest;
  try {
    const at = batch("jobs", namespace);
    const written = await context.client.update<Job>(at, { ...latest, status }, { subresource: "status" });
    await tell(context, written, verdict, run.succeeded);
    return written;
  } catch (error) {
    if (isNotFound(error)) return job;
    throw error;
  }
}

function countsOf(
  { context, job, succeeded, failed }: JobRun,
  verdict: Verdict,
  active: readonly Pod[],
  terminating: number,
  indexes: Partial<JobStatus>,
): JobStatus {
  const completed = verdict.conditions.find((c) => c.type === "Complete" && c.status === "True");
  const completionTime = job.status?.completionTime ?? completed?.lastTransitionTime;
  const now = formatTime(context.now);
  const startTime = verdict.resumed ? now : (job.status?.startTime ?? (job.spec?.suspend === true ? undefined : now));
  return {
    ...(active.length > 0 ? { active: active.length } : {}),
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    ready: active.filter(isPodReady).length,
    terminating,
    ...(startTime === undefined ? {} : { startTime }),
    ...(completionTime === undefined ? {} : { completionTime }),
    ...(verdict.conditions.length > 0 ? { conditions: [...verdict.conditions] } : {}),
    ...indexes,
    uncountedTerminatedPods: {},
  };
}

async function tell(context: ReconcileContext, job: Job, verdict: Verdict, succeeded: number): Promise<void> {
  if (verdict.event === undefined) return;
  const target = { object: job };
  const done = isConditionTrue(job.status?.conditions, "Complete");
  if (done && job.spec?.completions !== undefined && succeeded > job.spec.completions) {
    const message = "Too many succeeded pods running after completion count reached";
    await context.events.event(target, "Warning", "TooManySucceededPods", message);
  }
  await context.events.event(target, ...verdict.event);
}

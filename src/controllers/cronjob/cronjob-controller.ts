import type { CronJob, CronJobStatus, Job } from "../../kinds/types/batch_v1.ts";
import type { ObjectReference } from "../../kinds/types/core_v1.ts";
import { deepCopy, deepEqual } from "../../machinery/object.ts";
import { isAlreadyExists, isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { controllerReference, isControlledBy } from "../shared/owners.ts";
import { batch } from "../shared/paths.ts";
import { errorText, isNamespaceTerminating } from "../shared/pod-control.ts";
import { again } from "../shared/pods.ts";
import { latestUnmet, parseSchedule, type Schedule } from "./schedule.ts";

/** A cron job at work: `status` is a draft, written at the end. */
interface Run {
  readonly context: ReconcileContext;
  readonly cronJob: CronJob;
  readonly status: CronJobStatus;
}

/** Starts jobs on schedule and tidies up after them. Mirrors pkg/controller/cronjob/cronjob_controllerv2.go. */
export const cronJobController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const cronJob = context.lister.get<CronJob>("batch", "cronjobs", namespace, name);
    if (cronJob === undefined) return undefined;
    const run: Run = { context, cronJob, status: deepCopy(cronJob.status ?? {}) };
    let next: Instant | undefined;
    try {
      await follow(run, jobsOf(run));
      await tidy(run, jobsOf(run));
      next = cronJob.metadata.deletionTimestamp === undefined ? await startDue(run) : undefined;
    } finally {
      await writeStatus(run);
    }
    return again(next);
  },
};

const jobsOf = ({ context, cronJob }: Run): readonly Job[] =>
  context.lister.ownedBy<Job>("batch", "jobs", cronJob.metadata.namespace, cronJob.metadata.uid!);

const endOf = (job: Job): string | undefined =>
  job.status?.conditions?.find((c) => (c.type === "Complete" || c.type === "Failed") && c.status === "True")?.type;

const tell = ({ context, cronJob }: Run, type: "Normal" | "Warning", reason: string, message: string): Promise<void> =>
  context.events.event({ object: cronJob }, type, reason, message);

function dropActive(status: CronJobStatus, uid: string | undefined): void {
  const active = (status.active ?? []).filter((r) => r.uid !== uid);
  if (active.length === 0) delete status.active;
  else status.active = active;
}

/** Notes which jobs ended, went missing or came from elsewhere. */
async function follow(run: Run, jobs: readonly Job[]): Promise<void> {
  const { status } = run;
  for (const job of jobs) {
    const { name, uid } = job.metadata;
    const end = endOf(job);
    const known = (status.active ?? []).some((r) => r.uid === uid);
    if (end === undefined && !known)
      await tell(run, "Warning", "UnexpectedJob", `Saw a job that the controller did not create or forgot: ${name}`);
    if (end === undefined) continue;
    if (known) {
      dropActive(status, uid);
      await tell(run, "Normal", "SawCompletedJob", `Saw completed job: ${name}, condition: ${end}`);
    }
    const completed = end === "Complete" ? job.status?.completionTime : undefined;
    if (completed && !(parseTime(completed) <= parseTime(status.lastSuccessfulTime)))
      status.lastSuccessfulTime = completed;
  }
  for (const { name, uid } of status.active ?? []) {
    if (jobs.some((job) => job.metadata.uid === uid)) continue;
    await tell(run, "Normal", "MissingJob", `Active job went missing: ${name}`);
    dropActive(status, uid);
  }
}

/** Deletes the oldest ended jobs beyond the history limits. Mirrors cleanupFinishedJobs. */
async function tidy(run: Run, jobs: readonly Job[]): Promise<void> {
  const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = run.cronJob.spec!;
  const started = (job: Job): string => `${job.status?.startTime ?? "~"} ${job.metadata.name}`;
  for (const [end, limit] of [
    ["Complete", successfulJobsHistoryLimit],
    ["Failed", failedJobsHistoryLimit],
  ] as const) {
    if (limit === undefined) continue;
    const ended = jobs.filter((job) => endOf(job) === end && job.metadata.deletionTimestamp === undefined);
    const sorted = [...ended].sort((a, b) => (started(a) < started(b) ? -1 : 1));
    for (const job of sorted.slice(0, Math.max(0, sorted.length - limit))) await deleteJob(run, job);
  }
}

async function deleteJob(run: Run, job: Job): Promise<boolean> {
  const { namespace, name, uid } = job.metadata;
  try {
    await run.context.client.delete(batch("jobs", namespace), name!, { propagationPolicy: "Background" });
  } catch (error) {
    if (!isNotFound(error)) {
      await tell(run, "Warning", "FailedDelete", `Deleted job: ${errorText(error)}`);
      return false;
    }
  }
  dropActive(run.status, uid);
  await tell(run, "Normal", "SuccessfulDelete", `Deleted job ${name}`);
  return true;
}

async function readSchedule(run: Run): Promise<Schedule | undefined> {
  const { schedule, timeZone } = run.cronJob.spec!;
  if (schedule.includes("TZ"))
    await tell(
      run,
      "Warning",
      "UnsupportedSchedule",
      `CRON_TZ or TZ used in schedule ${JSON.stringify(schedule)} is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`,
    );
  try {
    return parseSchedule(schedule, timeZone);
  } catch (error) {
    await tell(
      run,
      "Warning",
      "UnparseableSchedule",
      `unparseable schedule: ${JSON.stringify(schedule)} : ${errorText(error)}`,
    );
    return undefined;
  }
}

/** Starts what is due; answers with the next start. Mirrors the second half of syncCronJob. */
async function startDue(run: Run): Promise<Instant | undefined> {
  const { context, cronJob, status } = run;
  const { suspend, startingDeadlineSeconds, concurrencyPolicy } = cronJob.spec!;
  if (suspend === true) return undefined;
  const schedule = await readSchedule(run);
  if (schedule === undefined) return undefined;
  const next = schedule.next(context.now);
  const unmet = latestUnmet(schedule, earliestStart(run), context.now);
  if (unmet === undefined) return next;
  const { latest, tooMany } = unmet;
  if (tooMany)
    await tell(
      run,
      "Warning",
      "TooManyMissedTimes",
      "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
    );
  if (startingDeadlineSeconds !== undefined && latest + startingDeadlineSeconds * 1000 < context.now) {
    await tell(run, "Warning", "MissSchedule", `Missed scheduled time to start a job: ${rfc1123(latest)}`);
    return next;
  }
  const name = jobName(cronJob, latest);
  const active = status.active ?? [];
  if (active.some((r) => r.name === name) || parseTime(status.lastScheduleTime) === latest) return next;
  if (concurrencyPolicy === "Forbid" && active.length > 0) {
    await tell(
      run,
      "Normal",
      "JobAlreadyActive",
      "Not starting job because prior execution is running and concurrency policy is Forbid",
    );
    return next;
  }
  if (concurrencyPolicy === "Replace") await replaceActive(run);
  await start(run, name, latest);
  return next;
}

/** Mirrors the choice of earliestTime in mostRecentScheduleTime. */
function earliestStart({ context, cronJob, status }: Run): Instant {
  const { startingDeadlineSeconds } = cronJob.spec!;
  const last = parseTime(status.lastScheduleTime);
  const since = Number.isNaN(last) ? parseTime(cronJob.metadata.creationTimestamp) : last;
  if (startingDeadlineSeconds === undefined) return since;
  return Math.max(since, context.now - startingDeadlineSeconds * 1000);
}

const jobName = (cronJob: CronJob, at: Instant): string => `${cronJob.metadata.name}-${Math.floor(at / 60_000)}`;

async function replaceActive(run: Run): Promise<void> {
  for (const { namespace, name } of [...(run.status.active ?? [])]) {
    const job = run.context.lister.get<Job>("batch", "jobs", namespace, name!);
    if (job !== undefined && !(await deleteJob(run, job)))
      throw new Error(`could not replace job ${namespace}/${name}`);
  }
}

async function start(run: Run, name: string, at: Instant): Promise<void> {
  const { context, cronJob, status } = run;
  const { namespace } = cronJob.metadata;
  let job: Job;
  try {
    job = await context.client.create<Job>(batch("jobs", namespace), jobOf(cronJob, name, at));
  } catch (error) {
    const present = isAlreadyExists(error) ? context.lister.get<Job>("batch", "jobs", namespace, name) : undefined;
    if (present !== undefined && !isControlledBy(present, cronJob)) return;
    if (present === undefined) {
      if (!isNamespaceTerminating(error))
        await tell(run, "Warning", "FailedCreate", `Error creating job: ${errorText(error)}`);
      throw error;
    }
    job = present;
  }
  await tell(run, "Normal", "SuccessfulCreate", `Created job ${name}`);
  status.active = [...(status.active ?? []), referenceTo(job)];
  status.lastScheduleTime = formatTime(at);
}

const referenceTo = ({ metadata }: Job): ObjectReference => ({
  apiVersion: "batch/v1",
  kind: "Job",
  name: metadata.name,
  namespace: metadata.namespace,
  resourceVersion: metadata.resourceVersion,
  uid: metadata.uid,
});

/** Mirrors getJobFromTemplate2. */
function jobOf(cronJob: CronJob, name: string, at: Instant): Job {
  const { metadata, spec } = deepCopy(cronJob.spec!.jobTemplate);
  const annotations = { ...metadata?.annotations, "batch.kubernetes.io/cronjob-scheduled-timestamp": formatTime(at) };
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name,
      namespace: cronJob.metadata.namespace,
      ...(metadata?.labels === undefined ? {} : { labels: metadata.labels }),
      annotations,
      ownerReferences: [controllerReference(cronJob)],
    },
    spec,
  };
}

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Go's time.RFC1123Z, in UTC. */
function rfc1123(at: Instant): string {
  const d = new Date(at);
  const two = (n: number): string => String(n).padStart(2, "0");
  const clock = [d.getUTCHours(), d.getUTCMinutes(), d.getUTCSeconds()].map(two).join(":");
  return `${DAYS[d.getUTCDay()]}, ${two(d.getUTCDate())} ${MONTHS[d.getUTCMonth()]} ${d.getUTCFullYear()} ${clock} +0000`;
}

async function writeStatus({ context, cronJob, status }: Run): Promise<void> {
  const { namespace, name } = cronJob.metadata;
  const latest = context.lister.get<CronJob>("batch", "cronjobs", namespace, name!);
  if (latest === undefined || deepEqual(latest.status ?? {}, status)) return;
  try {
    await context.client.update(batch("cronjobs", namespace), { ...latest, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

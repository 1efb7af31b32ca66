import { expect, test } from "vitest";
import { latestUnmet, parseSchedule } from "../../../src/controllers/cronjob/schedule.ts";
import { formatIntervals, intervalsOf, parseIntervals } from "../../../src/controllers/job/indexes.ts";
import { registrations } from "../../../src/controllers/registry.ts";
import { batch, core } from "../../../src/controllers/shared/paths.ts";
import type { CronJob, Job } from "../../../src/kinds/types/batch_v1.ts";
import { deepCopy, type KubeObject } from "../../../src/machinery/object.ts";
import { formatTime } from "../../../src/machinery/time.ts";
import { FakeCluster } from "../../support/fake-cluster.ts";

const spec = (more: Partial<NonNullable<Job["spec"]>> = {}): NonNullable<Job["spec"]> => ({
  completions: 1,
  parallelism: 1,
  backoffLimit: 6,
  selector: { matchLabels: { "batch.kubernetes.io/job-name": "j" } },
  template: {
    metadata: { labels: { "batch.kubernetes.io/job-name": "j" } },
    spec: { restartPolicy: "Never", containers: [{ name: "c", image: "busybox" }] },
  },
  ...more,
});

async function run(more: Partial<NonNullable<Job["spec"]>>, outcome: FakeCluster["podOutcome"]): Promise<FakeCluster> {
  const c = new FakeCluster(registrations);
  c.podOutcome = outcome;
  await c.client.create<Job>(batch("jobs", "default"), {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "j" },
    spec: spec(more),
  });
  await c.settle();
  return c;
}

const status = (c: FakeCluster): KubeObject => c.get("batch", "jobs", "j").status;
const conditions = (c: FakeCluster): string[] =>
  (status(c).conditions ?? []).map((x: KubeObject) => `${x.type}=${x.status} ${x.reason}: ${x.message}`);
const messages = (c: FakeCluster): string[] =>
  c.events
    .filter((e) => e.about.startsWith("Job/"))
    .map((e) => `${e.type} ${e.reason} ${e.message.replace(/j-\S+/, "P")}`);

test("a job completes, is counted and told of", async () => {
  const c = await run({ completions: 3 }, () => "succeeded");
  expect(status(c)).toMatchObject({ active: 1, ready: 0, terminating: 0, uncountedTerminatedPods: {} });
  await c.advance(2000);
  expect(status(c)).toMatchObject({ succeeded: 3, ready: 0, completionTime: "2026-11-20T08:00:00Z" });
  expect(status(c).active).toBeUndefined();
  expect(conditions(c)).toEqual([
    "SuccessCriteriaMet=True CompletionsReached: Reached expected number of succeeded pods",
    "Complete=True CompletionsReached: Reached expected number of succeeded pods",
  ]);
  expect(messages(c)).toEqual([
    ...Array(3).fill("Normal SuccessfulCreate Created pod: P"),
    "Normal Completed Job completed",
  ]);
  expect(c.all("", "pods").flatMap((p) => p.metadata.finalizers ?? [])).toEqual([]);
  expect(c.nextDue()).toBeUndefined();
});

test("failures are retried with a back-off that doubles, up to the limit", async () => {
  const c = await run({ backoffLimit: 2 }, () => "failed");
  await c.advance(9000);
  expect(status(c)).toMatchObject({ failed: 1 });
  await c.advance(3000);
  expect(status(c)).toMatchObject({ failed: 2 });
  await c.advance(15_000);
  expect(c.all("", "pods")).toHaveLength(2);
  await c.advance(10_000);
  expect(status(c)).toMatchObject({ failed: 3 });
  expect(conditions(c)).toEqual([
    "FailureTarget=True BackoffLimitExceeded: Job has reached the specified backoff limit",
    "Failed=True BackoffLimitExceeded: Job has reached the specified backoff limit",
  ]);
  expect(messages(c).at(-1)).toBe("Warning BackoffLimitExceeded Job has reached the specified backoff limit");
});

test("a deadline ends a job, once its pods are gone", async () => {
  const c = await run({ activeDeadlineSeconds: 3 }, () => "ready");
  await c.advance(3000);
  expect(conditions(c)).toEqual(["FailureTarget=True DeadlineExceeded: Job was active longer than specified deadline"]);
  await c.advance(200);
  expect(conditions(c)).toHaveLength(2);
  expect(c.all("", "pods")).toEqual([]);
});

test("suspended jobs have no pods, and start over when resumed", async () => {
  const c = await run({ suspend: true }, () => "ready");
  expect(status(c)).toEqual({
    conditions: [
      {
        type: "Suspended",
        status: "True",
        reason: "JobSuspended",
        message: "Job suspended",
        lastProbeTime: "2026-11-20T08:00:00Z",
        lastTransitionTime: "2026-11-20T08:00:00Z",
      },
    ],
    ready: 0,
    terminating: 0,
    uncountedTerminatedPods: {},
  });
  await c.advance(5000);
  const set = async (suspend: boolean): Promise<void> => {
    const draft = deepCopy(c.get<Job>("batch", "jobs", "j"));
    draft.spec!.suspend = suspend;
    await c.client.update(batch("jobs", "default"), draft);
    await c.advance(1000);
  };
  await set(false);
  expect(status(c)).toMatchObject({ active: 1, startTime: "2026-11-20T08:00:05Z" });
  await set(true);
  expect(c.all("", "pods")).toEqual([]);
  expect(status(c).failed).toBeUndefined();
  expect(messages(c).filter((m) => /Suspended|Resumed/.test(m))).toHaveLength(3);
});

test("indexed jobs give each pod its number, and back off by index", async () => {
  const c = await run(
    { completions: 3, parallelism: 3, completionMode: "Indexed", backoffLimit: 100, backoffLimitPerIndex: 1 },
    (p) => (p.metadata.annotations?.["batch.kubernetes.io/job-completion-index"] === "1" ? "failed" : "succeeded"),
  );
  const pod = c.all("", "pods")[0]!;
  expect(pod.metadata).toMatchObject({
    generateName: "j-0-",
    labels: { "batch.kubernetes.io/job-completion-index": "0" },
  });
  expect(pod.spec).toMatchObject({ hostname: "j-0", containers: [{ env: [{ name: "JOB_COMPLETION_INDEX" }] }] });
  await c.advance(5000);
  expect(status(c)).toMatchObject({ completedIndexes: "0,2", succeeded: 2, failed: 1, failedIndexes: "" });
  await c.advance(10_000);
  expect(status(c)).toMatchObject({ failedIndexes: "1", failed: 2 });
  expect(conditions(c)[1]).toBe("Failed=True FailedIndexes: Job has failed indexes");
});

test("the failure policy can end a job or look away", async () => {
  const rule = (action: string) => ({ rules: [{ action, onExitCodes: { operator: "In", values: [1] } }] });
  const fails = await run({ podFailurePolicy: rule("FailJob") }, () => "failed");
  await fails.advance(1000);
  expect(conditions(fails)[1]).toMatch(
    /^Failed=True PodFailurePolicy: Container c for pod default\/j-\S+ failed with exit code 1 matching FailJob rule at index 0$/,
  );
  const ignores = await run({ podFailurePolicy: rule("Ignore"), backoffLimit: 0 }, (p) =>
    p.metadata.uid! < "uid-00006" ? "failed" : "succeeded",
  );
  await ignores.advance(30_000);
  expect(conditions(ignores)[1]).toMatch(/^Complete=True/);
});

test("a success policy ends a job early", async () => {
  const c = await run(
    {
      completions: 3,
      parallelism: 3,
      completionMode: "Indexed",
      successPolicy: { rules: [{ succeededIndexes: "0" }] },
    },
    (p) => (p.metadata.annotations?.["batch.kubernetes.io/job-completion-index"] === "0" ? "succeeded" : "ready"),
  );
  await c.advance(2000);
  expect(conditions(c)).toEqual([
    "SuccessCriteriaMet=True SuccessPolicy: Matched rules at index 0",
    "Complete=True SuccessPolicy: Matched rules at index 0",
  ]);
});

test("ttlSecondsAfterFinished deletes the job and its pods; a deleted job lets its pods go", async () => {
  const c = await run({ ttlSecondsAfterFinished: 5 }, () => "succeeded");
  await c.advance(4000);
  expect(conditions(c)).toHaveLength(2);
  await c.advance(3000);
  expect(c.all("batch", "jobs")).toEqual([]);
  expect(c.all("", "pods")).toEqual([]);
  const running = await run({}, () => "ready");
  await running.advance(1000);
  await running.client.delete(batch("jobs", "default"), "j");
  await running.advance(1000);
  expect(running.all("", "pods")).toEqual([]);
  expect(core("pods").resource).toBe("pods");
});

test.each([
  ["0-2,5", 10, "0-2,5"],
  ["0-2,5", 3, "0-2"],
  ["1,x,3", 10, "1,3"],
])("intervals %s of %i", (text, completions, expected) => {
  expect(formatIntervals(parseIntervals(text, completions))).toBe(expected);
});
test("two in a row are written with a comma", () => {
  expect(formatIntervals(intervalsOf([4, 3, 7, 1, 2, 8]))).toBe("1-4,7,8");
});

const at = (text: string): number => Date.parse(text);
test.each([
  ["*/5 * * * *", undefined, "2026-11-20T08:01:00Z", "2026-11-20T08:05:00Z"],
  ["15 4 * * 0", undefined, "2026-11-20T08:00:00Z", "2026-11-22T04:15:00Z"],
  ["30 2 * * 1-5", "Europe/Berlin", "2026-11-20T08:00:00Z", "2026-11-23T01:30:00Z"],
  ["0 0 13 * 5", undefined, "2026-11-20T08:00:00Z", "2026-11-27T00:00:00Z"],
  ["0 0 */2 * 5", undefined, "2026-11-20T08:00:00Z", "2026-11-27T00:00:00Z"],
  ["10/20 * * * ?", undefined, "2026-11-20T08:11:00Z", "2026-11-20T08:30:00Z"],
  ["@hourly", undefined, "2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"],
  ["@every 90s", undefined, "2026-11-20T08:00:00Z", "2026-11-20T08:01:30Z"],
])("%s in %s after %s", (schedule, zone, after, expected) => {
  expect(formatTime(parseSchedule(schedule, zone).next(at(after))!)).toBe(expected);
});

test("the latest unmet start is found without counting all of them", () => {
  const minutely = parseSchedule("* * * * *", undefined);
  const start = at("2026-11-20T08:00:30Z");
  expect(latestUnmet(minutely, start, start + 20_000)).toBeUndefined();
  expect(latestUnmet(minutely, start, at("2026-11-20T08:02:00Z"))).toEqual({
    latest: at("2026-11-20T08:02:00Z"),
    tooMany: false,
  });
  expect(latestUnmet(minutely, start, at("2027-02-01T00:00:59Z"))).toEqual({
    latest: at("2027-02-01T00:00:00Z"),
    tooMany: true,
  });
});

async function cron(
  more: Partial<NonNullable<CronJob["spec"]>>,
  outcome: FakeCluster["podOutcome"] = () => "succeeded",
): Promise<FakeCluster> {
  const c = new FakeCluster(registrations);
  c.podOutcome = outcome;
  await c.client.create<CronJob>(batch("cronjobs", "default"), {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick" },
    spec: {
      schedule: "* * * * *",
      concurrencyPolicy: "Allow",
      successfulJobsHistoryLimit: 3,
      failedJobsHistoryLimit: 1,
      jobTemplate: { spec: spec() },
      ...more,
    },
  });
  return c;
}
const jobs = (c: FakeCluster): string[] => c.all("batch", "jobs").map((j) => j.metadata.name!);
const minute = Math.floor(at("2026-11-20T08:00:00Z") / 60_000);

test("a cron job starts a job a minute and keeps the last three", async () => {
  const c = await cron({});
  await c.advance(61_000);
  expect(jobs(c)).toEqual([`tick-${minute + 1}`]);
  expect(c.get("batch", "cronjobs", "tick").status).toMatchObject({
    lastScheduleTime: "2026-11-20T08:01:00Z",
    lastSuccessfulTime: "2026-11-20T08:01:00Z",
  });
  expect(c.get("batch", "cronjobs", "tick").status.active).toBeUndefined();
  expect(c.get("batch", "jobs", `tick-${minute + 1}`).metadata.annotations).toEqual({
    "batch.kubernetes.io/cronjob-scheduled-timestamp": "2026-11-20T08:01:00Z",
  });
  await c.advance(300_000);
  expect(jobs(c)).toEqual([4, 5, 6].map((n) => `tick-${minute + n}`));
  expect(
    c.events
      .filter((e) => e.about === "CronJob/tick")
      .slice(0, 2)
      .map((e) => e.message),
  ).toEqual([`Created job tick-${minute + 1}`, `Saw completed job: tick-${minute + 1}, condition: Complete`]);
});

test.each([
  ["Allow", 3, undefined],
  ["Forbid", 1, "JobAlreadyActive"],
  ["Replace", 1, "SuccessfulDelete"],
])("concurrency policy %s", async (concurrencyPolicy, running, reason) => {
  const c = await cron({ concurrencyPolicy }, () => "ready");
  await c.advance(185_000);
  expect(jobs(c)).toHaveLength(running);
  if (reason !== undefined) expect(c.events.map((e) => e.reason)).toContain(reason);
  expect(c.get("batch", "cronjobs", "tick").status.active).toHaveLength(running);
});

test("time slicing does not matter, and a suspended cron job does nothing", async () => {
  const one = await cron({});
  await one.advance(600_000);
  const many = await cron({});
  for (let i = 0; i < 600; i++) await many.advance(1000);
  expect(jobs(one)).toEqual(jobs(many));
  expect(one.events.map((e) => `${e.at} ${e.message}`)).toEqual(many.events.map((e) => `${e.at} ${e.message}`));
  const off = await cron({ suspend: true });
  await off.advance(600_000);
  expect(jobs(off)).toEqual([]);
});

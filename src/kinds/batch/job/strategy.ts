import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { checkNonNegative } from "../../shared/check.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { defaultPodTemplate } from "../../shared/pod/defaults.ts";
import { nameWarnings, templateWarnings } from "../../shared/workload-warnings.ts";
import type { Job, JobSpec } from "../../types/batch_v1.ts";
import { generateSelector } from "./selector.ts";
import { validateJob, validateJobUpdate } from "./validation.ts";

const maxInt32 = 2147483647;

/** Mirrors pkg/registry/batch/job/strategy.go. */
export const strategy: Strategy<Job> = {
  defaults,
  prepareForCreate(job) {
    job.status = {};
    if (job.spec && !job.spec.manualSelector) generateSelector(job);
    labelAsTemplate(job);
  },
  prepareForUpdate(job, old) {
    keep(job, old, "status");
  },
  generationChanges: (job, old) => !deepEqual(job.spec, old.spec),
  validate: validateJob,
  validateUpdate: validateJobUpdate,
  warnings: (job, old) => [
    ...(old ? [] : nameWarnings(job)),
    ...jobSpecWarnings(job.spec),
    ...templateWarnings(job, old, job.spec?.template),
  ],
  selectableFields: (job) => ({ "status.successful": String(job.status?.succeeded ?? 0) }),
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: ({ status }) =>
      (["active", "succeeded", "failed", "ready", "terminating"] as const).flatMap((name) =>
        checkNonNegative(status?.[name], `status.${name}`),
      ),
  },
};

/** Mirrors SetDefaults_Job. */
function defaults(job: Job): void {
  const { spec } = job;
  if (!spec) return;
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : maxInt32;
  spec.completionMode ??= "NonIndexed";
  spec.suspend ??= false;
  spec.manualSelector ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? "Failed" : "TerminatingOrFailed";
  defaultJobSpec(spec);
  labelAsTemplate(job);
}

/** What a CronJob's template is given as well. */
export function defaultJobSpec(spec: Partial<JobSpec>): void {
  spec.template ??= {};
  defaultPodTemplate(spec.template);
  for (const rule of spec.podFailurePolicy?.rules ?? [])
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= "True";
}

// Upstream labels the job when it reads it; here it is stored with them.
function labelAsTemplate(job: Job): void {
  const labels = job.spec?.template?.metadata?.labels;
  if (labels && Object.keys(job.metadata.labels ?? {}).length === 0) job.metadata.labels = { ...labels };
}

/** Mirrors api/job WarningsForJobSpec. */
export function jobSpecWarnings(spec: Partial<JobSpec> | undefined, prefix = "spec"): string[] {
  const many = (spec?.completions ?? 0) > 100_000 && (spec?.parallelism ?? 0) > 10_000;
  if (spec?.completionMode !== "Indexed" || !many) return [];
  return [
    `${prefix}: In Indexed Jobs with a number of completions higher than 10^5 and parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
  ];
}

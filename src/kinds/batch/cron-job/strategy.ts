import { type FieldError, GoLiteral, invalid, notSupported, required } from "../../../machinery/field-error.ts";
import { byteLength } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkNonNegative, checkRequiredOneOf } from "../../shared/check.ts";
import { goLabelSelector } from "../../shared/go-syntax.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import { nameWarnings, templateWarnings } from "../../shared/workload-warnings.ts";
import type { CronJob, CronJobSpec } from "../../types/batch_v1.ts";
import { defaultJobSpec, jobSpecWarnings } from "../job/strategy.ts";
import { checkJobSpec } from "../job/validation.ts";
import { scheduleError } from "./schedule.ts";
import { isTimeZone } from "./time-zone.ts";

/** Jobs get eleven characters more than their CronJob: "-" and the minute. */
const maxNameLength = 52;

/** Mirrors pkg/registry/batch/cronjob/strategy.go. */
export const strategy: Strategy<CronJob> = {
  defaults({ spec }) {
    if (!spec) return;
    spec.concurrencyPolicy ||= "Allow";
    spec.suspend ??= false;
    spec.successfulJobsHistoryLimit ??= 3;
    spec.failedJobsHistoryLimit ??= 1;
    spec.jobTemplate ??= {};
    spec.jobTemplate.spec ??= { template: {} };
    defaultJobSpec(spec.jobTemplate.spec);
  },
  prepareForCreate(cronJob) {
    cronJob.status = {};
  },
  prepareForUpdate(cronJob, old) {
    keep(cronJob, old, "status");
  },
  validate(cronJob) {
    const errors = checkSpec(cronJob.spec ?? {}, false);
    const name = cronJob.metadata.name ?? "";
    if (byteLength(name) > maxNameLength)
      errors.push(invalid("metadata.name", name, `must be no more than ${maxNameLength} characters`));
    return errors;
  },
  validateUpdate: (cronJob, old) => checkSpec(cronJob.spec ?? {}, (old.spec?.schedule ?? "").includes("TZ")),
  warnings: (cronJob, old) => [
    ...(old ? [] : nameWarnings(cronJob)),
    ...jobSpecWarnings(cronJob.spec?.jobTemplate?.spec, "spec.jobTemplate.spec"),
    ...templateWarnings(cronJob, old, cronJob.spec?.jobTemplate?.spec?.template, "spec.jobTemplate.spec.template."),
    ...((cronJob.spec?.schedule ?? "").includes("TZ")
      ? [
          "CRON_TZ or TZ used in spec.spec.schedule is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details",
        ]
      : []),
  ],
  status: { prepareForUpdate: keepAllButStatus, validateUpdate: () => [] },
};

/** Mirrors batch validation.validateCronJobSpec. */
function checkSpec(spec: Partial<CronJobSpec>, mayHaveZone: boolean): FieldError[] {
  return [
    ...checkSchedule(spec, mayHaveZone),
    ...checkNonNegative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds"),
    ...checkTimeZone(spec.timeZone),
    ...checkRequiredOneOf(spec.concurrencyPolicy, ["Allow", "Forbid", "Replace"], "spec.concurrencyPolicy"),
    ...checkJobTemplate(spec, "spec.jobTemplate.spec"),
    ...checkNonNegative(spec.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit"),
    ...checkNonNegative(spec.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit"),
  ];
}

function checkSchedule({ schedule, timeZone }: Partial<CronJobSpec>, mayHaveZone: boolean): FieldError[] {
  const field = "spec.schedule";
  if (!schedule) return [required(field)];
  const errors: FieldError[] = [];
  const wrong = scheduleError(schedule);
  if (wrong) errors.push(invalid(field, schedule, wrong));
  if (!schedule.includes("TZ")) return errors;
  if (!mayHaveZone)
    errors.push(invalid(field, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  else if (timeZone !== undefined)
    errors.push(invalid(field, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  return errors;
}

function checkTimeZone(zone: string | undefined): FieldError[] {
  if (zone === undefined) return [];
  const refuse = (message: string): FieldError[] => [invalid("spec.timeZone", zone, message)];
  if (zone === "") return refuse("timeZone must be nil or non-empty string");
  if (zone.toLowerCase() === "local")
    return refuse("timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones");
  return isTimeZone(zone) ? [] : refuse(`unknown time zone ${zone}`);
}

function checkJobTemplate(spec: Partial<CronJobSpec>, field: string): FieldError[] {
  const job = spec.jobTemplate?.spec ?? { template: {} };
  const errors = checkJobSpec(job, field);
  if (job.selector)
    errors.push(
      invalid(`${field}.selector`, new GoLiteral(goLabelSelector(job.selector)), "`selector` will be auto-generated"),
    );
  if (job.manualSelector) errors.push(notSupported(`${field}.manualSelector`, true, ["nil", "false"]));
  return errors;
}

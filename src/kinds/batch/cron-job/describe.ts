import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import { describePodTemplate } from "../../shared/describe/pod-template.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import { booleanText } from "../../shared/table/cells.ts";
import type { CronJob, JobTemplateSpec } from "../../types/batch_v1.ts";
import { jobSelectorText } from "../job/selector-text.ts";

function jobTemplate(out: DescribeWriter, template: JobTemplateSpec | undefined): void {
  const spec = template?.spec;
  field(out, "Selector", spec?.selector === undefined ? "<unset>" : jobSelectorText(spec.selector));
  field(out, "Parallelism", spec?.parallelism ?? "<unset>");
  field(out, "Completions", spec?.completions ?? "<unset>");
  if (spec?.activeDeadlineSeconds !== undefined)
    field(out, "Active Deadline Seconds", `${spec.activeDeadlineSeconds}s`);
  describePodTemplate(out, spec?.template);
}

async function describeCronJob(cronJob: CronJob, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { spec, status } = cronJob;
  heading(out, cronJob, "namespaced");
  field(out, "Schedule", spec?.schedule ?? "");
  field(out, "Concurrency Policy", spec?.concurrencyPolicy ?? "");
  field(out, "Suspend", booleanText(spec?.suspend));
  field(out, "Successful Job History Limit", spec?.successfulJobsHistoryLimit ?? "<unset>");
  field(out, "Failed Job History Limit", spec?.failedJobsHistoryLimit ?? "<unset>");
  const deadline = spec?.startingDeadlineSeconds;
  field(out, "Starting Deadline Seconds", deadline === undefined ? "<unset>" : `${deadline}s`);
  jobTemplate(out, spec?.jobTemplate);
  field(out, "Last Schedule Time", status?.lastScheduleTime ? rfc1123(status.lastScheduleTime) : "<unset>");
  field(out, "Active Jobs", (status?.active ?? []).map((j) => j.name ?? "").join(", ") || "<none>");
  await describeEvents(cronJob, context, out);
}

/** Mirrors describe.describeCronJob. */
export const describe: DescribeFacet<CronJob> = { describe: describeCronJob };

import { humanDuration } from "../../../machinery/duration.ts";
import { parseTime } from "../../../machinery/time.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, controlledBy, field, labels } from "../../shared/describe/fields.ts";
import { describePodTemplate } from "../../shared/describe/pod-template.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import type { Job } from "../../types/batch_v1.ts";
import { jobSelectorText } from "./selector-text.ts";

const softLimit = 50;

/** "0-4,6", cut after the first comma beyond 50 characters. Mirrors describe.capIndexesListOrNone. */
function indexesText(indexes: string): string {
  if (indexes === "") return "<none>";
  const comma = indexes.indexOf(",", softLimit);
  return comma < 0 ? indexes : `${indexes.slice(0, comma + 1)}...`;
}

function settings(out: DescribeWriter, { spec }: Job): void {
  if (spec?.parallelism !== undefined) field(out, "Parallelism", spec.parallelism);
  field(out, "Completions", spec?.completions ?? "<unset>");
  if (spec?.completionMode !== undefined) field(out, "Completion Mode", spec.completionMode);
  if (spec?.suspend !== undefined) field(out, "Suspend", spec.suspend);
  if (spec?.backoffLimit !== undefined) field(out, "Backoff Limit", spec.backoffLimit);
  if (spec?.ttlSecondsAfterFinished !== undefined)
    field(out, "TTL Seconds After Finished", spec.ttlSecondsAfterFinished);
}

function progress(out: DescribeWriter, { spec, status }: Job): void {
  const { startTime, completionTime } = status ?? {};
  if (startTime) field(out, "Start Time", rfc1123(startTime));
  if (completionTime) field(out, "Completed At", rfc1123(completionTime));
  if (startTime && completionTime)
    field(out, "Duration", humanDuration(parseTime(completionTime) - parseTime(startTime)));
  if (spec?.activeDeadlineSeconds !== undefined)
    field(out, "Active Deadline Seconds", `${spec.activeDeadlineSeconds}s`);
  const ready = status?.ready === undefined ? "" : ` (${status.ready} Ready)`;
  field(
    out,
    "Pods Statuses",
    `${status?.active ?? 0} Active${ready} / ${status?.succeeded ?? 0} Succeeded / ${status?.failed ?? 0} Failed`,
  );
  if (spec?.completionMode === "Indexed") field(out, "Completed Indexes", indexesText(status?.completedIndexes ?? ""));
}

async function describeJob(job: Job, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec } = job;
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  field(out, "Selector", jobSelectorText(spec?.selector));
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  controlledBy(out, job);
  settings(out, job);
  progress(out, job);
  describePodTemplate(out, spec?.template);
  await describeEvents(job, context, out);
}

/** Mirrors describe.describeJob. */
export const describe: DescribeFacet<Job> = { describe: describeJob };

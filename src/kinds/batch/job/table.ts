import { humanDuration } from "../../../machinery/duration.ts";
import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import { type Instant, parseTime } from "../../../machinery/time.ts";
import type { TableFacet } from "../../definition.ts";
import { age, containerCells } from "../../shared/table/cells.ts";
import { ageColumn, containerColumns, nameColumn, selectorColumn, textColumn } from "../../shared/table/columns.ts";
import type { Job } from "../../types/batch_v1.ts";

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0;
  if (spec?.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec?.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

/** How long a job has run, or ran; "" before it starts. */
function runTime({ status }: Job, now: Instant): string {
  if (!status?.startTime) return "";
  const end = status.completionTime ? parseTime(status.completionTime) : now;
  return humanDuration(end - parseTime(status.startTime));
}

function state(job: Job): string {
  const has = (type: string): boolean => job.status?.conditions?.find((c) => c.type === type)?.status === "True";
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (job.metadata.deletionTimestamp) return "Terminating";
  if (has("Suspended")) return "Suspended";
  return has("FailureTarget") ? "FailureTarget" : "Running";
}

/** Mirrors printers.printJob. */
export const table: TableFacet<Job> = {
  columns: [
    nameColumn,
    textColumn("Status"),
    textColumn("Completions"),
    textColumn("Duration"),
    ageColumn,
    ...containerColumns,
    selectorColumn,
  ],
  row: (job, now) => [
    job.metadata.name,
    state(job),
    completions(job),
    runTime(job, now),
    age(job, now),
    ...containerCells(job.spec?.template?.spec?.containers),
    formatLabelSelector(job.spec?.selector),
  ],
};

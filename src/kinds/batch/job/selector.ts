import type { Job } from "../../types/batch_v1.ts";

export const jobNameLabels = ["job-name", "batch.kubernetes.io/job-name"];
export const controllerUidLabels = ["controller-uid", "batch.kubernetes.io/controller-uid"];
const selectorLabel = "batch.kubernetes.io/controller-uid";

/** Gives the template the job's labels and selects by one of them. What the user wrote stays, for validation to refuse. Mirrors generateSelector. */
export function generateSelector(job: Job): void {
  const { spec, metadata } = job;
  if (!spec) return;
  spec.template ??= {};
  spec.template.metadata ??= {};
  const labels = { ...spec.template.metadata.labels };
  for (const label of jobNameLabels) labels[label] ??= metadata.name ?? "";
  for (const label of controllerUidLabels) labels[label] ??= metadata.uid ?? "";
  spec.template.metadata.labels = labels;
  spec.selector ??= {};
  spec.selector.matchLabels = { ...spec.selector.matchLabels };
  spec.selector.matchLabels[selectorLabel] ??= metadata.uid ?? "";
}

import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field } from "../../shared/describe/fields.ts";
import type { PodDisruptionBudget } from "../../types/policy_v1.ts";

async function describeBudget(
  budget: PodDisruptionBudget,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  const { metadata, spec, status } = budget;
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  if (spec?.minAvailable !== undefined) field(out, "Min available", spec.minAvailable);
  else if (spec?.maxUnavailable !== undefined) field(out, "Max unavailable", spec.maxUnavailable);
  field(out, "Selector", spec?.selector === undefined ? "<unset>" : formatLabelSelector(spec.selector));
  out.write(0, "Status:\n");
  field(out, "Allowed disruptions", status?.disruptionsAllowed ?? 0, 2);
  field(out, "Current", status?.currentHealthy ?? 0, 2);
  field(out, "Desired", status?.desiredHealthy ?? 0, 2);
  field(out, "Total", status?.expectedPods ?? 0, 2);
  await describeEvents(budget, context, out);
}

/** Mirrors describe.describePodDisruptionBudgetV1. */
export const describe: DescribeFacet<PodDisruptionBudget> = { describe: describeBudget };

import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field } from "../../shared/describe/fields.ts";
import type { PriorityClass } from "../../types/scheduling_v1.ts";

async function describeClass(priority: PriorityClass, context: DescribeContext, out: DescribeWriter): Promise<void> {
  field(out, "Name", priority.metadata.name ?? "");
  field(out, "Value", priority.value);
  field(out, "GlobalDefault", priority.globalDefault ?? false);
  field(out, "PreemptionPolicy", priority.preemptionPolicy ?? "");
  field(out, "Description", priority.description ?? "");
  field(out, "Annotations", formatLabels(priority.metadata.annotations));
  await describeEvents(priority, context, out);
}

/** Mirrors describe.describePriorityClass. */
export const describe: DescribeFacet<PriorityClass> = { describe: describeClass };

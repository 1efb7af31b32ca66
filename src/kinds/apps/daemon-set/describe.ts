import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, field, labels } from "../../shared/describe/fields.ts";
import { describePodTemplate } from "../../shared/describe/pod-template.ts";
import { podStatusText } from "../../shared/describe/pods.ts";
import { selectorText } from "../../shared/describe/selector.ts";
import type { DaemonSet } from "../../types/apps_v1.ts";

async function describeDaemonSet(set: DaemonSet, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec, status } = set;
  const selector = selectorText(spec?.selector);
  const pods = await podStatusText(set, selector, context);
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  field(out, "Selector", selector);
  field(out, "Node-Selector", formatLabels(spec?.template?.spec?.nodeSelector));
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  // No tabs here: these lines are not aligned.
  out.write(0, `Desired Number of Nodes Scheduled: ${status?.desiredNumberScheduled ?? 0}\n`);
  out.write(0, `Current Number of Nodes Scheduled: ${status?.currentNumberScheduled ?? 0}\n`);
  out.write(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}\n`);
  out.write(0, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}\n`);
  out.write(0, `Number of Nodes Misscheduled: ${status?.numberMisscheduled ?? 0}\n`);
  field(out, "Pods Status", pods);
  describePodTemplate(out, spec?.template);
  await describeEvents(set, context, out);
}

/** Mirrors describe.describeDaemonSet. */
export const describe: DescribeFacet<DaemonSet> = { describe: describeDaemonSet };

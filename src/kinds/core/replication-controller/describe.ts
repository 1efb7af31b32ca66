import { formatLabels, formatLabelTerms, labelTermsOfMap } from "../../../machinery/selectors/label.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { shortConditions } from "../../shared/describe/conditions.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, field, labels } from "../../shared/describe/fields.ts";
import { describePodTemplate } from "../../shared/describe/pod-template.ts";
import { podStatusText } from "../../shared/describe/pods.ts";
import type { ReplicationController } from "../../types/core_v1.ts";

async function describeController(
  controller: ReplicationController,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  const { metadata, spec, status } = controller;
  const pods = await podStatusText(controller, formatLabelTerms(labelTermsOfMap(spec?.selector)), context);
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  field(out, "Selector", formatLabels(spec?.selector));
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  field(out, "Replicas", `${status?.replicas ?? 0} current / ${spec?.replicas ?? 0} desired`);
  field(out, "Pods Status", pods);
  describePodTemplate(out, spec?.template);
  shortConditions(out, status?.conditions);
  await describeEvents(controller, context, out);
}

/** Mirrors describe.describeReplicationController. */
export const describe: DescribeFacet<ReplicationController> = { describe: describeController };

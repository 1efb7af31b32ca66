import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { shortConditions } from "../../shared/describe/conditions.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, controlledBy, field, labels } from "../../shared/describe/fields.ts";
import { describePodTemplate } from "../../shared/describe/pod-template.ts";
import { podStatusText } from "../../shared/describe/pods.ts";
import { selectorText } from "../../shared/describe/selector.ts";
import type { ReplicaSet } from "../../types/apps_v1.ts";

async function describeReplicaSet(set: ReplicaSet, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec, status } = set;
  const pods = await podStatusText(set, selectorText(spec?.selector), context).catch(
    (error: Error) => `error in fetching pods: ${error.message}`,
  );
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  field(out, "Selector", formatLabelSelector(spec?.selector));
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  controlledBy(out, set);
  field(out, "Replicas", `${status?.replicas ?? 0} current / ${spec?.replicas ?? 0} desired`);
  field(out, "Pods Status", pods);
  describePodTemplate(out, spec?.template);
  shortConditions(out, status?.conditions);
  await describeEvents(set, context, out);
}

/** Mirrors describe.describeReplicaSet. */
export const describe: DescribeFacet<ReplicaSet> = { describe: describeReplicaSet };

import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, field, labels } from "../../shared/describe/fields.ts";
import { goList } from "../../shared/describe/go-values.ts";
import { describePodTemplate } from "../../shared/describe/pod-template.ts";
import { podStatusText } from "../../shared/describe/pods.ts";
import { selectorText } from "../../shared/describe/selector.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import { quantityCell, storageClassOf } from "../../shared/table/cells.ts";
import type { StatefulSet } from "../../types/apps_v1.ts";
import type { PersistentVolumeClaim } from "../../types/core_v1.ts";

function annotationsAsLabels(out: DescribeWriter, claim: PersistentVolumeClaim): void {
  labels(out, "Labels", claim.metadata?.labels, "  ");
  labels(out, "Annotations", claim.metadata?.annotations, "  ");
}

/** Mirrors describe.describeVolumeClaimTemplates. */
function claimTemplates(out: DescribeWriter, templates: readonly PersistentVolumeClaim[] | undefined): void {
  if (!templates?.length) {
    field(out, "Volume Claims", "<none>");
    return;
  }
  out.write(0, "Volume Claims:\n");
  for (const claim of templates) {
    field(out, "Name", claim.metadata?.name ?? "", 1);
    field(out, "StorageClass", storageClassOf(claim), 1);
    annotationsAsLabels(out, claim);
    const storage = claim.spec?.resources?.requests?.["storage"];
    field(out, "Capacity", storage === undefined ? "<default>" : quantityCell(storage), 1);
    field(out, "Access Modes", goList(claim.spec?.accessModes), 1);
  }
}

async function describeStatefulSet(set: StatefulSet, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec, status } = set;
  const selector = selectorText(spec?.selector);
  const pods = await podStatusText(set, selector, context);
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  field(out, "CreationTimestamp", rfc1123(metadata.creationTimestamp));
  field(out, "Selector", selector);
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  field(out, "Replicas", `${spec?.replicas ?? 0} desired | ${status?.replicas ?? 0} total`);
  field(out, "Update Strategy", spec?.updateStrategy?.type ?? "");
  const { partition, maxUnavailable } = spec?.updateStrategy?.rollingUpdate ?? {};
  if (partition !== undefined) {
    field(out, "Partition", partition, 1);
    if (maxUnavailable !== undefined) field(out, "MaxUnavailable", maxUnavailable, 1);
  }
  field(out, "Pods Status", pods);
  describePodTemplate(out, spec?.template);
  claimTemplates(out, spec?.volumeClaimTemplates);
  await describeEvents(set, context, out);
}

/** Mirrors describe.describeStatefulSet. */
export const describe: DescribeFacet<StatefulSet> = { describe: describeStatefulSet };

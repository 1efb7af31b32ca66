import { humanDuration } from "../../../machinery/duration.ts";
import { type Instant, parseTime } from "../../../machinery/time.ts";
import type { DescribeWriter } from "../../definition.ts";
import type { PersistentVolumeClaim } from "../../types/core_v1.ts";
import { accessModesCell, quantityCell, storageClassOf } from "../table/cells.ts";
import { annotations, field, labels } from "./fields.ts";
import { goList } from "./go-values.ts";

/** "Terminating (lasts 3s)" of something that is being deleted. */
export const terminatingText = (deletionTimestamp: string, now: Instant): string =>
  `Terminating (lasts ${humanDuration(now - parseTime(deletionTimestamp))})`;

function dataSource(out: DescribeWriter, { spec }: PersistentVolumeClaim): void {
  if (!spec?.dataSource) return;
  out.write(0, "DataSource:\n");
  if (spec.dataSource.apiGroup != null) field(out, "APIGroup", spec.dataSource.apiGroup, 1);
  field(out, "Kind", spec.dataSource.kind, 1);
  field(out, "Name", spec.dataSource.name, 1);
}

/** A claim, or (`full` false) what of it stands in the template of an ephemeral volume. Mirrors describe.printPersistentVolumeClaim. */
export function describeClaim(out: DescribeWriter, claim: PersistentVolumeClaim, full: boolean, now: Instant): void {
  const { metadata, spec, status } = claim;
  if (full) {
    field(out, "Name", metadata.name ?? "");
    field(out, "Namespace", metadata.namespace ?? "");
  }
  field(out, "StorageClass", storageClassOf(claim));
  if (full) {
    const { deletionTimestamp } = metadata;
    field(out, "Status", deletionTimestamp ? terminatingText(deletionTimestamp, now) : (status?.phase ?? ""));
  }
  const bound = (spec?.volumeName ?? "") !== "";
  field(out, "Volume", spec?.volumeName ?? "");
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  if (full) field(out, "Finalizers", goList(metadata.finalizers));
  field(out, "Capacity", bound ? quantityCell(status?.capacity?.["storage"]) : "");
  field(out, "Access Modes", bound ? accessModesCell(status?.accessModes) : "");
  if (spec?.volumeMode !== undefined) field(out, "VolumeMode", spec.volumeMode);
  dataSource(out, claim);
}

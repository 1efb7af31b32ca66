import { formatLabels } from "../../../machinery/selectors/label.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field } from "../../shared/describe/fields.ts";
import { booleanText } from "../../shared/table/cells.ts";
import type { TopologySelectorTerm } from "../../types/core_v1.ts";
import type { StorageClass } from "../../types/storage_v1.ts";
import { isDefaultClass } from "./default-class.ts";

function topology(out: DescribeWriter, title: string, { matchLabelExpressions = [] }: TopologySelectorTerm): void {
  out.write(1, `${title}:\t${matchLabelExpressions.length === 0 ? "<none>\n" : ""}`);
  for (const [i, { key, values = [] }] of matchLabelExpressions.entries()) {
    if (i !== 0) out.write(1, "\t");
    out.write(0, `${key} in${values.length > 0 ? ` [${values.join(", ")}]` : ""}\n`);
  }
}

async function describeClass(storageClass: StorageClass, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, mountOptions = [], allowedTopologies } = storageClass;
  field(out, "Name", metadata.name ?? "");
  field(out, "IsDefaultClass", isDefaultClass(storageClass) ? "Yes" : "No");
  field(out, "Annotations", formatLabels(metadata.annotations));
  field(out, "Provisioner", storageClass.provisioner);
  field(out, "Parameters", formatLabels(storageClass.parameters));
  field(out, "AllowVolumeExpansion", booleanText(storageClass.allowVolumeExpansion));
  if (mountOptions.length === 0) field(out, "MountOptions", "<none>");
  else out.write(0, "MountOptions:\n");
  for (const option of mountOptions) out.write(1, `${option}\n`);
  if (storageClass.reclaimPolicy !== undefined) field(out, "ReclaimPolicy", storageClass.reclaimPolicy);
  if (storageClass.volumeBindingMode !== undefined) field(out, "VolumeBindingMode", storageClass.volumeBindingMode);
  if (allowedTopologies) {
    field(out, "AllowedTopologies", allowedTopologies.length === 0 ? "<none>" : "");
    for (const [i, term] of allowedTopologies.entries()) topology(out, `Term ${i}`, term);
  }
  await describeEvents(storageClass, context, out);
}

/** Mirrors describe.describeStorageClass. */
export const describe: DescribeFacet<StorageClass> = { describe: describeClass };

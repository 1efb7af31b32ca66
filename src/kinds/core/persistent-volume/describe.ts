import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { terminatingText } from "../../shared/describe/claim.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, heading } from "../../shared/describe/fields.ts";
import { goList } from "../../shared/describe/go-values.ts";
import { persistentVolumeSources, writeSource } from "../../shared/describe/volume-sources.ts";
import { accessModesCell, quantityCell, storageClassOf } from "../../shared/table/cells.ts";
import type { NodeSelectorTerm, PersistentVolume } from "../../types/core_v1.ts";

function nodeTerm(out: DescribeWriter, title: string, { matchExpressions = [] }: NodeSelectorTerm): void {
  out.write(2, `${title}:\t${matchExpressions.length === 0 ? "<none>\n" : ""}`);
  for (const [i, { key, operator, values = [] }] of matchExpressions.entries()) {
    if (i !== 0) out.write(2, "\t");
    out.write(0, `${key} ${operator.toLowerCase()}${values.length > 0 ? ` [${values.join(", ")}]` : ""}\n`);
  }
}

function nodeAffinity(out: DescribeWriter, { spec }: PersistentVolume): void {
  const required = spec?.nodeAffinity?.required;
  if (!required) {
    field(out, "Node Affinity", "<none>");
    return;
  }
  field(out, "Node Affinity", "");
  const terms = required.nodeSelectorTerms ?? [];
  field(out, "Required Terms", terms.length === 0 ? "<none>" : "", 1);
  for (const [i, term] of terms.entries()) nodeTerm(out, `Term ${i}`, term);
}

function source(out: DescribeWriter, { spec }: PersistentVolume): void {
  out.write(0, "Source:\n");
  const known = Object.entries(persistentVolumeSources).find(([name]) => (spec as any)?.[name] !== undefined);
  if (known === undefined) out.write(1, "<unknown>\n");
  else writeSource(out, known[1], (spec as any)[known[0]]);
}

async function describeVolume(volume: PersistentVolume, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec, status } = volume;
  heading(out, volume, "cluster");
  field(out, "Finalizers", goList(metadata.finalizers));
  field(out, "StorageClass", storageClassOf(volume));
  const { deletionTimestamp } = metadata;
  field(out, "Status", deletionTimestamp ? terminatingText(deletionTimestamp, context.now) : (status?.phase ?? ""));
  const claim = spec?.claimRef;
  field(out, "Claim", claim === undefined ? "" : `${claim.namespace ?? ""}/${claim.name ?? ""}`);
  field(out, "Reclaim Policy", spec?.persistentVolumeReclaimPolicy ?? "");
  field(out, "Access Modes", accessModesCell(spec?.accessModes));
  if (spec?.volumeMode !== undefined) field(out, "VolumeMode", spec.volumeMode);
  field(out, "Capacity", quantityCell(spec?.capacity?.["storage"]));
  nodeAffinity(out, volume);
  field(out, "Message", status?.message ?? "");
  source(out, volume);
  await describeEvents(volume, context, out);
}

/** Mirrors describe.describePersistentVolume. */
export const describe: DescribeFacet<PersistentVolume> = { describe: describeVolume };

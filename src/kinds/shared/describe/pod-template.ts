import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { DescribeWriter } from "../../definition.ts";
import type { PodTemplateSpec, Toleration, TopologySpreadConstraint } from "../../types/core_v1.ts";
import { describeContainers } from "./containers.ts";
import { annotations, field, labels, multiline } from "./fields.ts";
import { describeVolumes } from "./volumes.ts";

function tolerationText({ key = "", value = "", effect = "", operator, tolerationSeconds }: Toleration): string {
  let text = key;
  if (value !== "") text += `=${value}`;
  if (effect !== "") text += `:${effect}`;
  if (operator === "Exists" && value === "") text += text === "" ? "op=Exists" : " op=Exists";
  return tolerationSeconds === undefined ? text : `${text} for ${tolerationSeconds}s`;
}

/** Mirrors describe.printPodTolerationsMultiline. */
export function describeTolerations(out: DescribeWriter, title: string, all: readonly Toleration[] | undefined): void {
  const sorted = [...(all ?? [])].sort((a, b) =>
    (a.key ?? "") < (b.key ?? "") ? -1 : (a.key ?? "") > (b.key ?? "") ? 1 : 0,
  );
  multiline(out, title, sorted.map(tolerationText));
}

/** Mirrors describe.describeTopologySpreadConstraints. */
export function describeTopologySpread(
  out: DescribeWriter,
  constraints: readonly TopologySpreadConstraint[] | undefined,
  space: string,
): void {
  if (!constraints?.length) return;
  const sorted = [...constraints].sort((a, b) =>
    a.topologyKey < b.topologyKey ? -1 : a.topologyKey > b.topologyKey ? 1 : 0,
  );
  out.write(0, `${space}Topology Spread Constraints:\t`);
  for (const [i, c] of sorted.entries()) {
    const selector = c.labelSelector === undefined ? "" : ` for selector ${formatLabelSelector(c.labelSelector)}`;
    const indent = i === 0 ? "" : `${space}\t`;
    out.write(
      0,
      `${indent}${c.topologyKey}:${c.whenUnsatisfiable} when max skew ${c.maxSkew} is exceeded${selector}\n`,
    );
  }
}

/** "Pod Template:", as every workload shows it. Mirrors describe.DescribePodTemplate. */
export function describePodTemplate(out: DescribeWriter, template: PodTemplateSpec | undefined): void {
  out.write(0, "Pod Template:\n");
  if (template === undefined) {
    out.write(1, "<unset>");
    return;
  }
  const { metadata, spec } = template;
  const space = "  ";
  labels(out, "  Labels", metadata?.labels);
  if (Object.keys(metadata?.annotations ?? {}).length > 0) annotations(out, "  Annotations", metadata?.annotations);
  if (spec?.serviceAccountName) field(out, "Service Account", spec.serviceAccountName, 1);
  if (spec?.initContainers?.length) describeContainers(out, "Init Containers", spec.initContainers, { space });
  describeContainers(out, "Containers", spec?.containers, { space });
  describeVolumes(out, spec?.volumes, space);
  describeTopologySpread(out, spec?.topologySpreadConstraints, space);
  if (spec?.priorityClassName) field(out, "Priority Class Name", spec.priorityClassName, 1);
  labels(out, "  Node-Selectors", spec?.nodeSelector);
  describeTolerations(out, "  Tolerations", spec?.tolerations);
}

import { goQuote } from "../../../machinery/field-error.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { field, headers, heading, rows } from "../../shared/describe/fields.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import { quantityCell } from "../../shared/table/cells.ts";
import type { HorizontalPodAutoscaler as HpaV1 } from "../../types/autoscaling_v1.ts";
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from "../../types/autoscaling_v2.ts";

type Current = MetricValueStatus | undefined;
const unknown = "<unknown>";
const averageOf = (current: Current): string => (current === undefined ? unknown : quantityCell(current.averageValue));
const plainValueOf = (current: Current): string => (current === undefined ? unknown : quantityCell(current.value));

/** " / "-separated: what a resource metric is and should be, with the words before. */
function resourceText(target: MetricTarget, current: Current): string {
  if (target.averageValue !== undefined) return `:\t${averageOf(current)} / ${quantityCell(target.averageValue)}`;
  const now =
    current?.averageUtilization === undefined
      ? unknown
      : `${current.averageUtilization}% (${quantityCell(current.averageValue)})`;
  const wanted = target.averageUtilization === undefined ? "<auto>" : `${target.averageUtilization}%`;
  // Written at level 1, in the middle of the line: hence two blanks.
  return `  (as a percentage of request):\t${now} / ${wanted}`;
}

function metricText(spec: MetricSpec, status: MetricStatus | undefined): string {
  const { external, pods, object, resource, containerResource: ofContainer } = spec;
  if (spec.type === "External" && external) {
    const [name, current] = [goQuote(external.metric.name), status?.external?.current];
    if (external.target.averageValue === undefined)
      return `${name} (target value):\t${plainValueOf(current)} / ${quantityCell(external.target.value)}`;
    const now = current?.averageValue === undefined ? unknown : quantityCell(current.averageValue);
    return `${name} (target average value):\t${now} / ${quantityCell(external.target.averageValue)}`;
  }
  if (spec.type === "Pods" && pods)
    return `${goQuote(pods.metric.name)} on pods:\t${averageOf(status?.pods?.current)} / ${quantityCell(pods.target.averageValue)}`;
  if (spec.type === "Object" && object) {
    const subject = `"${object.metric.name}" on ${object.describedObject.kind}/${object.describedObject.name}`;
    const current = status?.object?.current;
    return object.target.type === "AverageValue"
      ? `${subject} (target average value):\t${averageOf(current)} / ${quantityCell(object.target.averageValue)}`
      : `${subject} (target value):\t${plainValueOf(current)} / ${quantityCell(object.target.value)}`;
  }
  if (spec.type === "Resource" && resource)
    return `resource ${resource.name} on pods${resourceText(resource.target, status?.resource?.current)}`;
  if (spec.type === "ContainerResource" && ofContainer)
    return `resource ${ofContainer.name} of container "${ofContainer.container}" on pods${resourceText(ofContainer.target, status?.containerResource?.current)}`;
  return `<unknown metric type ${goQuote(spec.type)}>`;
}

function direction(out: DescribeWriter, title: string, rules: HPAScalingRules | undefined): void {
  if (rules === undefined) return;
  out.write(1, `${title}:\n`);
  if (rules.stabilizationWindowSeconds !== undefined)
    out.write(2, `Stabilization Window: ${rules.stabilizationWindowSeconds} seconds\n`);
  if (!rules.policies?.length) return;
  out.write(2, `Select Policy: ${rules.selectPolicy ?? "Max"}\n`);
  out.write(2, "Policies:\n");
  for (const { type, value, periodSeconds } of rules.policies)
    out.write(3, `- Type: ${type}\tValue: ${value}\tPeriod: ${periodSeconds} seconds\n`);
}

function replicaFields(
  out: DescribeWriter,
  { spec, status }: HorizontalPodAutoscaler | HpaV1,
  between: () => void,
): void {
  field(out, "Min replicas", spec?.minReplicas ?? "<unset>");
  field(out, "Max replicas", spec?.maxReplicas ?? 0);
  between();
  const { currentReplicas = 0, desiredReplicas = 0 } = status ?? {};
  field(out, `${spec?.scaleTargetRef.kind ?? ""} pods`, `${currentReplicas} current / ${desiredReplicas} desired`);
}

function introduction(out: DescribeWriter, hpa: HorizontalPodAutoscaler | HpaV1): void {
  heading(out, hpa, "namespaced");
  field(out, "CreationTimestamp", rfc1123(hpa.metadata.creationTimestamp));
  const target = hpa.spec?.scaleTargetRef;
  field(out, "Reference", `${target?.kind ?? ""}/${target?.name ?? ""}`);
}

async function describeHpa(hpa: HorizontalPodAutoscaler, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { spec, status } = hpa;
  introduction(out, hpa);
  field(out, "Metrics", "( current / target )");
  for (const [i, metric] of (spec?.metrics ?? []).entries())
    out.write(1, `${metricText(metric, status?.currentMetrics?.[i])}\n`);
  replicaFields(out, hpa, () => {
    if (!spec?.behavior) return;
    out.write(0, "Behavior:\n");
    direction(out, "Scale Up", spec.behavior.scaleUp);
    direction(out, "Scale Down", spec.behavior.scaleDown);
  });
  if (status?.conditions?.length) {
    out.write(0, "Conditions:\n");
    rows(out, 1, [
      ...headers("Type", "Status", "Reason", "Message"),
      ...status.conditions.map((c) => [c.type, c.status, c.reason ?? "", c.message ?? ""]),
    ]);
  }
  await describeEvents(hpa, context, out);
}

/** Mirrors describe.describeHorizontalPodAutoscalerV2. */
export const describe: DescribeFacet<HorizontalPodAutoscaler> = { describe: describeHpa };

async function describeHpaV1(hpa: HpaV1, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { namespace, name = "" } = hpa.metadata;
  const resource = "horizontalpodautoscalers";
  const v2 = await context.get("autoscaling", "v2", resource, namespace, name).catch(() => undefined);
  if (v2 !== undefined) return describeHpa(v2 as HorizontalPodAutoscaler, context, out);
  introduction(out, hpa);
  const target = hpa.spec?.targetCPUUtilizationPercentage;
  if (target !== undefined) {
    field(out, "Target CPU utilization", `${target}%`);
    field(out, "Current CPU utilization", `${hpa.status?.currentCPUUtilizationPercentage ?? unknown}%`);
  }
  replicaFields(out, hpa, () => {});
  await describeEvents(hpa, context, out);
}

/** autoscaling/v1: as v2, which says more, where the server has it. Mirrors describe.HorizontalPodAutoscalerDescriber. */
export const describeV1: DescribeFacet<HpaV1> = { describe: describeHpaV1 };

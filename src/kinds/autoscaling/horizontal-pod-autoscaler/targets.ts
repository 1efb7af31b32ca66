import { firstOf, quantityCell } from "../../shared/table/cells.ts";
import type { MetricSpec, MetricStatus, MetricTarget, MetricValueStatus } from "../../types/autoscaling_v2.ts";

const unknown = "<unknown>";

/** An amount that a metric's status may lack. */
const amountOf = (value: string | number | undefined): string => (value === undefined ? unknown : quantityCell(value));

function valueTarget(target: MetricTarget, current: MetricValueStatus | undefined): string {
  return target.averageValue === undefined
    ? `${current === undefined ? unknown : quantityCell(current.value)}/${quantityCell(target.value)}`
    : `${amountOf(current?.averageValue)}/${quantityCell(target.averageValue)} (avg)`;
}

function resourceTarget(name: string, target: MetricTarget, current: MetricValueStatus | undefined): string {
  if (target.averageValue !== undefined)
    return `${name}: ${current === undefined ? unknown : quantityCell(current.averageValue)}/${quantityCell(target.averageValue)}`;
  const utilization = current?.averageUtilization;
  const wanted = target.averageUtilization;
  return `${name}: ${utilization === undefined ? unknown : `${utilization}%`}/${wanted === undefined ? "<auto>" : `${wanted}%`}`;
}

function targetOf(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case "External":
      return valueTarget(spec.external!.target, status?.external?.current);
    case "Object":
      return valueTarget(spec.object!.target, status?.object?.current);
    case "Pods": {
      const current = status?.pods?.current;
      return `${current === undefined ? unknown : quantityCell(current.averageValue)}/${quantityCell(spec.pods!.target.averageValue)}`;
    }
    case "Resource":
      return resourceTarget(spec.resource!.name, spec.resource!.target, status?.resource?.current);
    case "ContainerResource": {
      const { name, target } = spec.containerResource!;
      return resourceTarget(name, target, status?.containerResource?.current);
    }
    default:
      return "<unknown type>";
  }
}

/** "cpu: 12%/50%, memory: <unknown>/1Gi". Statuses belong to the metrics by position. Mirrors printers.formatHPAMetrics. */
export function hpaTargets(specs: readonly MetricSpec[], statuses: readonly MetricStatus[]): string {
  if (specs.length === 0) return "<none>";
  return firstOf(
    specs.map((spec, i) => targetOf(spec, statuses[i])),
    2,
    ", ",
  );
}

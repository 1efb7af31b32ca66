import type { Instant } from "../../../machinery/time.ts";
import type { TableFacet } from "../../definition.ts";
import { age } from "../../shared/table/cells.ts";
import { ageColumn, nameColumn, textColumn } from "../../shared/table/columns.ts";
import type { HorizontalPodAutoscaler as HpaV1 } from "../../types/autoscaling_v1.ts";
import type { HorizontalPodAutoscaler, MetricSpec, MetricStatus } from "../../types/autoscaling_v2.ts";
import { hpaTargets } from "./targets.ts";

function row(
  hpa: HorizontalPodAutoscaler | HpaV1,
  metrics: readonly MetricSpec[],
  current: readonly MetricStatus[],
  now: Instant,
): unknown[] {
  const { spec, status } = hpa;
  const reference = spec?.scaleTargetRef;
  return [
    hpa.metadata.name,
    `${reference?.kind ?? ""}/${reference?.name ?? ""}`,
    hpaTargets(metrics, current),
    spec?.minReplicas === undefined ? "<unset>" : String(spec.minReplicas),
    spec?.maxReplicas ?? 0,
    status?.currentReplicas ?? 0,
    age(hpa, now),
  ];
}

/** Mirrors printers.printHorizontalPodAutoscaler. */
export const table: TableFacet<HorizontalPodAutoscaler> = {
  columns: [
    nameColumn,
    textColumn("Reference"),
    textColumn("Targets"),
    textColumn("MinPods"),
    textColumn("MaxPods"),
    textColumn("Replicas"),
    ageColumn,
  ],
  row: (hpa, now) => row(hpa, hpa.spec?.metrics ?? [], hpa.status?.currentMetrics ?? [], now),
};

/** Metrics that v1 cannot say stand in annotations, the CPU's utilization in a field of its own. */
function annotated<T>(hpa: HpaV1, name: string): readonly T[] {
  try {
    const value: unknown = JSON.parse(hpa.metadata.annotations?.[`autoscaling.alpha.kubernetes.io/${name}`] ?? "[]");
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** autoscaling/v1: the same row, out of what v1 makes of a v2 autoscaler. */
export const tableV1: TableFacet<HpaV1> = {
  columns: table.columns,
  row: (hpa, now) => {
    const wanted = hpa.spec?.targetCPUUtilizationPercentage;
    const current = hpa.status?.currentCPUUtilizationPercentage;
    const cpu: MetricSpec = {
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: wanted ?? 0 } },
    };
    const cpuNow: MetricStatus = {
      type: "Resource",
      resource: { name: "cpu", current: { averageUtilization: current ?? 0 } },
    };
    const metrics = annotated<MetricSpec>(hpa, "metrics");
    const statuses = annotated<MetricStatus>(hpa, "current-metrics");
    return row(
      hpa,
      wanted === undefined ? metrics : [cpu, ...metrics],
      current === undefined ? statuses : [cpuNow, ...statuses],
      now,
    );
  },
};

import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import type { Conversion } from "../rest/conversion.ts";

const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const CURRENT_METRICS = "autoscaling.alpha.kubernetes.io/current-metrics";
const CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";
const ALL = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR];

/** autoscaling/v1 knows CPU alone; what else a v2 autoscaler says stands in annotations. Mirrors pkg/apis/autoscaling/v1/conversion.go. */
export const horizontalPodAutoscalerV1: Conversion = { toStorage, fromStorage };

const isCpu = (m: JsonObject): boolean =>
  m.type === "Resource" && m.resource?.name === "cpu" && typeof m.resource?.target?.averageUtilization === "number";

function fromStorage(object: KubeObject): KubeObject {
  const { metrics: specMetrics, behavior, ...spec } = object.spec ?? {};
  const { currentMetrics: statusMetrics, conditions: statusConditions, ...status } = object.status ?? {};
  // Go writes lists that nobody set as null.
  const metrics: JsonObject[] = specMetrics ?? [];
  const currentMetrics: JsonObject[] = statusMetrics ?? [];
  const conditions: JsonObject[] = statusConditions ?? [];
  const cpu = metrics.find(isCpu);
  const currentCpu = currentMetrics.find((m: JsonObject) => m.type === "Resource" && m.resource?.name === "cpu");
  const annotations: Record<string, string> = { ...object.metadata.annotations };
  const others = metrics.filter((m: JsonObject) => m !== cpu);
  if (others.length > 0) annotations[METRICS] = JSON.stringify(others);
  const otherCurrent = currentMetrics.filter((m: JsonObject) => m !== currentCpu);
  if (otherCurrent.length > 0) annotations[CURRENT_METRICS] = JSON.stringify(otherCurrent);
  if (conditions.length > 0) annotations[CONDITIONS] = JSON.stringify(conditions);
  if (behavior !== undefined) annotations[BEHAVIOR] = JSON.stringify(behavior);
  const utilization = currentCpu?.resource?.current?.averageUtilization;
  return {
    kind: object.kind,
    apiVersion: "autoscaling/v1",
    metadata: { ...object.metadata, ...(Object.keys(annotations).length > 0 ? { annotations } : {}) },
    spec: {
      ...spec,
      ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu.resource.target.averageUtilization }),
    },
    status: { ...status, ...(utilization === undefined ? {} : { currentCPUUtilizationPercentage: utilization }) },
  };
}

function toStorage(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: target, ...spec } = object.spec ?? {};
  const { currentCPUUtilizationPercentage: current, ...status } = object.status ?? {};
  const annotations: Record<string, string> = { ...object.metadata.annotations };
  const read = (name: string): any => parse(annotations[name]);
  const metrics: JsonObject[] = [...(read(METRICS) ?? [])];
  if (target !== undefined)
    metrics.push({
      type: "Resource",
      resource: { name: "cpu", target: { type: "Utilization", averageUtilization: target } },
    });
  const currentMetrics: JsonObject[] = [...(read(CURRENT_METRICS) ?? [])];
  if (current !== undefined)
    currentMetrics.push({ type: "Resource", resource: { name: "cpu", current: { averageUtilization: current } } });
  const behavior = read(BEHAVIOR);
  const conditions = read(CONDITIONS);
  for (const name of ALL) delete annotations[name];
  const metadata = { ...object.metadata };
  if (Object.keys(annotations).length > 0) metadata.annotations = annotations;
  else delete metadata.annotations;
  return {
    kind: object.kind,
    apiVersion: "autoscaling/v2",
    metadata,
    spec: { ...spec, ...(metrics.length > 0 ? { metrics } : {}), ...(behavior ? { behavior } : {}) },
    status: {
      ...status,
      ...(currentMetrics.length > 0 ? { currentMetrics } : {}),
      ...(conditions ? { conditions } : {}),
    },
  };
}

/** An annotation that does not parse is as good as none. */
function parse(text: string | undefined): any {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

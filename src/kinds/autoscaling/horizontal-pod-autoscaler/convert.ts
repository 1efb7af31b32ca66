import { compactJson } from "../../../machinery/codec/json.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";

const metricsAnnotation = "autoscaling.alpha.kubernetes.io/metrics";
const currentAnnotation = "autoscaling.alpha.kubernetes.io/current-metrics";
const conditionsAnnotation = "autoscaling.alpha.kubernetes.io/conditions";
const behaviorAnnotation = "autoscaling.alpha.kubernetes.io/behavior";
const annotations = [metricsAnnotation, currentAnnotation, conditionsAnnotation, behaviorAnnotation];

/** autoscaling/v1 as a view of the stored autoscaling/v2: what v1 has no field for travels in annotations. Mirrors pkg/apis/autoscaling/v1/conversion.go. */
export const horizontalPodAutoscalerV1 = {
  toStorage(object: KubeObject): KubeObject {
    const { spec = {}, status, metadata, ...rest } = object;
    const { targetCPUUtilizationPercentage: cpu, ...common } = spec as JsonObject;
    const metrics = [...readList(metadata.annotations?.[metricsAnnotation], metricToV2), ...cpuMetric(cpu)];
    const behavior = behaviorToV2(readJson(metadata.annotations?.[behaviorAnnotation]));
    return {
      ...rest,
      apiVersion: "autoscaling/v2",
      metadata: withoutAnnotations(metadata),
      spec: { ...common, ...(metrics.length > 0 ? { metrics } : {}), ...(behavior ? { behavior } : {}) },
      ...(status === undefined ? {} : { status: statusToV2(status, metadata.annotations ?? {}) }),
    };
  },
  fromStorage(object: KubeObject): KubeObject {
    const { spec = {}, status, metadata, ...rest } = object;
    const { metrics, behavior, ...common } = spec as JsonObject;
    const list: JsonObject[] = metrics ?? [];
    const cpu = list.find(isCpuUtilization);
    const others = list.filter((m) => m !== cpu);
    const extra: Record<string, string> = {};
    if (others.length > 0) extra[metricsAnnotation] = compactJson(others.map(metricToV1), { sortKeys: false });
    if (behavior) extra[behaviorAnnotation] = compactJson(behaviorToV1(behavior), { sortKeys: false });
    return {
      ...rest,
      apiVersion: "autoscaling/v1",
      metadata: withAnnotations(metadata, { ...extra, ...statusAnnotations(status) }),
      spec: { ...common, ...(cpu ? { targetCPUUtilizationPercentage: cpu.resource.target.averageUtilization } : {}) },
      ...(status === undefined ? {} : { status: statusToV1(status) }),
    };
  },
};

const isCpuUtilization = (m: JsonObject): boolean =>
  m.type === "Resource" && m.resource?.name === "cpu" && m.resource.target?.averageUtilization !== undefined;

const cpuMetric = (percent: unknown): JsonObject[] =>
  typeof percent === "number"
    ? [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: percent } } }]
    : [];

function withoutAnnotations(metadata: KubeObject["metadata"]): KubeObject["metadata"] {
  if (!metadata.annotations || !annotations.some((a) => Object.hasOwn(metadata.annotations!, a))) return metadata;
  const kept = Object.entries(metadata.annotations).filter(([name]) => !annotations.includes(name));
  return { ...metadata, annotations: Object.fromEntries(kept) };
}

const withAnnotations = (metadata: KubeObject["metadata"], extra: Record<string, string>): KubeObject["metadata"] =>
  Object.keys(extra).length === 0 ? metadata : { ...metadata, annotations: { ...metadata.annotations, ...extra } };

/** What an annotation holds; nothing where it cannot be read, as upstream ignores it. */
function readJson(text: string | undefined): any {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readList(text: string | undefined, convert: (item: JsonObject) => JsonObject): JsonObject[] {
  const list = readJson(text);
  return Array.isArray(list) ? list.map(convert) : [];
}

const defined = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** v2beta1's names, which the annotation has kept. */
function metricToV1(metric: JsonObject): JsonObject {
  const { type, resource, containerResource, pods, object, external } = metric;
  const named = (source: JsonObject): JsonObject => ({
    name: source.name,
    targetAverageUtilization: source.target?.averageUtilization,
    targetAverageValue: source.target?.averageValue,
  });
  return defined({
    type,
    object:
      object &&
      defined({
        target: object.describedObject,
        metricName: object.metric?.name,
        targetValue: object.target?.value ?? "0",
        selector: object.metric?.selector,
        averageValue: object.target?.averageValue,
      }),
    pods:
      pods &&
      defined({
        metricName: pods.metric?.name,
        targetAverageValue: pods.target?.averageValue,
        selector: pods.metric?.selector,
      }),
    resource: resource && defined(named(resource)),
    containerResource:
      containerResource && defined({ ...named(containerResource), container: containerResource.container }),
    external:
      external &&
      defined({
        metricName: external.metric?.name,
        metricSelector: external.metric?.selector,
        targetValue: external.target?.value,
        targetAverageValue: external.target?.averageValue,
      }),
  });
}

const identified = (name: unknown, selector: unknown): JsonObject => defined({ name, selector });

function metricToV2(metric: JsonObject): JsonObject {
  const { type, resource, containerResource, pods, object, external } = metric;
  const target = (source: JsonObject): JsonObject =>
    source.targetAverageUtilization === undefined
      ? { type: "AverageValue", averageValue: source.targetAverageValue }
      : { type: "Utilization", averageUtilization: source.targetAverageUtilization };
  const valued = (value: unknown, average: unknown): JsonObject =>
    average === undefined ? { type: "Value", value } : { type: "AverageValue", averageValue: average };
  return defined({
    type,
    object: object && {
      describedObject: object.target,
      metric: identified(object.metricName, object.selector),
      target: valued(object.targetValue, object.averageValue),
    },
    pods: pods && {
      metric: identified(pods.metricName, pods.selector),
      target: { type: "AverageValue", averageValue: pods.targetAverageValue },
    },
    resource: resource && { name: resource.name, target: target(resource) },
    containerResource: containerResource && {
      name: containerResource.name,
      container: containerResource.container,
      target: target(containerResource),
    },
    external: external && {
      metric: identified(external.metricName, external.metricSelector),
      target: valued(external.targetValue, external.targetAverageValue),
    },
  });
}

/** The annotation's keys are those of the internal type. */
function behaviorToV1(behavior: JsonObject): JsonObject {
  const rules = (r: JsonObject | undefined): JsonObject | undefined =>
    r &&
    defined({
      StabilizationWindowSeconds: r.stabilizationWindowSeconds ?? null,
      SelectPolicy: r.selectPolicy ?? null,
      Policies: (r.policies ?? []).map((p: JsonObject) => ({
        Type: p.type,
        Value: p.value,
        PeriodSeconds: p.periodSeconds,
      })),
      Tolerance: null,
    });
  return { ScaleUp: rules(behavior.scaleUp) ?? null, ScaleDown: rules(behavior.scaleDown) ?? null };
}

function behaviorToV2(behavior: any): JsonObject | undefined {
  if (typeof behavior !== "object" || behavior === null) return undefined;
  const rules = (r: JsonObject | null | undefined): JsonObject | undefined =>
    r
      ? defined({
          stabilizationWindowSeconds: r.StabilizationWindowSeconds ?? undefined,
          selectPolicy: r.SelectPolicy ?? undefined,
          policies: (r.Policies ?? []).map((p: JsonObject) => ({
            type: p.Type,
            value: p.Value,
            periodSeconds: p.PeriodSeconds,
          })),
        })
      : undefined;
  return defined({ scaleUp: rules(behavior.ScaleUp), scaleDown: rules(behavior.ScaleDown) });
}

function statusAnnotations(status: JsonObject | undefined): Record<string, string> {
  const extra: Record<string, string> = {};
  const others = (status?.currentMetrics ?? []).filter(
    (m: JsonObject) =>
      !(m.type === "Resource" && m.resource?.name === "cpu" && m.resource.current?.averageUtilization !== undefined),
  );
  if (others.length > 0) extra[currentAnnotation] = compactJson(others, { sortKeys: false });
  if ((status?.conditions ?? []).length > 0)
    extra[conditionsAnnotation] = compactJson(
      status!.conditions.map(({ type, status: state, lastTransitionTime, reason, message }: JsonObject) =>
        defined({ type, status: state, lastTransitionTime, reason, message }),
      ),
      { sortKeys: false },
    );
  return extra;
}

function statusToV1(status: JsonObject): JsonObject {
  const cpu = (status.currentMetrics ?? []).find(
    (m: JsonObject) => m.type === "Resource" && m.resource?.name === "cpu",
  );
  return defined({
    observedGeneration: status.observedGeneration,
    lastScaleTime: status.lastScaleTime,
    currentReplicas: status.currentReplicas ?? 0,
    desiredReplicas: status.desiredReplicas ?? 0,
    currentCPUUtilizationPercentage: cpu?.resource?.current?.averageUtilization,
  });
}

function statusToV2(status: JsonObject, texts: Readonly<Record<string, string>>): JsonObject {
  const { currentCPUUtilizationPercentage: cpu, ...common } = status;
  const current = readList(texts[currentAnnotation], (m) => m);
  if (typeof cpu === "number")
    current.push({ type: "Resource", resource: { name: "cpu", current: { averageUtilization: cpu } } });
  const conditions = readList(texts[conditionsAnnotation], (c) => c);
  return {
    ...common,
    ...(current.length > 0 ? { currentMetrics: current } : {}),
    ...(conditions.length > 0 ? { conditions } : {}),
  };
}

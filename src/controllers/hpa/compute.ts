import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from "../../kinds/types/autoscaling_v2.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import type { LabelSelector } from "../../kinds/types/meta_v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { formatQuantity, newMilliQuantity, parseQuantity, quantityMilliValue } from "../../machinery/quantity.ts";
import { labelsMatch, parseLabelSelector } from "../../machinery/selectors/label.ts";
import type { ReconcileContext } from "../controller.ts";
import { errorText } from "../shared/pod-control.ts";
import type { ConditionDraft } from "./behavior.ts";
import { resourceProposal } from "./metrics.ts";

/** No size can be told from the metrics. */
export class MetricsError extends Error {
  readonly statuses: readonly MetricStatus[];
  constructor(message: string, statuses: readonly MetricStatus[]) {
    super(message);
    this.statuses = statuses;
  }
}

/** What all metrics together ask for. */
export interface Computed {
  readonly replicas: number;
  /** The metric that asks for the most, in words. */
  readonly metric: string;
  readonly statuses: readonly MetricStatus[];
}

interface One {
  readonly replicas: number;
  readonly metric: string;
  readonly status: MetricStatus;
}

/** Fails with the reason of the condition to show. */
class MetricFailure extends Error {
  readonly reason: string;
  /** How the error is told among those of other metrics. */
  readonly wrapped: string;
  constructor(reason: string, message: string, wrapped: string) {
    super(message);
    this.reason = reason;
    this.wrapped = wrapped;
  }
}

/** The largest size that a metric asks for. Throws MetricsError where too many cannot be read. Mirrors computeReplicasForMetrics. */
export async function computeMetrics(
  context: ReconcileContext,
  hpa: HorizontalPodAutoscaler,
  scale: KubeObject,
  current: number,
  conditions: ConditionDraft[],
): Promise<Computed> {
  const metrics = hpa.spec?.metrics ?? [];
  const selector: string = scale.status?.selector ?? "";
  const terms = parseLabelSelector(selector);
  const pods = context.lister
    .list<Pod>("", "pods", hpa.metadata.namespace)
    .filter((p) => labelsMatch(terms, p.metadata.labels));
  const statuses: MetricStatus[] = [];
  const failures: MetricFailure[] = [];
  let best: One | undefined;
  for (const metric of metrics) {
    try {
      const one = await computeOne(context, hpa, selector, pods, current, metric);
      statuses.push(one.status);
      if (best === undefined || one.replicas > best.replicas) best = one;
    } catch (error) {
      if (!(error instanceof MetricFailure)) throw error;
      failures.push(error);
      // Go's slice has a zero status in the place of a metric without one.
      statuses.push({ type: "" });
      await context.events.event({ object: hpa }, "Warning", error.reason, error.message);
    }
  }
  const [first] = failures;
  if (first !== undefined && (best === undefined || best.replicas < current)) {
    const message = `the HPA was unable to compute the replica count: ${first.message}`;
    conditions.push({ type: "ScalingActive", status: "False", reason: first.reason, message });
    throw new MetricsError(
      `invalid metrics (${failures.length} invalid out of ${metrics.length}), first error is: ${first.wrapped}`,
      statuses,
    );
  }
  const message = `the HPA was able to successfully calculate a replica count from ${best?.metric}`;
  conditions.push({ type: "ScalingActive", status: "True", reason: "ValidMetricFound", message });
  return {
    replicas: best?.replicas ?? current,
    metric: best?.metric ?? "",
    statuses,
  };
}

async function computeOne(
  context: ReconcileContext,
  hpa: HorizontalPodAutoscaler,
  selector: string,
  pods: readonly Pod[],
  current: number,
  metric: MetricSpec,
): Promise<One> {
  const source = metric.resource ?? metric.containerResource;
  if (source === undefined) throw unserved(hpa, metric);
  const { name, target } = source;
  const container = metric.containerResource?.container;
  const what = target.averageUtilization === undefined ? "usage" : "utilization";
  try {
    const asked = { resource: name, container, utilization: target.averageUtilization, average: averageOf(target) };
    const { namespace = "" } = hpa.metadata;
    const { replicas, utilization, average } = await resourceProposal(
      context,
      namespace,
      selector,
      pods,
      current,
      asked,
    );
    const value = {
      ...(utilization === undefined ? {} : { averageUtilization: utilization }),
      averageValue: formatQuantity(newMilliQuantity(average)),
    };
    return { replicas, metric: describe(metric, name, target), status: statusOf(metric, name, value) };
  } catch (error) {
    const message = `failed to get ${name} ${what}: ${errorText(error)}`;
    if (container === undefined)
      throw new MetricFailure(
        "FailedGetResourceMetric",
        message,
        `failed to get ${name} resource metric value: ${message}`,
      );
    throw new MetricFailure(
      "FailedGetContainerResourceMetric",
      message,
      `failed to get ${container} container metric value: ${message}`,
    );
  }
}

const averageOf = ({ averageValue }: MetricTarget): number | undefined =>
  averageValue === undefined ? undefined : quantityMilliValue(parseQuantity(averageValue));

function describe(metric: MetricSpec, name: string, target: MetricTarget): string {
  const kind = metric.containerResource === undefined ? "resource" : "container resource";
  return target.averageUtilization === undefined
    ? `${name} ${kind}`
    : `${name} ${kind} utilization (percentage of request)`;
}

function statusOf(metric: MetricSpec, name: string, current: MetricValueStatus): MetricStatus {
  const { containerResource } = metric;
  return containerResource === undefined
    ? { type: "Resource", resource: { name, current } }
    : { type: "ContainerResource", containerResource: { name, container: containerResource.container, current } };
}

const NO_CUSTOM =
  "unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered";

/** A selector as Go prints it with %+v. */
function goSelector(selector: LabelSelector | undefined): string {
  if (selector === undefined) return "nil";
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    (e) => `LabelSelectorRequirement{Key:${e.key},Operator:${e.operator},Values:[${(e.values ?? []).join(" ")}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
}

/** Metrics of APIs that only adapters serve, and none is there. */
function unserved(hpa: HorizontalPodAutoscaler, metric: MetricSpec): MetricFailure {
  const { namespace } = hpa.metadata;
  if (metric.pods !== undefined) {
    const message = `unable to get metric ${metric.pods.metric.name}: ${NO_CUSTOM}`;
    return new MetricFailure("FailedGetPodsMetric", message, `failed to get pods metric value: ${message}`);
  }
  if (metric.object !== undefined) {
    const { kind, name } = metric.object.describedObject;
    const message = `unable to get metric ${metric.object.metric.name}: ${kind} on ${namespace} ${name}/${NO_CUSTOM}`;
    return new MetricFailure("FailedGetObjectMetric", message, `failed to get object metric value: ${message}`);
  }
  const { name, selector } = metric.external?.metric ?? { name: "" };
  const message = `unable to get external metric ${namespace}/${name}/${goSelector(selector)}: unable to fetch metrics from external metrics API: the server could not find the requested resource (get ${name}.external.metrics.k8s.io)`;
  return new MetricFailure(
    "FailedGetExternalMetric",
    message,
    `failed to get ${name} external metric value: ${message}`,
  );
}

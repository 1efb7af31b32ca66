import type { Pod } from "../../kinds/types/core_v1.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { parseQuantity, quantityMilliValue } from "../../machinery/quantity.ts";
import { StatusError } from "../../machinery/status-error.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { podCondition } from "../shared/pods.ts";

const INITIALIZATION_MS = 5 * 60_000;
const INITIAL_READINESS_MS = 30_000;
const TOLERANCE = 0.1;

/** What one pod uses of a resource, in thousandths. */
interface Sample {
  readonly value: number;
  readonly at: Instant;
  readonly windowMs: number;
}

/** What a metric makes of the number of replicas. */
export interface Proposal {
  readonly replicas: number;
  /** Percent of the request, where the target is one. */
  readonly utilization?: number;
  /** Per pod, in thousandths. */
  readonly average: number;
}

/** The usage of the pods by name. Mirrors resourceMetricsClient.GetResourceMetric. */
async function fetchSamples(
  context: ReconcileContext,
  namespace: string,
  selector: string,
  resource: string,
  container: string | undefined,
): Promise<Map<string, Sample>> {
  const at = { group: "metrics.k8s.io", version: "v1beta1", resource: "pods", namespace };
  let items: readonly JsonObject[];
  try {
    ({ items } = await context.client.list<JsonObject>(at, { labelSelector: selector }));
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    const suffix = error.code === 404 ? " (get pods.metrics.k8s.io)" : "";
    throw new Error(`unable to fetch metrics from resource metrics API: ${error.message}${suffix}`);
  }
  if (items.length === 0) throw new Error("no metrics returned from resource metrics API");
  const samples = new Map<string, Sample>();
  for (const item of items) {
    if (container !== undefined && !(item.containers as JsonObject[]).some((c) => c.name === container)) {
      const where = `${item.metadata.namespace}/${item.metadata.name}`;
      throw new Error(
        `failed to get container metrics: container ${container} not present in metrics for pod ${where}`,
      );
    }
    const used = (item.containers as JsonObject[])
      .filter((c) => container === undefined || c.name === container)
      .map((c) => c.usage?.[resource]);
    if (used.length === 0 || used.some((u) => u === undefined)) continue;
    const value = used.reduce((sum: number, u) => sum + quantityMilliValue(parseQuantity(u)), 0);
    samples.set(item.metadata.name, {
      value,
      at: parseTime(item.timestamp),
      windowMs: Number.parseFloat(item.window) * 1000 || 30_000,
    });
  }
  return samples;
}

/** Pods by what their metrics are worth. Mirrors groupPods. */
interface Groups {
  ready: number;
  readonly unready: Set<string>;
  readonly missing: Set<string>;
  readonly ignored: Set<string>;
}

function group(pods: readonly Pod[], samples: ReadonlyMap<string, Sample>, resource: string, now: Instant): Groups {
  const groups: Groups = { ready: 0, unready: new Set(), missing: new Set(), ignored: new Set() };
  for (const pod of pods) {
    const name = pod.metadata.name!;
    const sample = samples.get(name);
    if (pod.metadata.deletionTimestamp !== undefined || pod.status?.phase === "Failed") groups.ignored.add(name);
    else if (pod.status?.phase === "Pending") groups.unready.add(name);
    else if (sample === undefined) groups.missing.add(name);
    else if (resource === "cpu" && isUnready(pod, sample, now)) groups.unready.add(name);
    else groups.ready++;
  }
  return groups;
}

/** A pod that starts uses more than it will, so it does not count yet. */
function isUnready(pod: Pod, sample: Sample, now: Instant): boolean {
  const condition = podCondition(pod, "Ready");
  const started = parseTime(pod.status?.startTime);
  if (condition === undefined || Number.isNaN(started)) return true;
  const since = parseTime(condition.lastTransitionTime);
  if (started + INITIALIZATION_MS > now) return condition.status === "False" || sample.at < since + sample.windowMs;
  return condition.status === "False" && started + INITIAL_READINESS_MS > since;
}

function requestsOf(pods: readonly Pod[], resource: string, container: string | undefined): Map<string, number> {
  const requests = new Map<string, number>();
  for (const pod of pods) {
    let sum = 0;
    let found = container === undefined;
    const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === "Always");
    for (const c of [...(pod.spec?.containers ?? []), ...sidecars]) {
      if (container !== undefined && c.name !== container) continue;
      found = true;
      const request = c.resources?.requests?.[resource];
      if (request === undefined)
        throw new Error(`missing request for ${resource} in container ${c.name} of Pod ${pod.metadata.name}`);
      sum += quantityMilliValue(parseQuantity(request));
    }
    if (!found) throw new Error(`container ${container} not found in Pod ${pod.metadata.name}`);
    requests.set(pod.metadata.name!, sum);
  }
  return requests;
}

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((a, b) => a + b, 0);
const withinTolerance = (ratio: number): boolean => Math.abs(1 - ratio) <= TOLERANCE;

/** What is asked of the pods' use of one resource. */
export interface ResourceTarget {
  readonly resource: string;
  readonly container?: string;
  readonly utilization?: number;
  /** In thousandths. */
  readonly average?: number;
}

/** How many replicas a resource's use asks for. Throws with upstream's words. Mirrors GetResourceReplicas and GetRawResourceReplicas. */
export async function resourceProposal(
  context: ReconcileContext,
  namespace: string,
  selector: string,
  pods: readonly Pod[],
  current: number,
  target: ResourceTarget,
): Promise<Proposal> {
  const { resource, container } = target;
  let samples: Map<string, Sample>;
  try {
    samples = await fetchSamples(context, namespace, selector, resource, container);
  } catch (error) {
    throw new Error(`unable to get metrics for resource ${resource}: ${(error as Error).message}`);
  }
  if (pods.length === 0) throw new Error("no pods returned by selector while calculating replica count");
  const groups = group(pods, samples, resource, context.now);
  const values = new Map([...samples].map(([name, s]) => [name, s.value]));
  for (const name of [...groups.ignored, ...groups.unready]) values.delete(name);
  for (const name of values.keys()) if (!pods.some((p) => p.metadata.name === name)) values.delete(name);
  if (target.utilization === undefined) return byAverage(values, groups, current, target.average ?? 0);
  const requests = requestsOf(pods, resource, container);
  if (values.size === 0) throw new Error("did not receive metrics for targeted pods (pods might be unready)");
  return byUtilization(values, requests, groups, current, target.utilization);
}

function byUtilization(
  values: Map<string, number>,
  requests: ReadonlyMap<string, number>,
  groups: Groups,
  current: number,
  target: number,
): Proposal {
  const ratioOf = (): { ratio: number; utilization: number } => {
    const requested = sum([...values.keys()].map((name) => requests.get(name) ?? 0));
    if (requested === 0) throw new Error("no metrics returned matched known pods");
    const utilization = Math.trunc((sum(values.values()) * 100) / requested);
    return { ratio: utilization / target, utilization };
  };
  const { ratio, utilization } = ratioOf();
  const average = Math.trunc(sum(values.values()) / values.size);
  const fallback = (name: string): number =>
    ratio < 1 ? (Math.max(100, target) * (requests.get(name) ?? 0)) / 100 : 0;
  const replicas = corrected(values, groups, current, ratio, fallback, () => ratioOf().ratio);
  return { replicas, utilization, average };
}

function byAverage(values: Map<string, number>, groups: Groups, current: number, target: number): Proposal {
  if (values.size === 0) throw new Error("did not receive metrics for targeted pods (pods might be unready)");
  const ratioOf = (): number => Math.trunc(sum(values.values()) / values.size) / target;
  const average = Math.trunc(sum(values.values()) / values.size);
  const ratio = ratioOf();
  const fallback = (): number => (ratio < 1 ? target : 0);
  return { replicas: corrected(values, groups, current, ratio, fallback, ratioOf), average };
}

/** Pods without metrics must not tip the scale: they count against the direction. */
function corrected(
  values: Map<string, number>,
  groups: Groups,
  current: number,
  ratio: number,
  fallback: (name: string) => number,
  ratioAgain: () => number,
): number {
  const upWithUnready = groups.unready.size > 0 && ratio > 1;
  if (!upWithUnready && groups.missing.size === 0)
    return withinTolerance(ratio) ? current : Math.ceil(ratio * groups.ready);
  if (ratio !== 1) for (const name of groups.missing) values.set(name, fallback(name));
  if (upWithUnready) for (const name of groups.unready) values.set(name, 0);
  const next = ratioAgain();
  if (withinTolerance(next) || ratio < 1 !== next < 1) return current;
  const replicas = Math.ceil(next * values.size);
  return (next < 1 && replicas > current) || (next > 1 && replicas < current) ? current : replicas;
}

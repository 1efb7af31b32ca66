import type { ResourcePath } from "../../client/client.ts";
import type { HorizontalPodAutoscaler, MetricStatus } from "../../kinds/types/autoscaling_v2.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import { deepEqual, type Json, type KubeObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import type { Controller, ReconcileAnswer, ReconcileContext } from "../controller.ts";
import { path } from "../shared/paths.ts";
import { errorText } from "../shared/pod-control.ts";
import { resourceOfKind } from "../shared/resources.ts";
import { type ConditionDraft, decide, type History, trim } from "./behavior.ts";
import { computeMetrics, MetricsError } from "./compute.ts";

const SYNC_MS = 15_000;
const CALM_SYNC_MS = 150_000;
const CALM_AFTER_MS = 600_000;
const DUE = "due";

/** An autoscaler at work: its status is a draft, written at the end. */
interface Run {
  readonly context: ReconcileContext;
  readonly hpa: HorizontalPodAutoscaler;
  readonly conditions: ConditionDraft[];
  current?: number;
  desired: number;
  metrics?: MetricStatus[];
  scaledAt?: Instant;
}

/** Scales by metrics, every 15 s. Keys are "NAMESPACE/NAME" for a change and "due/NAMESPACE/NAME" for a turn. Mirrors pkg/controller/podautoscaler/horizontal.go. */
export const hpaController: Controller = {
  async reconcile(key, context): Promise<ReconcileAnswer | undefined> {
    const parts = key.split("/");
    const [namespace, name] = parts.length === 3 ? parts.slice(1) : parts;
    const at = ["autoscaling", "horizontalpodautoscalers", namespace, name ?? ""] as const;
    const hpa = context.lister.get<HorizontalPodAutoscaler>(...at);
    if (hpa === undefined) {
      context.remember(`${namespace}/${name}`, undefined);
      return undefined;
    }
    // A change waits for the next turn, as upstream's queue has it.
    if (parts.length === 2) return { at: context.now + SYNC_MS, key: `${DUE}/${namespace}/${name}` };
    const run: Run = { context, hpa, conditions: [], desired: hpa.status?.desiredReplicas ?? 0 };
    await scale(run);
    await writeStatus(run);
    return { at: context.now + intervalOf(context, hpa) };
  },
};

/** Nothing that happens by itself escapes a slower look; anything new in the namespace brings the quick one back. */
function intervalOf(context: ReconcileContext, hpa: HorizontalPodAutoscaler): number {
  const pods = context.lister.list<Pod>("", "pods", hpa.metadata.namespace).map((p) => p.metadata.creationTimestamp);
  const times = [hpa.metadata.creationTimestamp, hpa.status?.lastScaleTime, ...pods].map(parseTime);
  const latest = Math.max(...times.filter((t) => !Number.isNaN(t)));
  return context.now - latest < CALM_AFTER_MS ? SYNC_MS : CALM_SYNC_MS;
}

const tell = ({ context, hpa }: Run, type: "Normal" | "Warning", reason: string, message: string): Promise<void> =>
  context.events.event({ object: hpa }, type, reason, message);
const able = (status: "True" | "False", reason: string, message: string): ConditionDraft => ({
  type: "AbleToScale",
  status,
  reason,
  message,
});
const active = (status: "True" | "False", reason: string, message: string): ConditionDraft => ({
  type: "ScalingActive",
  status,
  reason,
  message,
});

async function readScale(run: Run): Promise<{ at: ResourcePath; scale: KubeObject } | undefined> {
  const { context, hpa } = run;
  const { apiVersion = "v1", kind, name } = hpa.spec!.scaleTargetRef;
  try {
    const resource = resourceOfKind(context.lister, apiVersion, kind);
    if (resource === undefined)
      throw new Error(`no matches for kind "${kind}" in group "${apiVersion.split("/").slice(0, -1).join("")}"`);
    const at = path(resource.group, resource.version, resource.resource, hpa.metadata.namespace);
    return { at, scale: await context.client.get(at, name, "scale") };
  } catch (error) {
    await tell(run, "Warning", "FailedGetScale", errorText(error));
    run.conditions.push(
      able(
        "False",
        "FailedGetScale",
        `the HPA controller was unable to get the target's current scale: ${errorText(error)}`,
      ),
    );
    return undefined;
  }
}

/** Mirrors reconcileAutoscaler. */
async function scale(run: Run): Promise<void> {
  const { hpa } = run;
  const found = await readScale(run);
  if (found === undefined) return;
  const current: number = found.scale.spec?.replicas ?? 0;
  run.conditions.push(
    able("True", "SucceededGetScale", "the HPA controller was able to get the target's current scale"),
  );
  run.current = current;
  const { maxReplicas, minReplicas = 1 } = hpa.spec!;
  if (current === 0 && minReplicas !== 0) {
    run.desired = 0;
    run.conditions.push(
      active("False", "ScalingDisabled", "scaling is disabled since the replica count of the target is zero"),
    );
  } else if (current > maxReplicas) {
    await rescale(run, found, maxReplicas, "Current number of replicas above Spec.MaxReplicas");
  } else if (current < minReplicas) {
    await rescale(run, found, minReplicas, "Current number of replicas below Spec.MinReplicas");
  } else {
    await scaleByMetrics(run, found, current);
  }
}

async function scaleByMetrics(
  run: Run,
  found: { at: ResourcePath; scale: KubeObject },
  current: number,
): Promise<void> {
  const { context, hpa } = run;
  const memory = `${hpa.metadata.namespace}/${hpa.metadata.name}`;
  const history = (context.recall(memory) ?? {
    recommendations: [{ at: context.now, replicas: current }],
    scaled: [],
  }) as unknown as History;
  try {
    const computed = await computeMetrics(context, hpa, found.scale, current, run.conditions);
    run.metrics = [...computed.statuses];
    const wanted = computed.replicas;
    const decision = decide(hpa, history, current, wanted, context.now);
    run.conditions.push(...decision.conditions);
    // A size that only the windows or limits ask for has no reason.
    const below = wanted < current ? "All metrics below target" : "";
    const reason = wanted > current ? `${computed.metric} above target` : below;
    if (decision.replicas === current) run.desired = current;
    else {
      await rescale(run, found, decision.replicas, reason);
      history.scaled.push({ at: context.now, change: decision.replicas - current });
    }
  } catch (error) {
    if (!(error instanceof MetricsError)) throw error;
    run.metrics = [...error.statuses];
    await tell(run, "Warning", "FailedComputeMetricsReplicas", error.message);
  }
  trim(history, context.now);
  context.remember(memory, history as unknown as Json);
}

async function rescale(
  run: Run,
  { at, scale }: { at: ResourcePath; scale: KubeObject },
  size: number,
  reason: string,
): Promise<void> {
  try {
    const next = { ...scale, spec: { ...scale.spec, replicas: size } };
    await run.context.client.update(at, next, { subresource: "scale" });
  } catch (error) {
    run.desired = run.current ?? 0;
    await tell(run, "Warning", "FailedRescale", `New size: ${size}; reason: ${reason}; error: ${errorText(error)}`);
    run.conditions.push(
      able(
        "False",
        "FailedUpdateScale",
        `the HPA controller was unable to update the target scale: ${errorText(error)}`,
      ),
    );
    return;
  }
  run.desired = size;
  run.scaledAt = run.context.now;
  run.conditions.push(
    able("True", "SucceededRescale", `the HPA controller was able to update the target scale to ${size}`),
  );
  await tell(run, "Normal", "SuccessfulRescale", `New size: ${size}; reason: ${reason}`);
}

async function writeStatus(run: Run): Promise<void> {
  const { context, hpa } = run;
  const { namespace, name } = hpa.metadata;
  const at = ["autoscaling", "horizontalpodautoscalers", namespace, name!] as const;
  const latest = context.lister.get<HorizontalPodAutoscaler>(...at);
  if (latest === undefined) return;
  const status = statusOf(run, latest);
  if (deepEqual(latest.status, status)) return;
  try {
    const where = path("autoscaling", "v2", "horizontalpodautoscalers", namespace);
    await context.client.update(where, { ...latest, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function statusOf(run: Run, { status }: HorizontalPodAutoscaler): HorizontalPodAutoscaler["status"] {
  const conditions = [...(status?.conditions ?? [])];
  for (const draft of run.conditions) {
    const index = conditions.findIndex((c) => c.type === draft.type);
    const since =
      conditions[index]?.status === draft.status ? conditions[index].lastTransitionTime : formatTime(run.context.now);
    const next = { ...draft, lastTransitionTime: since };
    if (index < 0) conditions.push(next);
    else conditions[index] = next;
  }
  const current = run.current ?? status?.currentReplicas;
  const lastScaleTime = run.scaledAt === undefined ? status?.lastScaleTime : formatTime(run.scaledAt);
  const metrics = run.metrics ?? status?.currentMetrics;
  return {
    conditions,
    ...((metrics ?? []).length === 0 ? {} : { currentMetrics: metrics }),
    ...(current ? { currentReplicas: current } : {}),
    desiredReplicas: run.desired,
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    ...(status?.observedGeneration === undefined ? {} : { observedGeneration: status.observedGeneration }),
  };
}

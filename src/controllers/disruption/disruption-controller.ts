import type { Deployment, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import type { Pod } from "../../kinds/types/core_v1.ts";
import type { Condition, LabelSelector } from "../../kinds/types/meta_v1.ts";
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from "../../kinds/types/policy_v1.ts";
import { deepEqual, type OwnerReference } from "../../machinery/object.ts";
import { labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { findCondition } from "../shared/conditions.ts";
import { scaledValue } from "../shared/int-or-percent.ts";
import { controllerOf } from "../shared/owners.ts";
import { path } from "../shared/paths.ts";
import { errorText } from "../shared/pod-control.ts";
import { again, earliest, isPodReady } from "../shared/pods.ts";

const DELETION_TIMEOUT_MS = 2 * 60_000;

/** How many pods there should be, and how many must stay healthy. */
interface Expectation {
  readonly expected: number;
  readonly healthy: number;
  readonly unmanaged: boolean;
}

/** Counts how many pods of a budget may be disrupted. Mirrors pkg/controller/disruption/disruption.go trySync. */
export const disruptionController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const budget = context.lister.get<PodDisruptionBudget>("policy", "poddisruptionbudgets", namespace, name);
    return budget === undefined ? undefined : again(await sync(context, budget));
  },
};

async function sync(context: ReconcileContext, budget: PodDisruptionBudget): Promise<Instant | undefined> {
  const { namespace } = budget.metadata;
  const pods = context.lister
    .list<Pod>("", "pods", namespace)
    .filter((pod) => labelSelectorMatches(budget.spec?.selector, pod.metadata.labels));
  if (pods.length === 0) await context.events.event({ object: budget }, "Normal", "NoPods", "No matching pods found");
  let expectation: Expectation;
  try {
    expectation = expect(context, budget, pods);
  } catch (error) {
    await failSafe(context, budget, error);
    return undefined;
  }
  if (expectation.unmanaged) await tellOfUnmanaged(context, budget);
  const disrupted = stillDisrupted(context, budget, pods);
  const healthy = pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined && disrupted[pod.metadata.name!] === undefined && isPodReady(pod),
  ).length;
  await write(context, budget, statusOf(context, budget, expectation, healthy, disrupted));
  return earliest(...Object.values(disrupted).map((at) => parseTime(at) + DELETION_TIMEOUT_MS + 1));
}

/** Mirrors getExpectedPodCount. */
function expect(context: ReconcileContext, budget: PodDisruptionBudget, pods: readonly Pod[]): Expectation {
  const { maxUnavailable, minAvailable } = budget.spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable === "number")
    return { expected: pods.length, healthy: minAvailable, unmanaged: false };
  if (maxUnavailable === undefined && minAvailable === undefined) return { expected: 0, healthy: 0, unmanaged: false };
  const { expected, unmanaged } = expectedScale(context, pods);
  const healthy =
    maxUnavailable === undefined
      ? scaledValue(minAvailable, expected, true)
      : Math.max(0, expected - scaledValue(maxUnavailable, expected, true));
  return { expected, healthy, unmanaged };
}

/** The sizes of all controllers that pods belong to. Mirrors getExpectedScale. */
function expectedScale(context: ReconcileContext, pods: readonly Pod[]): { expected: number; unmanaged: boolean } {
  const scales = new Map<string, number>();
  let unmanaged = false;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged = true;
    else if (!scales.has(owner.uid)) {
      const [uid, scale] = scaleOf(context, pod, owner);
      scales.set(uid, scale);
    }
  }
  return { expected: [...scales.values()].reduce((a, b) => a + b, 0), unmanaged };
}

const SCALABLE: Readonly<Record<string, readonly [string, string]>> = {
  ReplicationController: ["", "replicationcontrollers"],
  ReplicaSet: ["apps", "replicasets"],
  StatefulSet: ["apps", "statefulsets"],
};
const UNSCALABLE: Readonly<Record<string, string>> = { DaemonSet: "daemonsets.apps", Job: "jobs.batch" };

function scaleOf(context: ReconcileContext, pod: Pod, owner: OwnerReference): readonly [string, number] {
  const { namespace } = pod.metadata;
  const unscalable = Object.hasOwn(UNSCALABLE, owner.kind) ? UNSCALABLE[owner.kind] : undefined;
  if (unscalable !== undefined) throw new Error(`${unscalable} does not implement the scale subresource`);
  const at = Object.hasOwn(SCALABLE, owner.kind) ? SCALABLE[owner.kind] : undefined;
  const found = at && context.lister.get<ReplicaSet>(at[0], at[1], namespace, owner.name);
  if (found === undefined || found.metadata.uid !== owner.uid)
    throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
  const above = owner.kind === "ReplicaSet" ? controllerOf(found) : undefined;
  if (above?.kind !== "Deployment") return [owner.uid, found.spec?.replicas ?? 1];
  const deployment = context.lister.get<Deployment>("apps", "deployments", namespace, above.name);
  if (deployment === undefined) throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
  return [above.uid, deployment.spec?.replicas ?? 1];
}

/** Evicted pods that are not gone yet. Mirrors buildDisruptedPodMap. */
function stillDisrupted(
  context: ReconcileContext,
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
): Record<string, string> {
  const disrupted: Record<string, string> = {};
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata;
    const at = budget.status?.disruptedPods?.[name!];
    if (deletionTimestamp !== undefined || at === undefined) continue;
    if (parseTime(at) + DELETION_TIMEOUT_MS >= context.now) disrupted[name!] = at;
  }
  return disrupted;
}

function statusOf(
  context: ReconcileContext,
  budget: PodDisruptionBudget,
  { expected, healthy: desiredHealthy }: Expectation,
  currentHealthy: number,
  disrupted: Record<string, string>,
): PodDisruptionBudgetStatus {
  const allowed = expected <= 0 ? 0 : Math.max(0, currentHealthy - desiredHealthy);
  const [status, reason] = allowed > 0 ? ["True", "SufficientPods"] : ["False", "InsufficientPods"];
  return {
    conditions: conditionsOf(context, budget, { status: status!, reason: reason!, message: "" }),
    currentHealthy,
    desiredHealthy,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    expectedPods: expected,
    observedGeneration: budget.metadata.generation,
  };
}

function conditionsOf(
  context: ReconcileContext,
  budget: PodDisruptionBudget,
  next: Pick<Condition, "status" | "reason" | "message">,
): Condition[] {
  const present = budget.status?.conditions ?? [];
  const current = findCondition(present, "DisruptionAllowed");
  const lastTransitionTime = current?.status === next.status ? current.lastTransitionTime : formatTime(context.now);
  const condition = {
    type: "DisruptionAllowed",
    ...next,
    lastTransitionTime,
    observedGeneration: budget.metadata.generation,
  };
  return current === undefined ? [...present, condition] : present.map((c) => (c === current ? condition : c));
}

async function write(
  context: ReconcileContext,
  budget: PodDisruptionBudget,
  status: PodDisruptionBudgetStatus,
): Promise<void> {
  if (deepEqual(budget.status, status)) return;
  try {
    const at = path("policy", "v1", "poddisruptionbudgets", budget.metadata.namespace);
    await context.client.update(at, { ...budget, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Nothing may be disrupted while it cannot be told. Mirrors failSafe. */
async function failSafe(context: ReconcileContext, budget: PodDisruptionBudget, error: unknown): Promise<void> {
  const text = errorText(error);
  const message = `Failed to calculate the number of expected pods: ${text}`;
  await context.events.event({ object: budget }, "Warning", "CalculateExpectedPodCountFailed", message);
  const { status = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, disruptionsAllowed: 0 } } = budget;
  const conditions = conditionsOf(context, budget, { status: "False", reason: "SyncFailed", message: text });
  await write(context, budget, { ...status, disruptionsAllowed: 0, conditions });
}

/** How Go prints a *metav1.LabelSelector. */
function goSelector({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const labels = Object.keys(matchLabels)
    .sort()
    .map((k) => `${k}: ${matchLabels[k]},`)
    .join("");
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],}`,
  );
  const list = expressions.map((e) => `${e},`).join("");
  return `&LabelSelector{MatchLabels:map[string]string{${labels}},MatchExpressions:[]LabelSelectorRequirement{${list}},}`;
}

async function tellOfUnmanaged(context: ReconcileContext, budget: PodDisruptionBudget): Promise<void> {
  const message = `Pods selected by this PodDisruptionBudget (selector: ${goSelector(budget.spec?.selector ?? {})}) were found to be unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.`;
  await context.events.event({ object: budget }, "Warning", "UnmanagedPods", message);
}

import type { ReplicaSet, ReplicaSetStatus } from "../../kinds/types/apps_v1.ts";
import type { Pod, PodTemplateSpec } from "../../kinds/types/core_v1.ts";
import type { LabelSelector } from "../../kinds/types/meta_v1.ts";
import { deepEqual, type TypedObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { findCondition, withCondition, withoutCondition } from "../shared/conditions.ts";
import { claim, controllerOf } from "../shared/owners.ts";
import { apps, core } from "../shared/paths.ts";
import {
  createPod,
  deletePod,
  errorText,
  isNamespaceTerminating,
  podFromTemplate,
  slowStart,
} from "../shared/pod-control.ts";
import { again, deletionOrder, isPodActive, isPodAvailable, isPodReady, nextAvailable } from "../shared/pods.ts";
import { matchesLabels } from "../shared/selector.ts";

/** A ReplicaSet, or a ReplicationController seen as one. Mirrors replicaset/conversion.go. */
export interface ReplicaSetLike extends TypedObject {
  spec?: {
    replicas?: number;
    minReadySeconds?: number;
    selector?: LabelSelector | Record<string, string>;
    template?: PodTemplateSpec;
  };
  status?: ReplicaSetStatus;
}

/** How the two kinds differ. */
interface Flavor {
  readonly group: string;
  readonly resource: string;
  selector(set: ReplicaSetLike): LabelSelector | undefined;
}

const MAX_BURST = 500;

/** Keeps the right number of pods of a template. Mirrors pkg/controller/replicaset/replica_set.go syncReplicaSet. */
export const replicaSetController: Controller = controllerOfFlavor({
  group: "apps",
  resource: "replicasets",
  selector: (set) => set.spec?.selector as LabelSelector | undefined,
});

/** The same for ReplicationControllers, whose selector is a map. Mirrors pkg/controller/replication. */
export const replicationController: Controller = controllerOfFlavor({
  group: "",
  resource: "replicationcontrollers",
  selector: (set) => ({ matchLabels: set.spec?.selector as Record<string, string> | undefined }),
});

function controllerOfFlavor(flavor: Flavor): Controller {
  return {
    async reconcile(key, context) {
      const { namespace, name } = splitKey(key);
      const set = context.lister.get<ReplicaSetLike>(flavor.group, flavor.resource, namespace, name);
      return set === undefined ? undefined : syncSet(context, flavor, set);
    },
  };
}

async function syncSet(
  context: ReconcileContext,
  flavor: Flavor,
  set: ReplicaSetLike,
): Promise<{ at: number } | undefined> {
  const { namespace } = set.metadata;
  const candidates = context.lister.list<Pod>("", "pods", namespace).filter(isPodActive);
  const selector = flavor.selector(set);
  const pods = await claim(context, candidates, { owner: set, selector, at: core("pods", namespace) });
  let failure: { readonly error: unknown } | undefined;
  if (set.metadata.deletionTimestamp === undefined) failure = await manageReplicas(context, set, pods);
  // Counted from what was there before, as upstream does: the pods just made or deleted wake this set again.
  await updateStatus(context, flavor, set, statusOf(context, set, pods, failure));
  if (failure !== undefined) throw failure.error;
  return again(nextAvailable(pods, set.spec?.minReadySeconds, context.now));
}

async function manageReplicas(
  context: ReconcileContext,
  set: ReplicaSetLike,
  pods: readonly Pod[],
): Promise<{ readonly error: unknown } | undefined> {
  const missing = (set.spec?.replicas ?? 1) - pods.length;
  if (missing > 0) {
    const { error } = await slowStart(Math.min(missing, MAX_BURST), async () => {
      await createPod(context, set, podFromTemplate(set.spec!.template!, set));
    });
    // Any creation will fail until the namespace is gone: not worth a retry.
    return error === undefined || isNamespaceTerminating(error) ? undefined : { error };
  }
  let failure: { readonly error: unknown } | undefined;
  for (const pod of podsToDelete(context, set, pods, Math.min(-missing, MAX_BURST))) {
    try {
      await deletePod(context, set, pod);
    } catch (error) {
      failure ??= { error };
    }
  }
  return failure;
}

function podsToDelete(
  context: ReconcileContext,
  set: ReplicaSetLike,
  pods: readonly Pod[],
  count: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const onNode = new Map<string, number>();
  for (const pod of relatedPods(context, set)) {
    const node = pod.spec?.nodeName ?? "";
    if (isPodActive(pod)) onNode.set(node, (onNode.get(node) ?? 0) + 1);
  }
  const rank = (pod: Pod): number => onNode.get(pod.spec?.nodeName ?? "") ?? 0;
  return [...pods].sort(deletionOrder(rank, context.now)).slice(0, count);
}

/** The pods of all sets with the same owner: those of a Deployment's other revisions. Mirrors getIndirectlyRelatedPods. */
function relatedPods(context: ReconcileContext, set: ReplicaSetLike): readonly Pod[] {
  const { namespace } = set.metadata;
  const owner = controllerOf(set);
  const sets =
    owner === undefined ? [set] : context.lister.ownedBy<ReplicaSet>("apps", "replicasets", namespace, owner.uid);
  return sets.flatMap((s) => context.lister.ownedBy<Pod>("", "pods", namespace, s.metadata.uid!));
}

function statusOf(
  context: ReconcileContext,
  set: ReplicaSetLike,
  pods: readonly Pod[],
  failure: { readonly error: unknown } | undefined,
): ReplicaSetStatus {
  const templateLabels = set.spec?.template?.metadata?.labels;
  const status: ReplicaSetStatus = {
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter((p) => matchesLabels(templateLabels, p.metadata.labels)).length,
    readyReplicas: pods.filter(isPodReady).length,
    availableReplicas: pods.filter((p) => isPodAvailable(p, set.spec?.minReadySeconds, context.now)).length,
    observedGeneration: set.metadata.generation,
  };
  const conditions = conditionsOf(context, set, pods, failure);
  return conditions.length === 0 ? dropZeros(status) : { ...dropZeros(status), conditions };
}

function conditionsOf(
  context: ReconcileContext,
  set: ReplicaSetLike,
  pods: readonly Pod[],
  failure: { readonly error: unknown } | undefined,
): NonNullable<ReplicaSetStatus["conditions"]> {
  const present = set.status?.conditions ?? [];
  const current = findCondition(present, "ReplicaFailure");
  if (failure === undefined) return withoutCondition(present, "ReplicaFailure");
  if (current !== undefined) return present;
  return withCondition(present, {
    type: "ReplicaFailure",
    status: "True",
    lastTransitionTime: formatTime(context.now),
    reason: pods.length < (set.spec?.replicas ?? 1) ? "FailedCreate" : "FailedDelete",
    message: errorText(failure.error),
  });
}

/** Go's omitempty: counts of zero are absent from what the API shows, all but `replicas`. */
function dropZeros(status: ReplicaSetStatus): ReplicaSetStatus {
  const { replicas, fullyLabeledReplicas, readyReplicas, availableReplicas, observedGeneration } = status;
  return {
    replicas,
    ...(fullyLabeledReplicas ? { fullyLabeledReplicas } : {}),
    ...(readyReplicas ? { readyReplicas } : {}),
    ...(availableReplicas ? { availableReplicas } : {}),
    ...(observedGeneration ? { observedGeneration } : {}),
  };
}

async function updateStatus(
  context: ReconcileContext,
  flavor: Flavor,
  set: ReplicaSetLike,
  status: ReplicaSetStatus,
): Promise<void> {
  const { namespace, name } = set.metadata;
  const latest = context.lister.get<ReplicaSetLike>(flavor.group, flavor.resource, namespace, name!);
  if (latest === undefined || deepEqual(latest.status, status)) return;
  const at = flavor.group === "" ? core(flavor.resource, namespace) : apps(flavor.resource, namespace);
  try {
    await context.client.update(at, { ...latest, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

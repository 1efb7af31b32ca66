import type { ControllerRevision, StatefulSet, StatefulSetStatus } from "../../kinds/types/apps_v1.ts";
import type { Pod, PodTemplateSpec } from "../../kinds/types/core_v1.ts";
import { deepCopy, deepEqual } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { claim } from "../shared/owners.ts";
import { apps, core } from "../shared/paths.ts";
import { again, isPodAvailable, isPodReady, nextAvailable } from "../shared/pods.ts";
import { claimRevisions, syncRevision, truncateHistory } from "../shared/revisions.ts";
import { isEmptySelector } from "../shared/selector.ts";
import { ordinalOf, replicasOf, revisionOf } from "./identity.ts";
import { stepTowards } from "./step.ts";

/** Keeps numbered pods with claims of their own. Mirrors pkg/controller/statefulset/stateful_set_control.go. */
export const statefulSetController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const set = context.lister.get<StatefulSet>("apps", "statefulsets", namespace, name);
    if (set === undefined || isEmptySelector(set.spec?.selector)) return undefined;
    const pods = await claim(context, context.lister.list<Pod>("", "pods", namespace), {
      owner: set,
      selector: set.spec?.selector,
      at: core("pods", namespace),
      accepts: (pod) => ordinalOf(set, pod) >= 0,
    });
    await sync(context, set, pods);
    return again(nextAvailable(pods, set.spec?.minReadySeconds, context.now));
  },
};

/** What a revision keeps: the template, as a patch that replaces it. Mirrors getPatch. */
function revisionData(set: StatefulSet): NonNullable<ControllerRevision["data"]> {
  return { spec: { template: { ...deepCopy(set.spec!.template), $patch: "replace" } } };
}

/** The template of a revision. Mirrors ApplyRevision. */
function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } })
    .spec.template;
  return template;
}

async function sync(context: ReconcileContext, set: StatefulSet, pods: readonly Pod[]): Promise<void> {
  const history = await claimRevisions(context, set, set.spec?.selector);
  const draft = {
    owner: set,
    data: revisionData(set),
    labels: set.spec!.template.metadata?.labels,
    hashLabel: "controller.kubernetes.io/hash",
  };
  const { revision: update, collisions } = await syncRevision(context, draft, history, set.status?.collisionCount ?? 0);
  const current = history.find((r) => r.metadata.name === set.status?.currentRevision) ?? update;
  const names = { current: current.metadata.name!, update: update.metadata.name! };
  const templates = { current: templateOf(current), update: templateOf(update) };
  let failure: { readonly error: unknown } | undefined;
  let removedForUpdate = 0;
  if (set.metadata.deletionTimestamp === undefined) {
    try {
      removedForUpdate = await stepTowards({ context, set, pods, names, templates });
    } catch (error) {
      failure = { error };
    }
  }
  const status = complete(set, statusOf(context, set, pods, names, collisions));
  if (removedForUpdate > 0 && status.currentReplicas !== undefined) status.currentReplicas -= removedForUpdate;
  await writeStatus(context, set, dropZeros(status));
  if (failure !== undefined) throw failure.error;
  const used = new Set([names.current, names.update, ...pods.map(revisionOf)]);
  await truncateHistory(context, history, (r) => used.has(r.metadata.name!), set.spec?.revisionHistoryLimit ?? 10);
}

function statusOf(
  context: ReconcileContext,
  set: StatefulSet,
  pods: readonly Pod[],
  names: { readonly current: string; readonly update: string },
  collisionCount: number | undefined,
): StatefulSetStatus {
  const ready = pods.filter((p) => p.status?.phase === "Running" && isPodReady(p));
  const staying = pods.filter((p) => p.metadata.deletionTimestamp === undefined);
  const { conditions } = set.status ?? {};
  return {
    observedGeneration: set.metadata.generation,
    replicas: pods.length,
    readyReplicas: ready.length,
    availableReplicas: ready.filter((p) => isPodAvailable(p, set.spec?.minReadySeconds, context.now)).length,
    currentReplicas: staying.filter((p) => revisionOf(p) === names.current).length,
    updatedReplicas: staying.filter((p) => revisionOf(p) === names.update).length,
    currentRevision: names.current,
    updateRevision: names.update,
    collisionCount,
    ...(conditions === undefined ? {} : { conditions }),
  };
}

/** Makes the update revision the current one once all pods have it. Mirrors completeRollingUpdate. */
function complete(set: StatefulSet, status: StatefulSetStatus): StatefulSetStatus {
  if (set.spec?.updateStrategy?.type === "OnDelete") return status;
  const all = [status.updatedReplicas, status.readyReplicas, replicasOf(set)].every((n) => n === status.replicas);
  if (!all) return status;
  return { ...status, currentReplicas: status.updatedReplicas, currentRevision: status.updateRevision };
}

/** Go's omitempty: of the counts only replicas and availableReplicas are always there. */
function dropZeros(status: StatefulSetStatus): StatefulSetStatus {
  const { readyReplicas, currentReplicas, updatedReplicas, ...rest } = status;
  return {
    ...rest,
    ...(readyReplicas ? { readyReplicas } : {}),
    ...(currentReplicas && currentReplicas > 0 ? { currentReplicas } : {}),
    ...(updatedReplicas ? { updatedReplicas } : {}),
  };
}

async function writeStatus(context: ReconcileContext, set: StatefulSet, status: StatefulSetStatus): Promise<void> {
  const { namespace, name } = set.metadata;
  const latest = context.lister.get<StatefulSet>("apps", "statefulsets", namespace, name!);
  if (latest === undefined || deepEqual(latest.status, status)) return;
  try {
    await context.client.update(apps("statefulsets", namespace), { ...latest, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

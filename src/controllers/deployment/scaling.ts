import type { Deployment, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { apps } from "../shared/paths.ts";
import {
  active,
  DESIRED_REPLICAS,
  desired,
  fenceposts,
  isRollingUpdate,
  isSaturated,
  numberAnnotation,
  proportion,
  replicasOf,
  revisionOf,
  specTotal,
} from "./arithmetic.ts";
import { allSets, type Rollout, sizeAnnotations, sortedByCreation } from "./replica-sets.ts";

/** Whether the Deployment's size changed since its sets last heard of it. Mirrors isScalingEvent. */
export function isScalingEvent(r: Rollout): boolean {
  return active(allSets(r)).some((set) => {
    const annotated = numberAnnotation(set, DESIRED_REPLICAS);
    return annotated !== undefined && annotated !== desired(r.deployment);
  });
}

/** Sets a set's size, tells it of the Deployment's, records the event, and keeps the rollout current. Answers whether the size changed. Mirrors scaleReplicaSet. */
export async function scaleSet(r: Rollout, set: ReplicaSet, size: number): Promise<boolean> {
  const before = replicasOf(set);
  const wanted = sizeAnnotations(r.deployment);
  const told = Object.entries(wanted).every(([key, value]) => set.metadata.annotations?.[key] === value);
  if (before === size && told) return false;
  const annotations = { ...set.metadata.annotations, ...wanted };
  const changed = { ...set, metadata: { ...set.metadata, annotations }, spec: { ...set.spec!, replicas: size } };
  const updated = await r.context.client.update<ReplicaSet>(apps("replicasets", set.metadata.namespace), changed);
  if (r.newSet?.metadata.uid === set.metadata.uid) r.newSet = updated;
  else r.oldSets = r.oldSets.map((old) => (old.metadata.uid === set.metadata.uid ? updated : old));
  if (before === size) return false;
  const direction = before < size ? "up" : "down";
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${size}`;
  await r.context.events.event({ object: r.deployment }, "Normal", "ScalingReplicaSet", message);
  return true;
}

/** The same, but nothing at all where the size is right. Mirrors scaleReplicaSetAndRecordEvent. */
export async function scaleTo(r: Rollout, set: ReplicaSet, size: number): Promise<boolean> {
  return replicasOf(set) === size ? false : scaleSet(r, set, size);
}

/** The only set with pods, or the newest where none has; undefined where several have. Mirrors FindActiveOrLatest. */
function activeOrLatest(r: Rollout): ReplicaSet | undefined {
  const withPods = active(allSets(r));
  if (withPods.length > 1) return undefined;
  return withPods[0] ?? r.newSet ?? sortedByCreation(r.oldSets).at(-1);
}

/** Reacts to a changed size outside a rollout: all to the one set, or a share to each. Mirrors DeploymentController.scale. */
export async function scale(r: Rollout): Promise<void> {
  const d = r.deployment;
  const only = activeOrLatest(r);
  if (only !== undefined) {
    await scaleTo(r, only, desired(d));
  } else if (isSaturated(d, r.newSet)) {
    for (const old of active(r.oldSets)) await scaleTo(r, old, 0);
  } else if (isRollingUpdate(d)) {
    for (const [set, size] of proportionalSizes(d, active(allSets(r)))) await scaleSet(r, set, size);
  }
}

const bySize = (newerFirst: boolean) => (a: ReplicaSet, b: ReplicaSet) => {
  if (replicasOf(a) !== replicasOf(b)) return replicasOf(b) - replicasOf(a);
  const order = sortedByCreation([a, b])[0] === a ? -1 : 1;
  return newerFirst ? -order : order;
};

/** Each set's new size, the largest first, which also takes what rounding leaves over. */
export function proportionalSizes(d: Deployment, sets: readonly ReplicaSet[]): [ReplicaSet, number][] {
  const allowed = desired(d) > 0 ? desired(d) + fenceposts(d).surge : 0;
  const toAdd = allowed - specTotal(sets);
  const sorted = toAdd === 0 ? [...sets] : [...sets].sort(bySize(toAdd > 0));
  let added = 0;
  const sizes = sorted.map((set): [ReplicaSet, number] => {
    const share = proportion(set, d, toAdd, added);
    added += share;
    return [set, replicasOf(set) + share];
  });
  if (toAdd !== 0 && sizes[0] !== undefined) sizes[0][1] = Math.max(0, sizes[0][1] + toAdd - added);
  return sizes;
}

/** Deletes old sets without pods beyond revisionHistoryLimit, lowest revisions first. Mirrors cleanupDeployment. */
export async function cleanUp(r: Rollout): Promise<void> {
  const limit = r.deployment.spec?.revisionHistoryLimit;
  if (limit === undefined) return;
  const candidates = r.oldSets.filter((set) => set.metadata.deletionTimestamp === undefined);
  const surplus = candidates.length - limit;
  if (surplus <= 0) return;
  candidates.sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of candidates.slice(0, surplus)) {
    const observed = (set.metadata.generation ?? 0) <= (set.status?.observedGeneration ?? 0);
    if ((set.status?.replicas ?? 0) !== 0 || replicasOf(set) !== 0 || !observed) continue;
    try {
      await r.context.client.delete(apps("replicasets", set.metadata.namespace), set.metadata.name!);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }
}

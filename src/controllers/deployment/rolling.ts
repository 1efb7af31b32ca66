import type { ReplicaSet } from "../../kinds/types/apps_v1.ts";
import {
  active,
  availableTotal,
  desired,
  isComplete,
  maxUnavailable,
  newSetReplicas,
  replicasOf,
  specTotal,
} from "./arithmetic.ts";
import { syncRolloutStatus } from "./progress.ts";
import { allSets, type Rollout, sortedByCreation, syncRevision } from "./replica-sets.ts";
import { cleanUp, scaleTo } from "./scaling.ts";

/** One step of a rolling update: up if there is room, else down if that leaves enough. Mirrors rolloutRolling. */
export async function rollForward(r: Rollout): Promise<void> {
  await syncRevision(r, true);
  const moved = (await growNewSet(r)) || (await shrinkOldSets(r));
  if (!moved && isComplete(r.deployment, r.deployment.status)) await cleanUp(r);
  await syncRolloutStatus(r);
}

/** Mirrors reconcileNewReplicaSet. */
async function growNewSet(r: Rollout): Promise<boolean> {
  const set = r.newSet!;
  const current = replicasOf(set);
  if (current === desired(r.deployment)) return false;
  if (current > desired(r.deployment)) return scaleTo(r, set, desired(r.deployment));
  return scaleTo(r, set, newSetReplicas(r.deployment, allSets(r), current));
}

/** Mirrors reconcileOldReplicaSets. */
async function shrinkOldSets(r: Rollout): Promise<boolean> {
  if (specTotal(r.oldSets) === 0) return false;
  const newSet = r.newSet!;
  const minAvailable = desired(r.deployment) - maxUnavailable(r.deployment);
  const newUnavailable = replicasOf(newSet) - (newSet.status?.availableReplicas ?? 0);
  const most = specTotal(allSets(r)) - minAvailable - newUnavailable;
  if (most <= 0) return false;
  const unhealthy = await shrinkUnhealthy(r, most);
  const healthy = await shrinkHealthy(r, minAvailable);
  return unhealthy + healthy > 0;
}

const unavailableOf = (set: ReplicaSet): number => replicasOf(set) - (set.status?.availableReplicas ?? 0);

/** Pods that do not serve anyway go first. Mirrors cleanupUnhealthyReplicas. */
async function shrinkUnhealthy(r: Rollout, most: number): Promise<number> {
  let removed = 0;
  for (const set of sortedByCreation(active(r.oldSets))) {
    const count = Math.min(most - removed, unavailableOf(set));
    if (count <= 0) continue;
    await scaleTo(r, set, replicasOf(set) - count);
    removed += count;
  }
  return removed;
}

/** Mirrors scaleDownOldReplicaSetsForRollingUpdate. */
async function shrinkHealthy(r: Rollout, minAvailable: number): Promise<number> {
  const most = availableTotal(allSets(r)) - minAvailable;
  let removed = 0;
  for (const set of sortedByCreation(active(r.oldSets))) {
    const count = Math.min(replicasOf(set), most - removed);
    if (count <= 0) break;
    await scaleTo(r, set, replicasOf(set) - count);
    removed += count;
  }
  return removed;
}

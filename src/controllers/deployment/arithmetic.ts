import type { Deployment, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import { scaledValue } from "../shared/int-or-percent.ts";

/** The annotations through which a Deployment and its ReplicaSets remember each other's sizes and revisions. */
export const REVISION = "deployment.kubernetes.io/revision";
export const REVISION_HISTORY = "deployment.kubernetes.io/revision-history";
export const DESIRED_REPLICAS = "deployment.kubernetes.io/desired-replicas";
export const MAX_REPLICAS = "deployment.kubernetes.io/max-replicas";

export const desired = (d: Deployment): number => d.spec?.replicas ?? 1;
export const replicasOf = (set: ReplicaSet): number => set.spec?.replicas ?? 1;
export const isRollingUpdate = (d: Deployment): boolean => d.spec?.strategy?.type !== "Recreate";
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
export const specTotal = (sets: readonly ReplicaSet[]): number => sum(sets.map(replicasOf));
export const actualTotal = (sets: readonly ReplicaSet[]): number => sum(sets.map((s) => s.status?.replicas ?? 0));
export const readyTotal = (sets: readonly ReplicaSet[]): number => sum(sets.map((s) => s.status?.readyReplicas ?? 0));
export const availableTotal = (sets: readonly ReplicaSet[]): number =>
  sum(sets.map((s) => s.status?.availableReplicas ?? 0));
/** The sets that have or want pods. Mirrors controller.FilterActiveReplicaSets. */
export const active = (sets: readonly ReplicaSet[]): ReplicaSet[] => sets.filter((s) => replicasOf(s) > 0);

/** maxSurge and maxUnavailable as numbers of pods; both zero would stand still, so that one may then be missing. Mirrors ResolveFenceposts. */
export function fenceposts(d: Deployment): { readonly surge: number; readonly unavailable: number } {
  if (!isRollingUpdate(d)) return { surge: 0, unavailable: 0 };
  const rolling = d.spec?.strategy?.rollingUpdate;
  const surge = scaledValue(rolling?.maxSurge, desired(d), true);
  const unavailable = scaledValue(rolling?.maxUnavailable, desired(d), false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : unavailable };
}

/** How many pods may be missing at most. Mirrors deploymentutil.MaxUnavailable. */
export function maxUnavailable(d: Deployment): number {
  return isRollingUpdate(d) && desired(d) > 0 ? Math.min(fenceposts(d).unavailable, desired(d)) : 0;
}

/** How many replicas the new set may have now. Mirrors deploymentutil.NewRSNewReplicas. */
export function newSetReplicas(d: Deployment, all: readonly ReplicaSet[], newReplicas: number): number {
  if (!isRollingUpdate(d)) return desired(d);
  const room = desired(d) + fenceposts(d).surge - specTotal(all);
  return room <= 0 ? newReplicas : newReplicas + Math.min(room, desired(d) - newReplicas);
}

/** The number that an annotation of a set holds. */
export function numberAnnotation(set: ReplicaSet, name: string): number | undefined {
  const text = set.metadata.annotations?.[name];
  return text !== undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : undefined;
}

/** A set's revision; 0 where it has none. Mirrors deploymentutil.Revision. */
export const revisionOf = (set: ReplicaSet): number => numberAnnotation(set, REVISION) ?? 0;

/** Whether the new set has all pods, and all available. Mirrors deploymentutil.IsSaturated. */
export function isSaturated(d: Deployment, set: ReplicaSet | undefined): boolean {
  return (
    set !== undefined &&
    numberAnnotation(set, DESIRED_REPLICAS) === desired(d) &&
    replicasOf(set) === desired(d) &&
    (set.status?.availableReplicas ?? 0) === desired(d)
  );
}

/** Go's math.Round-alike that the proportion uses: halves away from zero. */
const round = (x: number): number => (x < 0 ? Math.ceil(x - 0.5) : Math.floor(x + 0.5));

/** How many replicas of `toAdd` (negative: to remove) fall to a set, `added` having fallen to others. Mirrors deploymentutil.GetReplicaSetProportion. */
export function proportion(set: ReplicaSet, d: Deployment, toAdd: number, added: number): number {
  const current = replicasOf(set);
  if (current === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(set, d);
  const allowed = toAdd - added;
  return toAdd > 0 ? Math.min(fraction, allowed) : Math.max(fraction, allowed);
}

function fractionOf(set: ReplicaSet, d: Deployment): number {
  const current = replicasOf(set);
  if (desired(d) === 0) return -current;
  const target = desired(d) + fenceposts(d).surge;
  const annotated = numberAnnotation(set, MAX_REPLICAS) || d.status?.replicas || current;
  return round((current * target) / annotated) - current;
}

/** Whether a rollout is over. Mirrors deploymentutil.DeploymentComplete. */
export function isComplete(d: Deployment, status: Deployment["status"]): boolean {
  return (
    (status?.updatedReplicas ?? 0) === desired(d) &&
    (status?.replicas ?? 0) === desired(d) &&
    (status?.availableReplicas ?? 0) === desired(d) &&
    (status?.observedGeneration ?? 0) >= (d.metadata.generation ?? 0)
  );
}

const FOREVER = 2 ** 31 - 1;

/** Whether lack of progress is watched at all. Mirrors deploymentutil.HasProgressDeadline. */
export function hasProgressDeadline(d: Deployment): boolean {
  const seconds = d.spec?.progressDeadlineSeconds;
  return seconds !== undefined && seconds !== FOREVER;
}

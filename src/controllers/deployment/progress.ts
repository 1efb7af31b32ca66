import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import { findCondition, withCondition, withoutCondition } from "../shared/conditions.ts";
import {
  actualTotal,
  availableTotal,
  desired,
  hasProgressDeadline,
  isComplete,
  maxUnavailable,
  readyTotal,
  specTotal,
} from "./arithmetic.ts";
import { allSets, type Rollout, writeStatus } from "./replica-sets.ts";

function condition(r: Rollout, type: string, status: string, reason: string, message: string): DeploymentCondition {
  const now = formatTime(r.context.now);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

/** Go's omitempty: counts of zero are absent. */
function counts(entries: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(Object.entries(entries).filter((e): e is [string, number] => Boolean(e[1])));
}

/** What the sets add up to, with the Available condition. Mirrors calculateStatus. */
export function calculateStatus(r: Rollout): DeploymentStatus {
  const d = r.deployment;
  const all = allSets(r);
  const availableReplicas = availableTotal(all);
  const available = availableReplicas >= desired(d) - maxUnavailable(d);
  const conditions = withCondition(
    d.status?.conditions,
    available
      ? condition(r, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
      : condition(
          r,
          "Available",
          "False",
          "MinimumReplicasUnavailable",
          "Deployment does not have minimum availability.",
        ),
  );
  const collisionCount = d.status?.collisionCount;
  return {
    ...counts({
      observedGeneration: d.metadata.generation,
      replicas: actualTotal(all),
      updatedReplicas: actualTotal(r.newSet === undefined ? [] : [r.newSet]),
      readyReplicas: readyTotal(all),
      availableReplicas,
      unavailableReplicas: Math.max(0, specTotal(all) - availableReplicas),
    }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions,
  };
}

/** Writes the status of a Deployment that is paused, scaled or going away: no estimate of progress. Mirrors syncDeploymentStatus. */
export async function syncPlainStatus(r: Rollout): Promise<void> {
  const status = calculateStatus(r);
  if (!deepEqual(status, r.deployment.status)) await writeStatus(r, { ...r.deployment, status });
}

/** Writes the status during a rollout, with the Progressing and ReplicaFailure conditions. Mirrors syncRolloutStatus. */
export async function syncRolloutStatus(r: Rollout): Promise<void> {
  const d = r.deployment;
  const status = calculateStatus(r);
  if (!hasProgressDeadline(d)) status.conditions = withoutCondition(status.conditions, "Progressing");
  else if (!isOver(d, status)) status.conditions = estimateProgress(r, status);
  const failure = replicaFailure(r);
  status.conditions =
    failure === undefined
      ? withoutCondition(status.conditions, "ReplicaFailure")
      : withCondition(status.conditions, failure);
  if (!deepEqual(status, d.status)) await writeStatus(r, { ...d, status });
}

function isOver(d: Deployment, status: DeploymentStatus): boolean {
  const reason = findCondition(d.status?.conditions, "Progressing")?.reason;
  return (status.replicas ?? 0) === (status.updatedReplicas ?? 0) && reason === "NewReplicaSetAvailable";
}

function estimateProgress(r: Rollout, status: DeploymentStatus): DeploymentCondition[] {
  const d = r.deployment;
  const conditions = status.conditions ?? [];
  const subject = r.newSet === undefined ? `Deployment "${d.metadata.name}"` : `ReplicaSet "${r.newSet.metadata.name}"`;
  if (isComplete(d, status)) {
    const message = `${subject} has successfully progressed.`;
    return withCondition(conditions, condition(r, "Progressing", "True", "NewReplicaSetAvailable", message));
  }
  const current = findCondition(d.status?.conditions, "Progressing");
  if (isProgressing(d.status, status)) {
    // Written even where status and reason stay: lastUpdateTime is what the deadline counts from.
    const next = condition(r, "Progressing", "True", "ReplicaSetUpdated", `${subject} is progressing.`);
    const since = current?.status === "True" ? current.lastTransitionTime : next.lastTransitionTime;
    return [...withoutCondition(conditions, "Progressing"), { ...next, lastTransitionTime: since }];
  }
  if (hasTimedOut(d, current, r.context.now)) {
    const message = `${subject} has timed out progressing.`;
    return withCondition(conditions, condition(r, "Progressing", "False", "ProgressDeadlineExceeded", message));
  }
  return conditions;
}

/** Mirrors deploymentutil.DeploymentProgressing. */
function isProgressing(before: DeploymentStatus | undefined, after: DeploymentStatus): boolean {
  const n = (x: number | undefined): number => x ?? 0;
  const old = (s: DeploymentStatus | undefined): number => n(s?.replicas) - n(s?.updatedReplicas);
  return (
    n(after.updatedReplicas) > n(before?.updatedReplicas) ||
    old(after) < old(before) ||
    n(after.readyReplicas) > n(before?.readyReplicas) ||
    n(after.availableReplicas) > n(before?.availableReplicas)
  );
}

function deadline(d: Deployment, current: DeploymentCondition): Instant {
  return parseTime(current.lastUpdateTime) + (d.spec?.progressDeadlineSeconds ?? 0) * 1000;
}

/** Mirrors deploymentutil.DeploymentTimedOut. */
function hasTimedOut(d: Deployment, current: DeploymentCondition | undefined, now: Instant): boolean {
  if (current === undefined || current.reason === "NewReplicaSetAvailable") return false;
  return current.reason === "ProgressDeadlineExceeded" || deadline(d, current) < now;
}

/** When lack of progress has to be noticed; undefined: never. Mirrors requeueStuckDeployment, with its second of slack. */
export function nextProgressCheck(d: Deployment): Instant | undefined {
  const current = findCondition(d.status?.conditions, "Progressing");
  if (!hasProgressDeadline(d) || d.spec?.paused === true || current === undefined) return undefined;
  if (
    isComplete(d, d.status) ||
    current.reason === "ProgressDeadlineExceeded" ||
    current.reason === "NewReplicaSetAvailable"
  )
    return undefined;
  return deadline(d, current) + 1000;
}

/** The failure to show on the Deployment: the new set's, else any old one's. Mirrors getReplicaFailures. */
function replicaFailure(r: Rollout): DeploymentCondition | undefined {
  const of = (set: ReplicaSet): DeploymentCondition | undefined => {
    const found = findCondition(set.status?.conditions, "ReplicaFailure");
    return found && { ...found, lastUpdateTime: found.lastTransitionTime };
  };
  const first = r.newSet === undefined ? undefined : of(r.newSet);
  if (first !== undefined) return first;
  for (const set of r.oldSets) {
    const failure = of(set);
    if (failure !== undefined) return failure;
  }
  return undefined;
}

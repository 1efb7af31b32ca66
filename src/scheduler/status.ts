import type { ReconcileContext } from "../controllers/controller.ts";
import type { Pod, PodCondition, PodStatus } from "../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../machinery/object.ts";
import { isConflict, isNotFound } from "../machinery/status-error.ts";
import { formatTime } from "../machinery/time.ts";
import type { Candidate } from "./preemption.ts";

const pods = (pod: Pod) => ({
  group: "",
  version: "v1",
  resource: "pods",
  ...(pod.metadata.namespace === undefined ? {} : { namespace: pod.metadata.namespace }),
});

/** Changes a pod's status, on its newest version where ours is old. */
async function changeStatus(
  pod: Pod,
  context: ReconcileContext,
  change: (status: PodStatus) => PodStatus,
): Promise<void> {
  let current = pod;
  for (let attempt = 0; ; attempt++) {
    const status = change(current.status ?? {});
    if (deepEqual(status, current.status ?? {})) return;
    try {
      await context.client.update<Pod>(pods(pod), { ...current, status }, { subresource: "status" });
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt > 4) throw error;
      current = await context.client.get<Pod>(pods(pod), pod.metadata.name ?? "");
    }
  }
}

function withCondition(status: PodStatus, next: PodCondition, now: number): PodStatus {
  const conditions = status.conditions ?? [];
  const old = conditions.find((c) => c.type === next.type);
  if (old && old.status === next.status && old.reason === next.reason && old.message === next.message) return status;
  const since = old?.status === next.status ? old.lastTransitionTime : undefined;
  const updated: PodCondition = { ...next, lastTransitionTime: since ?? formatTime(now) };
  return {
    ...status,
    conditions: old ? conditions.map((c) => (c === old ? updated : c)) : [...conditions, updated],
  };
}

/** Sets PodScheduled=False and the nominated node (undefined: none). Mirrors schedule_one.go updatePod. */
export function markUnschedulable(
  pod: Pod,
  message: string,
  nominated: string | undefined,
  context: ReconcileContext,
): Promise<void> {
  return changeStatus(pod, context, (status) => {
    const condition = { type: "PodScheduled", status: "False", reason: "Unschedulable", message };
    const { nominatedNodeName: _old, ...rest } = withCondition(status, condition, context.now);
    return nominated ? { ...rest, nominatedNodeName: nominated } : rest;
  });
}

/** Marks and deletes the victims of a preemption. Mirrors preemption.go prepareCandidate. */
export async function evictVictims(pod: Pod, candidate: Candidate, context: ReconcileContext): Promise<void> {
  for (const victim of candidate.victims) {
    if (victim.metadata.deletionTimestamp) continue;
    const condition = {
      type: "DisruptionTarget",
      status: "True",
      reason: "PreemptionByScheduler",
      message: "default-scheduler: preempting to accommodate a higher priority pod",
    };
    await changeStatus(victim, context, (status) => withCondition(status, condition, context.now));
    const { uid } = victim.metadata;
    try {
      await context.client.delete(pods(victim), victim.metadata.name ?? "", uid === undefined ? {} : { uid });
    } catch (error) {
      if (isNotFound(error) || isConflict(error)) continue;
      throw error;
    }
    const message = `Preempted by pod ${pod.metadata.uid} on node ${candidate.node}`;
    const event = { type: "Normal", reason: "Preempted", action: "Preempting", note: message } as const;
    await context.events.action({ object: victim as KubeObject }, { ...event, related: pod as KubeObject });
  }
}

/** Takes the node back from less important pods that were nominated to it. Mirrors preemption.go getLowerPriorityNominatedPods. */
export async function clearNominations(
  pod: Pod,
  node: string,
  nominated: readonly Pod[],
  context: ReconcileContext,
): Promise<void> {
  const priority = pod.spec?.priority ?? 0;
  for (const other of nominated) {
    if (other.status?.nominatedNodeName !== node || (other.spec?.priority ?? 0) >= priority) continue;
    await changeStatus(other, context, ({ nominatedNodeName: _gone, ...status }) => status);
  }
}

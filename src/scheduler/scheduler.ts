import type { ReconcileContext } from "../controllers/controller.ts";
import { type Controller, splitKey } from "../controllers/controller.ts";
import type { Pod } from "../kinds/types/core_v1.ts";
import type { KubeObject } from "../machinery/object.ts";
import { isConflict, isNotFound } from "../machinery/status-error.ts";
import { type Instant, parseTime } from "../machinery/time.ts";
import { assumeVolumes, waitsForVolumes } from "./bind-volumes.ts";
import { fitError } from "./fit-error.ts";
import { isGated } from "./plugins/scheduling-gates.ts";
import { preempt } from "./preemption.ts";
import { defaultProfile } from "./profile.ts";
import { backOffUntil, lastAttempt } from "./queue.ts";
import { schedulePod } from "./schedule.ts";
import { takeSnapshot } from "./snapshot.ts";
import { clearNominations, evictVictims, markUnschedulable } from "./status.ts";

/** How long a pod waits for something to change before it is tried again all the same, in milliseconds. Mirrors podMaxInUnschedulablePodsDuration. */
const RETRY_MS = 5 * 60_000;

const schedulerName = "default-scheduler";

/** Whether the scheduler has to find a node for the pod. */
const isPending = (pod: Pod): boolean =>
  !pod.spec?.nodeName &&
  (pod.spec?.schedulerName ?? schedulerName) === schedulerName &&
  pod.metadata.deletionTimestamp === undefined &&
  pod.status?.phase !== "Succeeded" &&
  pod.status?.phase !== "Failed" &&
  !isGated(pod);

const wasTried = (pod: Pod): boolean => (pod.status?.conditions ?? []).some((c) => c.type === "PodScheduled");

/** The pods that have not been tried yet and are more important: they are ahead in the queue. Mirrors plugins/queuesort. */
function ahead(pod: Pod, context: ReconcileContext): readonly Pod[] {
  const priority = pod.spec?.priority ?? 0;
  return context.lister
    .list<Pod>("", "pods")
    .filter((other) => isPending(other) && !wasTried(other) && (other.spec?.priority ?? 0) > priority)
    .sort((a, b) => (b.spec?.priority ?? 0) - (a.spec?.priority ?? 0));
}

/** Binds pods to nodes, one key a pod. Mirrors pkg/scheduler/schedule_one.go ScheduleOne. */
export const scheduler: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const pod = context.lister.get<Pod>("", "pods", namespace, name);
    if (pod === undefined || !isPending(pod)) return undefined;
    for (const other of wasTried(pod) ? [] : ahead(pod, context)) await scheduleOne(other, context);
    const current = context.lister.get<Pod>("", "pods", namespace, name);
    if (current === undefined || !isPending(current)) return undefined;
    return scheduleOne(current, context);
  },
};

async function scheduleOne(pod: Pod, context: ReconcileContext): Promise<{ readonly at: Instant } | undefined> {
  const until = backOffUntil(pod, context.lister);
  if (until !== undefined && context.now < until) return { at: until };
  const snapshot = takeSnapshot(context.lister);
  if (snapshot.nodes.length === 0) {
    return refuse(pod, "no nodes available to schedule pods", pod.status?.nominatedNodeName, context);
  }
  if (waitsForVolumes(pod, context.lister)) return undefined;
  const decision = schedulePod(defaultProfile, pod, snapshot, (purpose) => context.chance(purpose));
  if ("node" in decision) {
    if (await assumeVolumes(pod, decision.node, context)) await bind(pod, decision.node, context);
    return undefined;
  }
  const outcome = preempt(defaultProfile, pod, snapshot, decision.diagnosis, (purpose) => context.chance(purpose));
  if ("candidate" in outcome) {
    const { candidate } = outcome;
    await evictVictims(pod, candidate, context);
    await clearNominations(pod, candidate.node, snapshot.nominated, context);
    return refuse(pod, fitError(decision.diagnosis), candidate.node, context);
  }
  const message = fitError({ ...decision.diagnosis, postFilter: `preemption: ${outcome.message}` });
  return refuse(pod, message, outcome.keepNomination ? pod.status?.nominatedNodeName : undefined, context);
}

/** Says that the pod found no node; silent where that is known already and was said lately. */
async function refuse(
  pod: Pod,
  message: string,
  nominated: string | undefined,
  context: ReconcileContext,
): Promise<{ readonly at: Instant }> {
  const known = (pod.status?.conditions ?? []).find((c) => c.type === "PodScheduled");
  const news = known?.message !== message || known?.reason !== "Unschedulable";
  const last = lastAttempt(pod, context.lister) ?? parseTime(known?.lastTransitionTime);
  const again = context.now >= last + RETRY_MS;
  if (news || again) {
    const event = { type: "Warning", reason: "FailedScheduling", action: "Scheduling", note: message } as const;
    await context.events.action({ object: pod as KubeObject }, event);
  }
  await markUnschedulable(pod, message, nominated, context);
  return { at: (news || again ? context.now : last) + RETRY_MS };
}

/** Binds the pod. Mirrors plugins/defaultbinder. */
async function bind(pod: Pod, node: string, context: ReconcileContext): Promise<void> {
  const { namespace = "", name = "", uid } = pod.metadata;
  const path = { group: "", version: "v1", resource: "pods", namespace };
  const binding: KubeObject = {
    apiVersion: "v1",
    kind: "Binding",
    metadata: { name, namespace, ...(uid === undefined ? {} : { uid }) },
    target: { apiVersion: "v1", kind: "Node", name: node },
  };
  try {
    await context.client.create(path, binding, { name, subresource: "binding" });
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return;
    throw error;
  }
  const message = `Successfully assigned ${namespace}/${name} to ${node}`;
  const event = { type: "Normal", reason: "Scheduled", action: "Binding", note: message } as const;
  await context.events.action({ object: pod as KubeObject }, event);
}

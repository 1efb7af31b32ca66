import { tolerates } from "../../kinds/shared/scheduling/taints.ts";
import type { Node, Pod, Taint, Toleration } from "../../kinds/types/core_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { withCondition } from "../shared/conditions.ts";
import { core } from "../shared/paths.ts";
import { isPodFinished, podCondition } from "../shared/pods.ts";
import { NO_EXECUTE, taintsOf } from "../shared/taints.ts";

/** Evicts pods from nodes with NoExecute taints, each after its tolerationSeconds. Mirrors pkg/controller/tainteviction/taint_eviction.go. */
export const taintEvictionController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const pod = context.lister.get<Pod>("", "pods", namespace, name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodFinished(pod)) return undefined;
    const node = pod.spec?.nodeName ? context.lister.get<Node>("", "nodes", undefined, pod.spec.nodeName) : undefined;
    if (node === undefined) return undefined;
    const at = evictionInstant(node, pod, context.now);
    if (at === undefined) return undefined;
    if (at > context.now) return { at };
    await evict(context, pod);
    return undefined;
  },
};

/** When the pod has to go; undefined: it may stay. Mirrors getMinTolerationTime over the tolerations in use. */
export function evictionInstant(node: Node, pod: Pod, now: Instant): Instant | undefined {
  let earliest: Instant | undefined;
  let shortest = Number.POSITIVE_INFINITY;
  let since = Number.NEGATIVE_INFINITY;
  for (const taint of taintsOf(node, NO_EXECUTE)) {
    const used = (pod.spec?.tolerations ?? []).filter((t: Toleration) => tolerates(t, taint));
    if (used.length === 0) return now;
    for (const { tolerationSeconds } of used)
      if (tolerationSeconds !== undefined) shortest = Math.min(shortest, Math.max(0, tolerationSeconds));
    since = Math.max(since, taintedSince(node, pod, taint, now));
  }
  if (shortest !== Number.POSITIVE_INFINITY) earliest = since + shortest * 1000;
  return earliest;
}

/** From when the taint counts for the pod: the taint's own time, else that of the last write to the node's taints, but not before the pod was bound. */
function taintedSince(node: Node, pod: Pod, taint: Taint, now: Instant): Instant {
  const written = (node.metadata.managedFields ?? [])
    .filter((entry) => (entry.fieldsV1?.["f:spec"] as Record<string, unknown> | undefined)?.["f:taints"] !== undefined)
    .map((entry) => parseTime(entry.time));
  const known = [parseTime(taint.timeAdded), ...written].filter((at) => !Number.isNaN(at));
  const added = taint.timeAdded ? parseTime(taint.timeAdded) : known.length === 0 ? now : Math.max(...known);
  const bound = parseTime(podCondition(pod, "PodScheduled")?.lastTransitionTime);
  return Number.isNaN(bound) ? added : Math.max(added, bound);
}

async function evict(context: ReconcileContext, pod: Pod): Promise<void> {
  const { namespace, name } = pod.metadata;
  const message = `Marking for deletion Pod ${namespace}/${name}`;
  await context.events.event({ object: pod }, "Normal", "TaintManagerEviction", message);
  const conditions = withCondition(pod.status?.conditions, {
    type: "DisruptionTarget",
    status: "True",
    reason: "DeletionByTaintManager",
    message: "Taint manager: deleting due to NoExecute taint",
    lastTransitionTime: formatTime(context.now),
  });
  try {
    const status = { ...pod.status, conditions };
    await context.client.update(core("pods", namespace), { ...pod, status }, { subresource: "status" });
    await context.client.delete(core("pods", namespace), name!);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

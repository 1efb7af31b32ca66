import { tolerates } from "../../kinds/shared/scheduling/taints.ts";
import type { Node, Pod, Taint, Toleration } from "../../kinds/types/core_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { withCondition } from "../shared/conditions.ts";
import { core } from "../shared/paths.ts";
import { isPodFinished, podCondition } from "../shared/pods.ts";
import { NO_EXECUTE, taintsOf } from "../shared/taints.ts";

const EVICT = "evict";

/**
 * Evicts pods from nodes with NoExecute taints, each after its tolerationSeconds. Keys are "NAMESPACE/NAME", and for a
 * taint that does not say since when "evict/NAMESPACE/NAME/INSTANT": from when it counts for the pod. Mirrors
 * pkg/controller/tainteviction/taint_eviction.go.
 */
export const taintEvictionController: Controller = {
  async reconcile(key, context) {
    const parts = key.split("/");
    const [namespace, name = ""] = parts[0] === EVICT && parts.length === 4 ? parts.slice(1) : parts;
    const since = parts.length === 4 ? Number(parts[3]) : context.now;
    const pod = context.lister.get<Pod>("", "pods", namespace, name);
    const memory = `${namespace}/${name}`;
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodFinished(pod)) {
      context.remember(memory, undefined);
      return undefined;
    }
    const node = pod.spec?.nodeName ? context.lister.get<Node>("", "nodes", undefined, pod.spec.nodeName) : undefined;
    const at = node === undefined ? undefined : evictionInstant(node, pod, since);
    if (at !== undefined && at > context.now) {
      context.remember(memory, pod.metadata.uid);
      return { at, key: `${EVICT}/${memory}/${since}` };
    }
    const wasDue = context.recall(memory) === pod.metadata.uid;
    context.remember(memory, undefined);
    if (at !== undefined) await evict(context, pod);
    else if (wasDue) {
      const message = `Cancelling deletion of Pod ${memory}`;
      await context.events.event({ object: pod }, "Normal", "TaintManagerEviction", message);
    }
    return undefined;
  },
};

/** When the pod has to go, if taints without a time count from `since`; undefined: it may stay. Mirrors getMinTolerationTime over the tolerations in use. */
export function evictionInstant(node: Node, pod: Pod, since: Instant): Instant | undefined {
  let shortest = Number.POSITIVE_INFINITY;
  let start = Number.NEGATIVE_INFINITY;
  for (const taint of taintsOf(node, NO_EXECUTE)) {
    const used = (pod.spec?.tolerations ?? []).filter((t: Toleration) => tolerates(t, taint));
    if (used.length === 0) return since;
    for (const { tolerationSeconds } of used)
      if (tolerationSeconds !== undefined) shortest = Math.min(shortest, Math.max(0, tolerationSeconds));
    start = Math.max(start, taintedSince(pod, taint, since));
  }
  return shortest === Number.POSITIVE_INFINITY ? undefined : start + shortest * 1000;
}

/** From when the taint counts for the pod: not before the pod was bound. */
function taintedSince(pod: Pod, taint: Taint, since: Instant): Instant {
  const added = parseTime(taint.timeAdded);
  const bound = parseTime(podCondition(pod, "PodScheduled")?.lastTransitionTime);
  return Number.isNaN(added) ? since : Number.isNaN(bound) ? added : Math.max(added, bound);
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

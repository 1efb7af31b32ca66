import type { Pod } from "../../kinds/types/core_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { withCondition } from "../shared/conditions.ts";
import { core } from "../shared/paths.ts";
import { isPodFinished } from "../shared/pods.ts";
import { TERMINATED, TERMINATED_LIMIT } from "./keys.ts";

const QUARANTINE_MS = 40_000;
const STATUS = { subresource: "status" };

/** Removes pods that no kubelet will ever remove. Mirrors pkg/controller/podgc/gc_controller.go. */
export const podGcController: Controller = {
  async reconcile(key, context) {
    const [what, first = "", second = ""] = key.split("/");
    if (what === TERMINATED) await removeOldest(context);
    else if (what === "unbound") await removeUnbound(context, first, second);
    else if (context.lister.get("", "nodes", undefined, first) !== undefined) return undefined;
    // A node that comes back within the quarantine keeps its pods.
    else if (what === "missing") return { at: context.now + QUARANTINE_MS, key: `orphans/${first}` };
    else await removeOrphans(context, first);
    return undefined;
  },
};

async function removeOrphans(context: ReconcileContext, node: string): Promise<void> {
  const pods = context.lister.list<Pod>("", "pods").filter((pod) => pod.spec?.nodeName === node);
  for (const pod of pods) await remove(context, pod, "PodGC: node no longer exists");
}

async function removeUnbound(context: ReconcileContext, namespace: string, name: string): Promise<void> {
  const pod = context.lister.get<Pod>("", "pods", namespace, name);
  if (pod?.metadata.deletionTimestamp !== undefined && !pod.spec?.nodeName) await remove(context, pod, undefined);
}

async function removeOldest(context: ReconcileContext): Promise<void> {
  const age = (pod: Pod): string => pod.metadata.creationTimestamp ?? "";
  const ended = context.lister.list<Pod>("", "pods").filter(isPodFinished);
  const sorted = [...ended].sort((a, b) => (age(a) < age(b) ? -1 : 1));
  for (const pod of sorted.slice(0, Math.max(0, sorted.length - TERMINATED_LIMIT)))
    await remove(context, pod, undefined);
}

/** Marks a pod failed if it still ran, with the reason, and deletes it without grace. Mirrors markFailedAndDeletePodWithCondition. */
async function remove(context: ReconcileContext, pod: Pod, disruption: string | undefined): Promise<void> {
  const { namespace, name, uid } = pod.metadata;
  try {
    if (!isPodFinished(pod)) {
      const conditions =
        disruption === undefined
          ? pod.status?.conditions
          : withCondition(pod.status?.conditions, {
              type: "DisruptionTarget",
              status: "True",
              reason: "DeletionByPodGC",
              message: disruption,
              lastTransitionTime: formatTime(context.now),
            });
      const status = { phase: "Failed", ...(conditions === undefined ? {} : { conditions: [...conditions] }) };
      await context.client.patch(core("pods", namespace), name!, "application/merge-patch+json", { status }, STATUS);
    }
    await context.client.delete(core("pods", namespace), name!, { gracePeriodSeconds: 0, uid });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

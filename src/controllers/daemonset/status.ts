import type { DaemonSet, DaemonSetStatus } from "../../kinds/types/apps_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { apps } from "../shared/paths.ts";
import { isPodAvailable, isPodReady } from "../shared/pods.ts";
import { eligibility, isUpdated } from "./daemon-pods.ts";
import type { Daemons } from "./daemons.ts";

/** Counts nodes and writes the status. Mirrors updateDaemonSetStatus. */
export async function updateStatus(daemons: Daemons, collisionCount: number | undefined): Promise<void> {
  const { context, set } = daemons;
  const status = { ...count(daemons), ...(collisionCount === undefined ? {} : { collisionCount }) };
  const { namespace, name } = set.metadata;
  const latest = context.lister.get<DaemonSet>("apps", "daemonsets", namespace, name!);
  if (latest === undefined || deepEqual(latest.status, status)) return;
  try {
    await context.client.update(apps("daemonsets", namespace), { ...latest, status }, { subresource: "status" });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function count({ context, set, hash, nodes, on }: Daemons): DaemonSetStatus {
  const { conditions } = set.status ?? {};
  const n = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0 };
  for (const node of nodes) {
    const pods = on(node.metadata.name!);
    if (!eligibility(set, node).shouldRun) {
      if (pods.length > 0) n.misscheduled++;
      continue;
    }
    n.desired++;
    const [pod] = pods;
    if (pod === undefined) continue;
    n.current++;
    if (isPodReady(pod)) n.ready++;
    if (isPodAvailable(pod, set.spec?.minReadySeconds, context.now)) n.available++;
    if (isUpdated(set, pod, hash)) n.updated++;
  }
  const unavailable = n.desired - n.available;
  return {
    currentNumberScheduled: n.current,
    desiredNumberScheduled: n.desired,
    numberMisscheduled: n.misscheduled,
    numberReady: n.ready,
    observedGeneration: set.metadata.generation,
    ...(n.updated === 0 ? {} : { updatedNumberScheduled: n.updated }),
    ...(n.available === 0 ? {} : { numberAvailable: n.available }),
    ...(unavailable === 0 ? {} : { numberUnavailable: unavailable }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}

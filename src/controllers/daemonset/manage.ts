import type { Pod } from "../../kinds/types/core_v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import { createPod, deletePod, isNamespaceTerminating, slowStart } from "../shared/pod-control.ts";
import { earliest, isPodAvailable, isPodReady } from "../shared/pods.ts";
import { daemonPodOf, eligibility, isUpdated, maxSurge, targetNode } from "./daemon-pods.ts";
import type { Daemons } from "./daemons.ts";

const FIRST_DELAY_MS = 1000;
const LAST_DELAY_MS = 15 * 60_000;
const BURST = 250;

/** What has to be done on the nodes. */
interface Plan {
  readonly create: string[];
  readonly remove: Pod[];
  retryAt: Instant | undefined;
}

/** Creates pods where one should run and deletes those that should not; answers when to look again. Mirrors DaemonSetsController.manage. */
export async function manage(daemons: Daemons): Promise<Instant | undefined> {
  const plan: Plan = { create: [], remove: [], retryAt: undefined };
  for (const node of daemons.nodes) {
    const name = node.metadata.name!;
    const pods = daemons.on(name);
    const { shouldRun, shouldContinue } = eligibility(daemons.set, node);
    if (!shouldContinue) plan.remove.push(...pods.filter((p) => p.metadata.deletionTimestamp === undefined));
    else if (pods.length > 0) await prune(daemons, plan, name, pods);
    else if (shouldRun) plan.create.push(name);
  }
  const known = new Set(daemons.nodes.map((n) => n.metadata.name));
  // Pods that were made for a node that is gone before they were bound will never be.
  const isStranded = (p: Pod): boolean =>
    !p.spec?.nodeName && p.metadata.deletionTimestamp === undefined && !known.has(targetNode(p));
  plan.remove.push(...daemons.pods.filter(isStranded));
  await syncNodes(daemons, plan.create, plan.remove);
  return plan.retryAt;
}

/** Creates and deletes. Mirrors DaemonSetsController.syncNodes. */
export async function syncNodes(daemons: Daemons, create: readonly string[], remove: readonly Pod[]): Promise<void> {
  const { context, set, hash } = daemons;
  const { error } = await slowStart(Math.min(create.length, BURST), async (index) => {
    await createPod(context, set, daemonPodOf(set, hash, create[index]!));
  });
  for (const pod of remove.slice(0, BURST)) await deletePod(context, set, pod);
  if (error !== undefined && !isNamespaceTerminating(error)) throw error;
}

/** Of the pods on one node at most one may run, or an old and a new one while surging. Mirrors podsShouldBeOnNode. */
async function prune(daemons: Daemons, plan: Plan, node: string, pods: readonly Pod[]): Promise<void> {
  const running: Pod[] = [];
  for (const pod of pods) {
    if (pod.metadata.deletionTimestamp !== undefined) continue;
    const phase = pod.status?.phase;
    if (phase === "Failed" || phase === "Succeeded") await pruneFinished(daemons, plan, node, pod);
    else running.push(pod);
  }
  if (running.length <= 1) return;
  if (maxSurge(daemons.set, daemons.nodes.length) === 0) {
    plan.remove.push(...running.slice(1));
    return;
  }
  const [old, ...otherOld] = running.filter((p) => !isUpdated(daemons.set, p, daemons.hash));
  const [fresh, ...otherFresh] = running.filter((p) => isUpdated(daemons.set, p, daemons.hash));
  plan.remove.push(...otherOld, ...otherFresh);
  if (old === undefined || fresh === undefined) return;
  if (!isPodReady(old) || isPodAvailable(fresh, daemons.set.spec?.minReadySeconds, daemons.context.now))
    plan.remove.push(old);
}

async function pruneFinished({ context, set }: Daemons, plan: Plan, node: string, pod: Pod): Promise<void> {
  const { namespace, name } = pod.metadata;
  if (pod.status?.phase === "Succeeded") {
    const message = `Found succeeded daemon pod ${namespace}/${name} on node ${node}, will try to delete it`;
    await context.events.event({ object: set }, "Normal", "SucceededDaemonPod", message);
    plan.remove.push(pod);
    return;
  }
  // A kubelet that turns the pod down would do so again at once: the delay doubles with each pod killed so far.
  const killed = context.lister
    .list<KubeObject>("", "events", namespace)
    .filter((e) => e.reason === "FailedDaemonPod" && e.involvedObject?.uid === set.metadata.uid)
    .reduce((sum, e) => sum + (e.count ?? 1), 0);
  const delay = killed === 0 ? 0 : Math.min(LAST_DELAY_MS, FIRST_DELAY_MS * 2 ** (killed - 1));
  const at = failedAt(pod) + delay;
  if (at > context.now) {
    plan.retryAt = earliest(plan.retryAt, at);
    return;
  }
  const message = `Found failed daemon pod ${namespace}/${name} on node ${node}, will try to kill it`;
  await context.events.event({ object: set }, "Warning", "FailedDaemonPod", message);
  plan.remove.push(pod);
}

function failedAt(pod: Pod): Instant {
  const ends = (pod.status?.containerStatuses ?? []).map((s) => parseTime(s.state?.terminated?.finishedAt));
  const known = [...ends, parseTime(pod.status?.startTime), parseTime(pod.metadata.creationTimestamp)];
  return Math.max(0, ...known.filter((at) => !Number.isNaN(at)));
}

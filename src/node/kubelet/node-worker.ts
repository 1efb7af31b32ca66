import type { ReconcileContext } from "../../controllers/controller.ts";
import type { Node, NodeCondition } from "../../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { isConflict, isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant } from "../../machinery/time.ts";
import type { KubeletDependencies } from "./dependencies.ts";
import { syncStaticPods } from "./static-pods.ts";

/** What a healthy kubelet reports. */
const healthy: readonly (readonly [type: string, status: string, reason: string, message: string])[] = [
  ["MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"],
  ["DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"],
  ["PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"],
  ["Ready", "True", "KubeletReady", "kubelet is posting ready status"],
];

/** The node's conditions as its kubelet would post them at `now`; heartbeats in between are computed where they are read, not written. Mirrors pkg/kubelet/nodestatus setters. */
export function healthyConditions(old: readonly NodeCondition[], now: Instant): NodeCondition[] {
  const own = healthy.map(([type, status, reason, message]) => {
    const before = old.find((c) => c.type === type);
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    return {
      type,
      status,
      lastHeartbeatTime: formatTime(now),
      lastTransitionTime: since ?? formatTime(now),
      reason,
      message,
    };
  });
  return [...own, ...old.filter((c) => !healthy.some(([type]) => type === c.type))];
}

const isHealthy = (conditions: readonly NodeCondition[]): boolean =>
  healthy.every(([type, status]) => conditions.find((c) => c.type === type)?.status === status);

/** Looks after a node's own object and its static pods; a machine that is down says nothing. */
export async function syncNode(
  dependencies: KubeletDependencies,
  name: string,
  context: ReconcileContext,
): Promise<{ readonly at: Instant } | undefined> {
  if (!dependencies.nodes.isRunning(name)) return undefined;
  const node = context.lister.get<Node>("", "nodes", undefined, name);
  if (node === undefined) return undefined;
  await postConditions(node, context);
  await syncStaticPods(dependencies, node, context);
  return undefined;
}

/** What pods may use: all of the capacity, and resources that somebody added to it. Mirrors nodestatus.MachineInfo. */
function allocatableOf(node: Node): Record<string, string> {
  const { capacity = {}, allocatable = {} } = node.status ?? {};
  const extended = Object.entries(capacity).filter(([name]) => name.includes("/"));
  const own = Object.entries(allocatable).filter(([name]) => !name.includes("/"));
  return { ...Object.fromEntries(own), ...Object.fromEntries(extended) } as Record<string, string>;
}

async function postConditions(node: Node, context: ReconcileContext): Promise<void> {
  const nodes = { group: "", version: "v1", resource: "nodes" };
  const name = node.metadata.name ?? "";
  let current = node;
  for (let attempt = 0; ; attempt++) {
    const old = current.status?.conditions ?? [];
    const allocatable = allocatableOf(current);
    if (isHealthy(old) && deepEqual(allocatable, current.status?.allocatable)) return;
    const status = { ...current.status, allocatable, conditions: healthyConditions(old, context.now) };
    try {
      await context.client.update<Node>(nodes, { ...current, status }, { subresource: "status" });
    } catch (error) {
      if (isNotFound(error)) return;
      if (!isConflict(error) || attempt > 4) throw error;
      current = await context.client.get<Node>(nodes, name);
      continue;
    }
    if (old.find((c) => c.type === "Ready")?.status !== "True") await reportReady(node as KubeObject, context);
    return;
  }
}

const reportReady = (node: KubeObject, context: ReconcileContext): Promise<void> =>
  context.events.event({ object: node }, "Normal", "NodeReady", `Node ${node.metadata.name} status is now: NodeReady`, {
    component: "kubelet",
    host: node.metadata.name ?? "",
  });

import type { Lister } from "../../client/lister.ts";
import { lastReport } from "../../kinds/core/node/heartbeat.ts";
import type { Lease } from "../../kinds/types/coordination_v1.ts";
import type { Node, NodeCondition, Pod, Taint } from "../../kinds/types/core_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { findCondition } from "../shared/conditions.ts";
import { core } from "../shared/paths.ts";
import { again, isPodReady } from "../shared/pods.ts";
import { sameTaint } from "../shared/taints.ts";
import { STOPPED_AT } from "./stopped-at.ts";

/** How long a kubelet may be silent (the cluster's --node-monitor-grace-period), and a new one take to come up. */
const MONITOR_GRACE_MS = 40_000;
const STARTUP_GRACE_MS = 60_000;

const KUBELET_CONDITIONS = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] as const;
const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";
const NO_SCHEDULE_BY_CONDITION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: "node.kubernetes.io/memory-pressure" },
  DiskPressure: { True: "node.kubernetes.io/disk-pressure" },
  PIDPressure: { True: "node.kubernetes.io/pid-pressure" },
  NetworkUnavailable: { True: "node.kubernetes.io/network-unavailable" },
};
const OWN_NO_SCHEDULE = new Set([
  UNSCHEDULABLE,
  ...Object.values(NO_SCHEDULE_BY_CONDITION).flatMap((byStatus) => Object.values(byStatus)),
]);

/** Judges nodes by their heartbeat and taints them by their conditions. Mirrors pkg/controller/nodelifecycle/node_lifecycle_controller.go. */
export const nodeLifecycleController: Controller = {
  async reconcile(name, context) {
    let node = context.lister.get<Node>("", "nodes", undefined, name);
    if (node === undefined || node.metadata.deletionTimestamp !== undefined) return undefined;
    await announce(context, node);
    const wasReady = findCondition(node.status?.conditions, "Ready")?.status === "True";
    const deadline = heartbeatDeadline(context.lister, node);
    if (deadline !== undefined && deadline < context.now) node = await declareUnknown(context, node);
    node = await syncTaints(context, node);
    if (findCondition(node.status?.conditions, "Ready")?.status === "Unknown")
      await markPodsNotReady(context, node, wasReady);
    return again(deadline !== undefined && deadline >= context.now ? deadline + 1 : undefined);
  },
};

/** Since when the kubelet of a node is silent. */
function silentSince(lister: Lister, node: Node): Instant | undefined {
  const lease = lister.get<Lease>("coordination.k8s.io", "leases", "kube-node-lease", node.metadata.name!);
  const stopped = parseTime(lease?.metadata.annotations?.[STOPPED_AT]);
  return Number.isNaN(stopped) ? undefined : stopped;
}

/** The instant after which the node counts as silent; undefined while its kubelet renews its lease. */
function heartbeatDeadline(lister: Lister, node: Node): Instant | undefined {
  const lease = lister.get<Lease>("coordination.k8s.io", "leases", "kube-node-lease", node.metadata.name!);
  const stopped = parseTime(lease?.metadata.annotations?.[STOPPED_AT]);
  if (lease !== undefined) return Number.isNaN(stopped) ? undefined : stopped + MONITOR_GRACE_MS;
  const ready = findCondition(node.status?.conditions, "Ready");
  const created = parseTime(node.metadata.creationTimestamp);
  if (ready === undefined) return created + STARTUP_GRACE_MS;
  const heartbeat = parseTime(ready.lastHeartbeatTime);
  return (Number.isNaN(heartbeat) ? created : heartbeat) + MONITOR_GRACE_MS;
}

/** "Registered Node" once, while the node is new. */
async function announce(context: ReconcileContext, node: Node): Promise<void> {
  const { name, creationTimestamp } = node.metadata;
  if (Math.floor(context.now / 1000) * 1000 !== parseTime(creationTimestamp)) return;
  const told = context.lister
    .list("", "events", "default")
    .some((e) => e.reason === "RegisteredNode" && e.involvedObject?.name === name);
  if (!told) await record(context, node, "RegisteredNode", `Node ${name} event: Registered Node ${name} in Controller`);
}

const record = (context: ReconcileContext, node: Node, reason: string, message: string): Promise<void> =>
  context.events.event({ object: node }, "Normal", reason, message, { component: "node-controller" });

async function declareUnknown(context: ReconcileContext, node: Node): Promise<Node> {
  const now = formatTime(context.now);
  const silent = silentSince(context.lister, node) ?? context.now;
  const conditions = [...(node.status?.conditions ?? [])];
  for (const type of KUBELET_CONDITIONS) {
    const index = conditions.findIndex((c) => c.type === type);
    const current = conditions[index];
    if (current === undefined) conditions.push(neverUpdated(node, type, now));
    else if (current.status !== "Unknown")
      conditions[index] = {
        ...current,
        ...(current.lastHeartbeatTime === undefined
          ? {}
          : { lastHeartbeatTime: lastReport(current.lastHeartbeatTime, silent) }),
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message: "Kubelet stopped posting node status.",
        lastTransitionTime: now,
      };
  }
  const status = { ...node.status, conditions };
  if (deepEqual(status, node.status)) return node;
  return context.client.update<Node>(core("nodes"), { ...node, status }, { subresource: "status" });
}

const neverUpdated = (node: Node, type: string, now: string): NodeCondition => ({
  type,
  status: "Unknown",
  reason: "NodeStatusNeverUpdated",
  message: "Kubelet never posted node status.",
  lastHeartbeatTime: node.metadata.creationTimestamp,
  lastTransitionTime: now,
});

/** The taints that the node's state asks for. Mirrors doNoScheduleTaintingPass and processTaintBaseEviction. */
function wantedTaints(node: Node): Taint[] {
  const taints: Taint[] = [];
  for (const { type, status } of node.status?.conditions ?? []) {
    const key = NO_SCHEDULE_BY_CONDITION[type]?.[status];
    if (key !== undefined) taints.push({ key, effect: "NoSchedule" });
    if (type === "Ready" && key !== undefined) taints.push({ key, effect: "NoExecute" });
  }
  if (node.spec?.unschedulable === true) taints.push({ key: UNSCHEDULABLE, effect: "NoSchedule" });
  return taints;
}

const isOwn = (taint: Taint): boolean =>
  taint.effect === "NoExecute" ? taint.key === NOT_READY || taint.key === UNREACHABLE : OWN_NO_SCHEDULE.has(taint.key);

async function syncTaints(context: ReconcileContext, node: Node): Promise<Node> {
  const present = node.spec?.taints ?? [];
  const known = findCondition(node.status?.conditions, "Ready") !== undefined;
  const wanted = wantedTaints(node);
  // Before the first status the not-ready taint of admission stands.
  const kept = present.filter((t) => !isOwn(t) || !known || wanted.some((w) => sameTaint(w, t)));
  const added = wanted.filter((w) => !present.some((t) => sameTaint(w, t)));
  if (added.length === 0 && kept.length === present.length) return node;
  const timed = added.map((taint) => ({ ...taint, timeAdded: formatTime(context.now) }));
  const { taints: _, ...rest } = node.spec ?? {};
  const taints = [...kept, ...timed];
  const spec = { ...rest, ...(taints.length === 0 ? {} : { taints }) };
  return context.client.update<Node>(core("nodes"), { ...node, spec });
}

/** Mirrors controllerutil.MarkPodsNotReady. */
async function markPodsNotReady(context: ReconcileContext, node: Node, wasReady: boolean): Promise<void> {
  const { name } = node.metadata;
  if (wasReady) await record(context, node, "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
  for (const pod of context.lister.list<Pod>("", "pods")) {
    if (pod.spec?.nodeName !== name || !isPodReady(pod)) continue;
    const conditions = (pod.status?.conditions ?? []).map((c) =>
      c.type === "Ready" ? { ...c, status: "False", lastTransitionTime: formatTime(context.now) } : c,
    );
    const at = core("pods", pod.metadata.namespace);
    try {
      await context.client.update(at, { ...pod, status: { ...pod.status, conditions } }, { subresource: "status" });
    } catch (error) {
      if (isNotFound(error)) continue;
      throw error;
    }
    await context.events.event({ object: pod }, "Warning", "NodeNotReady", "Node is not ready", {
      component: "node-controller",
    });
  }
}

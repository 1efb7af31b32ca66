import type { Node, Pod, PodCondition, PodStatus } from "../../kinds/types/core_v1.ts";
import type { Instant } from "../../machinery/time.ts";
import { formatTime } from "../../machinery/time.ts";
import { containerStatus } from "./container-status.ts";
import type { PodContainer } from "./containers.ts";
import { ephemeralContainers, initContainers, isSidecar, mainContainers, restarts } from "./containers.ts";
import { qosClass } from "./qos.ts";
import type { ContainerRecord, PodRecord } from "./record.ts";
import { resizeConditions } from "./resize.ts";

/** The whole status of a pod as its kubelet sees it at `now`. Mirrors pkg/kubelet/kubelet_pods.go generateAPIPodStatus. */
export function podStatus(pod: Pod, node: Node | undefined, record: PodRecord, now: Instant): PodStatus {
  const phase = podPhase(pod, record);
  const old = pod.status ?? {};
  if (record.failed) return failedStatus(pod, node, record, now);
  const hasInit = (pod.spec?.initContainers ?? []).length > 0;
  const waiting = hasInit ? "PodInitializing" : "ContainerCreating";
  const statuses = (list: readonly PodContainer[]) =>
    list.map((container) => containerStatus(pod, container, record.containers[container.spec.name], waiting));
  const init = statuses(initContainers(pod));
  const ephemeral = statuses(ephemeralContainers(pod));
  const hostIP = nodeAddress(node);
  return {
    ...(old.nominatedNodeName === undefined ? {} : { nominatedNodeName: old.nominatedNodeName }),
    phase,
    conditions: podConditions(pod, record, phase, now),
    ...(hostIP === undefined ? {} : { hostIP, hostIPs: [{ ip: hostIP }] }),
    ...(record.podIP === undefined ? {} : { podIP: record.podIP, podIPs: [{ ip: record.podIP }] }),
    startTime: formatTime(record.startTime),
    ...(init.length === 0 ? {} : { initContainerStatuses: init }),
    containerStatuses: statuses(mainContainers(pod)),
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
    qosClass: old.qosClass ?? qosClass(pod),
  };
}

/** The status of a pod that the kubelet refused or gave up on. Mirrors kubelet.go rejectPod and generateAPIPodStatus for evictions. */
function failedStatus(pod: Pod, node: Node | undefined, record: PodRecord, now: Instant): PodStatus {
  const { failed, ...running } = record;
  const begun = Object.values(record.containers).some((c) => c.starts > 0 || c.waiting !== undefined);
  if (Object.values(record.containers).some((c) => c.running)) {
    // A terminal phase is not reported before the last container has stopped.
    const status = podStatus(pod, node, running, now);
    return { ...status, conditions: podConditions(pod, record, status.phase ?? "", now) };
  }
  const base = begun || record.sandboxAt !== undefined ? podStatus(pod, undefined, running, now) : {};
  const old = pod.status ?? {};
  return {
    ...base,
    conditions: podConditions(pod, record, "Failed", now),
    ...(old.hostIP === undefined ? {} : { hostIP: old.hostIP, hostIPs: old.hostIPs }),
    startTime: formatTime(record.startTime),
    qosClass: old.qosClass ?? qosClass(pod),
    phase: "Failed",
    reason: failed?.reason,
    message: failed?.message,
  };
}

/** The node's InternalIP. */
export const nodeAddress = (node: Node | undefined): string | undefined =>
  node?.status?.addresses?.find((a) => a.type === "InternalIP")?.address;

type Standing = "running" | "waiting" | "succeeded" | "failed";

/** How a container counts towards the phase: one that waits to be restarted counts as ended. */
function standing(record: ContainerRecord | undefined): Standing {
  if (record?.running || record?.redefined) return record.hook && record.starts === 1 ? "waiting" : "running";
  const ended = record?.ended ?? record?.last;
  if (ended === undefined) return "waiting";
  return ended.exitCode === 0 ? "succeeded" : "failed";
}

/** Whether the init containers are through, the sidecars among them started. */
export function isInitialized(pod: Pod, record: PodRecord): boolean {
  return initContainers(pod).every((container) => {
    const state = record.containers[container.spec.name];
    if (isSidecar(container)) return state?.started === true || record.finished === true;
    return state?.running === undefined && state?.waiting === undefined && state?.ended?.exitCode === 0;
  });
}

/** The phase that follows from the containers. Mirrors pkg/kubelet/kubelet_pods.go getPhase. */
export function podPhase(pod: Pod, record: PodRecord): string {
  if (record.failed) return "Failed";
  const policy = pod.spec?.restartPolicy ?? "Always";
  const terminal = record.finished === true;
  const main = mainContainers(pod).map((c) => standing(record.containers[c.spec.name]));
  const failedInit = initContainers(pod).filter(
    (c) => !isSidecar(c) && standing(record.containers[c.spec.name]) === "failed",
  );
  if (failedInit.length > 0 && policy === "Never") return "Failed";
  const begun = main.some((state) => state !== "waiting");
  if (!begun && !terminal && !isInitialized(pod, record)) return "Pending";
  if (terminal && main.every((state) => state === "waiting")) return "Failed";
  const ended = main.filter((state) => state === "succeeded" || state === "failed");
  if (!terminal && main.includes("waiting")) return "Pending";
  if (main.includes("running")) return "Running";
  if (policy === "Always" && !terminal) return "Running";
  if (ended.length === main.length && ended.every((state) => state === "succeeded")) return "Succeeded";
  return policy === "Never" || terminal ? "Failed" : "Running";
}

/** Whether every container is through for good. */
export function podIsDone(pod: Pod, record: PodRecord): boolean {
  const through = (container: PodContainer): boolean => {
    const state = record.containers[container.spec.name];
    if (state === undefined || state.running || !state.ended || state.redefined) return false;
    return !restarts(container, pod, state.ended.exitCode);
  };
  const brokenInit = initContainers(pod).some(
    (container) =>
      !isSidecar(container) && through(container) && record.containers[container.spec.name]?.ended?.exitCode !== 0,
  );
  return brokenInit || mainContainers(pod).every(through);
}

interface Verdict {
  readonly status: "True" | "False";
  readonly reason?: string;
  readonly message?: string;
}
const yes: Verdict = { status: "True" };

/** The kubelet's own conditions, followed by those of others. Mirrors pkg/kubelet/status/generate.go. */
function podConditions(pod: Pod, record: PodRecord, phase: string, now: Instant): PodCondition[] {
  const own: [string, Verdict][] = [];
  const rejected = record.failed !== undefined && record.sandboxAt === undefined;
  const containersReady = readiness(pod, record, phase);
  if (!rejected) {
    const sandbox = record.sandboxReady === true && phase !== "Succeeded" && phase !== "Failed";
    own.push(["PodReadyToStartContainers", { status: sandbox ? "True" : "False" }]);
    own.push(["Initialized", initialized(pod, record, phase)]);
    own.push(["Ready", gated(pod, containersReady)]);
    own.push(["ContainersReady", containersReady]);
  }
  own.push(["PodScheduled", yes]);
  const old = pod.status?.conditions ?? [];
  const result = own.map(([type, verdict]) =>
    condition(
      old.find((c) => c.type === type),
      type,
      verdict,
      now,
    ),
  );
  if (record.failed && record.failed.reason === "Evicted") {
    const message = record.failed.message;
    result.push(
      condition(
        old.find((c) => c.type === "DisruptionTarget"),
        "DisruptionTarget",
        { ...yes, reason: "TerminationByKubelet", message },
        now,
      ),
    );
  }
  const names = new Set(result.map((c) => c.type));
  const others = old.filter((c) => !names.has(c.type) && !c.type.startsWith("PodResize"));
  return [...resizeConditions(record), ...others, ...result];
}

function condition(old: PodCondition | undefined, type: string, verdict: Verdict, now: Instant): PodCondition {
  const since = old?.status === verdict.status ? old.lastTransitionTime : undefined;
  return {
    type,
    lastProbeTime: null as unknown as undefined,
    lastTransitionTime: since ?? formatTime(now),
    ...verdict,
  };
}

function initialized(pod: Pod, record: PodRecord, phase: string): Verdict {
  if (phase === "Succeeded") return { ...yes, reason: "PodCompleted" };
  const main = mainContainers(pod).some((c) => (record.containers[c.spec.name]?.starts ?? 0) > 0);
  const unfinished = initContainers(pod)
    .filter((container) => {
      const state = record.containers[container.spec.name];
      if (isSidecar(container)) return !main && state?.started !== true;
      return !(state?.running === undefined && state?.waiting === undefined && state?.ended?.exitCode === 0);
    })
    .map((c) => c.spec.name);
  if (unfinished.length === 0) return yes;
  return {
    status: "False",
    reason: "ContainersNotInitialized",
    message: `containers with incomplete status: [${unfinished.join(" ")}]`,
  };
}

function readiness(pod: Pod, record: PodRecord, phase: string): Verdict {
  if (phase === "Succeeded") return { status: "False", reason: "PodCompleted" };
  if (phase === "Failed") return { status: "False", reason: "PodFailed" };
  const unready = [...initContainers(pod).filter(isSidecar), ...mainContainers(pod)]
    .filter((c) => !(record.containers[c.spec.name]?.running && record.containers[c.spec.name]?.ready))
    .map((c) => c.spec.name);
  if (unready.length === 0) return yes;
  return {
    status: "False",
    reason: "ContainersNotReady",
    message: `containers with unready status: [${unready.join(" ")}]`,
  };
}

function gated(pod: Pod, containersReady: Verdict): Verdict {
  if (containersReady.status === "False") return containersReady;
  const messages: string[] = [];
  for (const gate of pod.spec?.readinessGates ?? []) {
    const found = pod.status?.conditions?.find((c) => c.type === gate.conditionType);
    if (found === undefined)
      messages.push(`corresponding condition of pod readiness gate "${gate.conditionType}" does not exist.`);
    else if (found.status !== "True")
      messages.push(`the status of pod readiness gate "${gate.conditionType}" is not "True", but ${found.status}`);
  }
  if (messages.length === 0) return yes;
  return { status: "False", reason: "ReadinessGatesNotReady", message: messages.join(", ") };
}

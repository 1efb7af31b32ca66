import { type Instant, parseTime } from "../../../machinery/time.ts";
import { since } from "../../shared/table/cells.ts";
import type { Container, ContainerState, ContainerStatus, Pod } from "../../types/core_v1.ts";

/** What a pod's row says in short. */
export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** STATUS: the phase, or what stands in the way. */
  readonly reason: string;
  /** "3 (12s ago)" */
  readonly restarts: string;
}

interface Restarts {
  readonly count: number;
  /** When the last one ended; undefined where none did. */
  readonly last: string | undefined;
}

/** Counts restarts of `statuses`. */
function restartsOf(statuses: readonly ContainerStatus[]): Restarts {
  let count = 0;
  let last: string | undefined;
  for (const status of statuses) {
    count += status.restartCount ?? 0;
    const ended = status.lastState?.terminated?.finishedAt;
    if (ended && (last === undefined || parseTime(ended) > parseTime(last))) last = ended;
  }
  return { count, last };
}

const isSidecar = (container: Container | undefined): boolean => container?.restartPolicy === "Always";

function exitText(terminated: NonNullable<ContainerState["terminated"]>): string {
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode}`;
}

interface Initialization {
  /** "Init:0/2", "Init:CrashLoopBackOff"; undefined where all init containers did their part. */
  readonly reason: string | undefined;
  readonly readySidecars: number;
  /** The statuses up to the one that is not done. */
  readonly seen: readonly ContainerStatus[];
}

function initialization(pod: Pod, containers: ReadonlyMap<string, Container>): Initialization {
  const statuses = pod.status?.initContainerStatuses ?? [];
  let readySidecars = 0;
  for (const [i, status] of statuses.entries()) {
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (isSidecar(containers.get(status.name)) && status.started === true) {
      if (status.ready) readySidecars++;
      continue;
    }
    const seen = statuses.slice(0, i + 1);
    if (terminated) return { reason: `Init:${exitText(terminated)}`, readySidecars, seen };
    if (waiting?.reason && waiting.reason !== "PodInitializing")
      return { reason: `Init:${waiting.reason}`, readySidecars, seen };
    return { reason: `Init:${i}/${pod.spec?.initContainers?.length ?? 0}`, readySidecars, seen };
  }
  return { reason: undefined, readySidecars, seen: statuses };
}

const hasCondition = (pod: Pod, type: string): boolean =>
  pod.status?.conditions?.find((c) => c.type === type)?.status === "True";

/** What the containers make of the pod's state; later containers are overruled by earlier ones. */
function mainState(pod: Pod, before: string): { reason: string; ready: number } {
  let reason = before;
  let ready = 0;
  for (const status of [...(pod.status?.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated, running } = status.state ?? {};
    if (waiting?.reason) reason = waiting.reason;
    else if (terminated) reason = exitText(terminated);
    else if (status.ready && running) ready++;
  }
  if (reason === "Completed" && ready > 0) reason = hasCondition(pod, "Ready") ? "Running" : "NotReady";
  return { reason, ready };
}

function initialReason(pod: Pod): string {
  const gated = pod.status?.conditions?.some((c) => c.type === "PodScheduled" && c.reason === "SchedulingGated");
  return gated ? "SchedulingGated" : pod.status?.reason || (pod.status?.phase ?? "");
}

function withDeletion(pod: Pod, reason: string): string {
  if (!pod.metadata.deletionTimestamp) return reason;
  if (pod.status?.reason === "NodeLost") return "Unknown";
  const ended = pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
  return ended ? reason : "Terminating";
}

/** READY, STATUS and RESTARTS of a pod. Mirrors printers.printPod. */
export function podSummary(pod: Pod, now: Instant): PodSummary {
  const initContainers = new Map((pod.spec?.initContainers ?? []).map((c) => [c.name, c]));
  const sidecars = [...initContainers.values()].filter(isSidecar).length;
  const init = initialization(pod, initContainers);
  let reason = init.reason ?? initialReason(pod);
  let ready = init.readySidecars;
  let restarts = restartsOf(init.seen);
  if (init.reason === undefined || hasCondition(pod, "Initialized")) {
    const main = mainState(pod, reason);
    reason = main.reason;
    ready += main.ready;
    const ofSidecars = init.seen.filter((s) => isSidecar(initContainers.get(s.name)));
    restarts = restartsOf([...ofSidecars, ...(pod.status?.containerStatuses ?? [])]);
  }
  const { count, last } = restarts;
  return {
    ready,
    total: (pod.spec?.containers?.length ?? 0) + sidecars,
    reason: withDeletion(pod, reason),
    restarts: count !== 0 && last !== undefined ? `${count} (${since(last, now)} ago)` : String(count),
  };
}

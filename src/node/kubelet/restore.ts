import type { ContainerStatus, Pod } from "../../kinds/types/core_v1.ts";
import type { Instant } from "../../machinery/time.ts";
import { parseTime } from "../../machinery/time.ts";
import type { ContainerRecord, EndedRun, PodRecord } from "./record.ts";
import { podUid } from "./static-pods.ts";

/** A pod's record where there is none: new for a pod that was never seen, else read back from its status as a restarted kubelet does from the runtime. */
export function restoredRecord(pod: Pod, node: string, now: Instant): PodRecord {
  const status = pod.status ?? {};
  const startTime = parseTime(status.startTime);
  const record: PodRecord = {
    uid: podUid(pod),
    node,
    startTime: Number.isNaN(startTime) ? now : startTime,
    containers: {},
  };
  if (status.startTime === undefined) return record;
  record.admitted = true;
  if (status.podIP) {
    record.podIP = status.podIP;
    record.sandboxAt = record.startTime;
    record.sandboxReady = true;
  }
  for (const container of [
    ...(status.initContainerStatuses ?? []),
    ...(status.containerStatuses ?? []),
    ...(status.ephemeralContainerStatuses ?? []),
  ])
    record.containers[container.name] = restoredContainer(container);
  if (status.phase === "Succeeded" || status.phase === "Failed") record.finished = true;
  if (status.phase === "Failed" && status.reason)
    record.failed = { reason: status.reason, message: status.message ?? "" };
  return record;
}

const idOf = (text: string | undefined): string => (text ?? "").replace(/^containerd:\/\//, "");

function restoredContainer(status: ContainerStatus): ContainerRecord {
  const record: ContainerRecord = { starts: 0 };
  if (status.imageID) {
    record.image = status.image;
    record.imageId = status.imageID;
  }
  if (status.containerID) {
    record.id = idOf(status.containerID);
    record.starts = status.restartCount + 1;
  }
  const { running, terminated, waiting } = status.state ?? {};
  if (running) record.running = { startedAt: parseTime(running.startedAt) };
  if (terminated) record.ended = endedRun(terminated);
  const last = status.lastState?.terminated;
  if (waiting && last) {
    record.ended = endedRun(last);
    record.waiting = { reason: waiting.reason ?? "", ...(waiting.message ? { message: waiting.message } : {}) };
  } else if (last) record.last = endedRun(last);
  if (status.resources) record.allocated = record.actuated = status.resources;
  record.ready = status.ready;
  record.started = status.started === true;
  return record;
}

function endedRun(state: NonNullable<NonNullable<ContainerStatus["state"]>["terminated"]>): EndedRun {
  return {
    id: idOf(state.containerID),
    startedAt: parseTime(state.startedAt),
    finishedAt: parseTime(state.finishedAt),
    exitCode: state.exitCode,
    reason: state.reason ?? "",
    ...(state.message ? { message: state.message } : {}),
  };
}

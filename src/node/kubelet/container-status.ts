import type { ContainerState, ContainerStatus, Pod, VolumeMountStatus } from "../../kinds/types/core_v1.ts";
import { deepCopy } from "../../machinery/object.ts";
import { formatTime } from "../../machinery/time.ts";
import type { PodContainer } from "./containers.ts";
import { isSidecar } from "./containers.ts";
import type { ContainerRecord, EndedRun } from "./record.ts";
import { allocatedResources } from "./resize.ts";

/** The status of a container as the kubelet reports it. Mirrors pkg/kubelet/kubelet_pods.go convertToAPIContainerStatuses. */
export function containerStatus(
  pod: Pod,
  container: PodContainer,
  record: ContainerRecord | undefined,
  waitingReason: string,
): ContainerStatus {
  const { spec } = container;
  const state = currentState(record, waitingReason);
  const id = record?.id;
  const allocated = allocatedResources(spec, record);
  const actual = record?.running ? (record.actuated ?? allocated) : allocated;
  return {
    name: spec.name,
    state,
    lastState: lastState(record),
    ready: isReady(container, record),
    restartCount: Math.max(0, (record?.starts ?? 0) - 1),
    image: record?.image ?? spec.image ?? "",
    imageID: record?.imageId ?? "",
    ...(id === undefined ? {} : { containerID: `containerd://${id}` }),
    started: record?.running !== undefined && record.started === true,
    ...(container.type === "ephemeral" ? {} : { resources: deepCopy(actual) }),
    ...(allocated.requests === undefined ? {} : { allocatedResources: deepCopy(allocated.requests) }),
    ...(record?.running === undefined ? {} : { user: { linux: linuxUser(pod, container, record) } }),
    ...((spec.volumeMounts ?? []).length === 0 ? {} : { volumeMounts: mountStatuses(container) }),
  };
}

function currentState(record: ContainerRecord | undefined, waitingReason: string): ContainerState {
  if (record?.running && record.hook) return { waiting: { ...(record.waiting ?? { reason: waitingReason }) } };
  if (record?.running) return { running: { startedAt: formatTime(record.running.startedAt) } };
  // While a redefined container is being replaced the API goes on showing the old run: that is one step of the kubelet.
  if (record?.redefined && record.ended) return { running: { startedAt: formatTime(record.ended.startedAt) } };
  if (record?.waiting) return { waiting: { ...record.waiting } };
  if (record?.ended) return terminated(record.ended);
  return { waiting: { reason: waitingReason } };
}

function lastState(record: ContainerRecord | undefined): ContainerState {
  if (record?.ended && record.waiting) return terminated(record.ended);
  return record?.last ? terminated(record.last) : {};
}

/** state.terminated of a run; a run that never started carries the zero time of the runtime. */
function terminated(run: EndedRun): ContainerState {
  return {
    terminated: {
      containerID: `containerd://${run.id}`,
      exitCode: run.exitCode,
      finishedAt: formatTime(run.finishedAt),
      ...(run.message ? { message: run.message } : {}),
      reason: run.reason,
      startedAt: run.reason === "StartError" ? formatTime(0) : formatTime(run.startedAt),
    },
  };
}

function isReady(container: PodContainer, record: ContainerRecord | undefined): boolean {
  if (container.type === "ephemeral") return false;
  if (container.type === "init" && !isSidecar(container))
    return record?.running === undefined && record?.waiting === undefined && record?.ended?.exitCode === 0;
  return record?.running !== undefined && record.ready === true;
}

/** The identity that the first process of the container runs with. */
function linuxUser(
  pod: Pod,
  container: PodContainer,
  record: ContainerRecord,
): { uid: number; gid: number; supplementalGroups: number[] } {
  const own = container.spec.securityContext ?? {};
  const shared = pod.spec?.securityContext ?? {};
  const uid = own.runAsUser ?? shared.runAsUser ?? record.imageUser ?? 0;
  const gid = own.runAsGroup ?? shared.runAsGroup ?? 0;
  const ofImage = uid === 0 && shared.supplementalGroupsPolicy !== "Strict" ? (record.imageGroups ?? []) : [];
  const groups = new Set([gid, ...ofImage, ...(shared.fsGroup === undefined ? [] : [shared.fsGroup])]);
  for (const group of shared.supplementalGroups ?? []) groups.add(group);
  return { uid, gid, supplementalGroups: [...groups].sort((a, b) => a - b) };
}

const mountStatuses = (container: PodContainer): VolumeMountStatus[] =>
  (container.spec.volumeMounts ?? []).map((mount) => ({
    mountPath: mount.mountPath,
    name: mount.name,
    ...(mount.readOnly ? { readOnly: true, recursiveReadOnly: "Disabled" } : {}),
  }));

import type { Container, PodCondition, ResourceRequirements } from "../../kinds/types/core_v1.ts";
import { deepCopy, deepEqual } from "../../machinery/object.ts";
import { parseQuantity, quantityMilliValue, quantityValue } from "../../machinery/quantity.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Limits } from "../runtime/runtime.ts";
import { resourceShortage } from "./admission.ts";
import { beginKill } from "./container-stop.ts";
import type { PodContainer } from "./containers.ts";
import { initContainers, isSidecar, mainContainers } from "./containers.ts";
import type { ContainerRecord, PodRecord } from "./record.ts";
import { containerRecord } from "./record.ts";
import type { PodSync } from "./sync.ts";
import { wake } from "./sync.ts";

/** From the allocation of a resize to its last container having it, as the next look at the runtime finds. */
const actuationMs = 1000;

const resizable = (sync: PodSync): PodContainer[] => [
  ...initContainers(sync.pod).filter(isSidecar),
  ...mainContainers(sync.pod),
];

/** What a container was given by its node: the spec's resources, unless a resize is not possible (yet). */
export const allocatedResources = (spec: Container, record: ContainerRecord | undefined): ResourceRequirements =>
  record?.allocated ?? spec.resources ?? {};

/** The limits as a runtime takes them. */
export function limitsOf({ limits = {} }: ResourceRequirements): Limits {
  return {
    ...(limits.memory === undefined ? {} : { memoryLimit: quantityValue(parseQuantity(limits.memory)) }),
    ...(limits.cpu === undefined ? {} : { cpuLimit: quantityMilliValue(parseQuantity(limits.cpu)) }),
  };
}

/** Takes up changed resources of a pod that is on its node: refuses, defers, or allocates and actuates them. Mirrors pkg/kubelet/kubelet.go handlePodResourcesResize and kuberuntime_manager.go doPodResizeAction. */
export async function resize(sync: PodSync): Promise<void> {
  const { record } = sync;
  const wanted = resizable(sync).filter(
    ({ spec }) =>
      record.containers[spec.name]?.allocated !== undefined &&
      !deepEqual(record.containers[spec.name]?.allocated, spec.resources ?? {}),
  );
  if (wanted.length === 0) record.resizePending = undefined;
  else allocate(sync, wanted);
  await actuate(sync);
}

function allocate(sync: PodSync, wanted: readonly PodContainer[]): void {
  const { record, now } = sync;
  const refusal = sync.node && resourceShortage(sync.pod, sync.node, sync.context.lister);
  if (refusal) {
    const same = record.resizePending?.reason === refusal.reason;
    record.resizePending = { ...refusal, since: same ? (record.resizePending?.since ?? now) : now };
    return;
  }
  record.resizePending = undefined;
  for (const { spec } of wanted) containerRecord(record, spec.name).allocated = deepCopy(spec.resources ?? {});
  record.resizing = { since: now, until: now + actuationMs };
}

async function actuate(sync: PodSync): Promise<void> {
  const { record } = sync;
  if (record.resizing === undefined) return;
  if (sync.now < record.resizing.until) return wake(sync, record.resizing.until);
  for (const container of resizable(sync)) {
    const state = record.containers[container.spec.name];
    if (!state?.running || state.allocated === undefined || deepEqual(state.actuated, state.allocated)) continue;
    if (needsRestart(container.spec, state)) {
      state.redefined = true;
      const message = `Container ${container.spec.name} resize requires restart`;
      await beginKill(sync, container, state, { message, graceMs: undefined });
    } else {
      await sync.runtime.resize(state.id ?? "", limitsOf(state.allocated), sync.now);
      state.actuated = deepCopy(state.allocated);
    }
  }
}

/** Ends a resize once every container that runs has what it was allocated. */
export function concludeResize({ record, now, pod }: PodSync): void {
  if (record.resizing === undefined || now < record.resizing.until) return;
  const states = [...initContainers(pod), ...mainContainers(pod)].map(({ spec }) => record.containers[spec.name]);
  const open = states.some((s) => s?.redefined || (s?.running && !deepEqual(s.actuated, s.allocated)));
  if (!open) record.resizing = undefined;
}

function needsRestart(spec: Container, { actuated, allocated }: ContainerRecord): boolean {
  return (spec.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === "RestartContainer" &&
      (actuated?.requests?.[resourceName] !== allocated?.requests?.[resourceName] ||
        actuated?.limits?.[resourceName] !== allocated?.limits?.[resourceName]),
  );
}

/** PodResizePending and PodResizeInProgress, while they hold. Mirrors pkg/kubelet/status podResizeConditions. */
export function resizeConditions({ resizePending, resizing }: PodRecord): PodCondition[] {
  const condition = (type: string, since: number, more: { reason?: string; message?: string }): PodCondition => ({
    type,
    status: "True",
    lastProbeTime: formatTime(since),
    lastTransitionTime: formatTime(since),
    ...more,
  });
  const pending = resizePending && { reason: resizePending.reason, message: resizePending.message };
  return [
    ...(pending ? [condition("PodResizePending", resizePending.since, pending)] : []),
    ...(resizing ? [condition("PodResizeInProgress", resizing.since, {})] : []),
  ];
}

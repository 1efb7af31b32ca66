import { formatGoDuration } from "../../machinery/duration.ts";
import { deepCopy } from "../../machinery/object.ts";
import type { ContainerSpec, ContainerState, ImageResolution } from "../runtime/runtime.ts";
import { backOffEnd, nextBackOff } from "./back-off.ts";
import { containerSpec } from "./container-spec.ts";
import { beginKill, noteExit } from "./container-stop.ts";
import type { PodContainer } from "./containers.ts";
import { podText, restarts } from "./containers.ts";
import { ConfigError } from "./environment.ts";
import { ensureImage, isUnobtainable } from "./image-manager.ts";
import { runPostStart } from "./lifecycle.ts";
import { beginProbes } from "./probes.ts";
import type { ContainerRecord } from "./record.ts";
import { containerRecord } from "./record.ts";
import { verifyProfiles, verifyRunAsNonRoot } from "./security.ts";
import type { PodSync } from "./sync.ts";
import { emit, wake } from "./sync.ts";
import type { ReadyVolume } from "./volumes.ts";

/** How long an ended container shows as such before the kubelet acts on it: the period at which it relists containers. */
export const relistMs = 1000;

/**
 * Brings a container one step closer to running, if its back-off allows. Answers "busy" while a pull blocks the pod's
 * other starts. Mirrors pkg/kubelet/kuberuntime/kuberuntime_container.go startContainer and doBackOff.
 */
export async function startContainer(
  sync: PodSync,
  container: PodContainer,
  volumes: ReadonlyMap<string, ReadyVolume>,
): Promise<"busy" | "done"> {
  const record = containerRecord(sync.record, container.spec.name);
  if (await imageChanged(sync, container, record)) return "done";
  if (record.running) return record.hook === undefined ? "done" : endHook(sync, container, record);
  if (record.ended && !record.redefined && !restarts(container, sync.pod, record.ended.exitCode)) return "done";
  if (record.retryAt !== undefined && sync.now < record.retryAt) {
    wake(sync, record.retryAt);
    return "done";
  }
  if (record.ended && !record.pull && (await holdsBack(sync, container, record))) return "done";
  if (record.configError && isStillBroken(sync, container, record, volumes)) return "done";
  const image = await ensureImage(sync, container, record);
  if (image === "pulling") {
    if (record.waiting?.reason !== "CrashLoopBackOff") record.waiting = undefined;
    return "busy";
  }
  if (image === "failed") return "done";
  const spec = await configure(sync, container, record, image.image, volumes);
  if (spec !== undefined) await run(sync, container, record, image.image, spec);
  return "done";
}

/** Deals with a container whose image was changed in the spec: one that runs is ended, whatever its restart policy; back-offs of the old image no longer count. Mirrors kuberuntime_manager.go containerChanged. */
async function imageChanged(sync: PodSync, container: PodContainer, record: ContainerRecord): Promise<boolean> {
  const wanted = container.spec.image ?? "";
  const old = record.wantedImage;
  record.wantedImage = wanted;
  if (old === undefined || old === wanted || (record.starts === 0 && record.waiting === undefined && !record.pull))
    return false;
  record.pull = undefined;
  record.imageBackOff = undefined;
  record.crashBackOff = undefined;
  record.retryAt = undefined;
  record.configError = undefined;
  if (!record.running) return false;
  record.redefined = true;
  const message = `Container ${container.spec.name} definition changed, will be restarted`;
  await beginKill(sync, container, record, { message, graceMs: undefined });
  return record.running !== undefined;
}

/** Whether what kept a container from being made keeps it still: then there is nothing new to say. */
function isStillBroken(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  volumes: ReadonlyMap<string, ReadyVolume>,
): boolean {
  if (!record.waiting?.reason.startsWith("CreateContainer")) return isUnobtainable(sync, container);
  const image = sync.runtime.resolveImage(container.spec.image ?? "");
  if (!image.found) return false;
  try {
    containerSpec(sync, container, record.starts, image, volumes);
    verifyRunAsNonRoot(sync.pod, container, image.config);
    verifyProfiles(sync, container);
    return false;
  } catch (error) {
    return error instanceof ConfigError && error.message === record.waiting.message;
  }
}

/** Whether an ended container has to wait before it is run again; says so once a wait. */
async function holdsBack(sync: PodSync, container: PodContainer, record: ContainerRecord): Promise<boolean> {
  const finishedAt = record.ended?.finishedAt ?? sync.now;
  const until = backOffEnd(record.crashBackOff, finishedAt);
  if (until === undefined || sync.now >= until) return false;
  const { name } = container.spec;
  if (record.waiting?.reason !== "CrashLoopBackOff") {
    const text = podText(sync.pod);
    const delay = formatGoDuration(record.crashBackOff?.delayMs ?? 0);
    await emit(sync, container, "Warning", "BackOff", `Back-off restarting failed container ${name} in pod ${text}`);
    record.waiting = {
      reason: "CrashLoopBackOff",
      message: `back-off ${delay} restarting failed container=${name} pod=${text}`,
    };
  }
  record.retryAt = until;
  wake(sync, until);
  return true;
}

async function configure(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  image: Extract<ImageResolution, { found: true }>,
  volumes: ReadonlyMap<string, ReadyVolume>,
): Promise<ContainerSpec | undefined> {
  try {
    const spec = containerSpec(sync, container, record.starts, image, volumes);
    verifyRunAsNonRoot(sync.pod, container, image.config);
    verifyProfiles(sync, container);
    record.configError = undefined;
    return spec;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    await emit(sync, container, "Warning", "Failed", `Error: ${error.message}`);
    record.waiting = { reason: error.reason, message: error.message };
    record.configError = true;
    return undefined;
  }
}

async function run(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  image: Extract<ImageResolution, { found: true }>,
  spec: ContainerSpec,
): Promise<void> {
  const { name } = container.spec;
  if (record.ended) {
    record.crashBackOff = nextBackOff(record.crashBackOff, record.ended.finishedAt, sync.now);
    if (record.last) sync.runtime.remove(record.last.id);
    record.last = record.ended;
  }
  record.ended = undefined;
  record.redefined = undefined;
  // Until its postStart hook is through, a container shows as it did before.
  if (container.spec.lifecycle?.postStart === undefined) record.waiting = undefined;
  record.retryAt = undefined;
  record.kill = undefined;
  record.allocated ??= deepCopy(container.spec.resources ?? {});
  record.actuated = record.allocated;
  record.id = spec.id;
  record.image = image.canonical;
  record.imageId = image.imageId;
  record.imageUser = image.config.user;
  record.imageGroups = image.config.groups;
  record.starts += 1;
  await emit(sync, container, "Normal", "Created", `Created container: ${name}`);
  const state = await sync.runtime.start(spec, sync.now);
  if (state.state === "exited" && (state.reason === "StartError" || state.reason === "ContainerCannotRun")) {
    await failStart(sync, container, record, state);
    return;
  }
  record.running = { startedAt: state.startedAt };
  await emit(sync, container, "Normal", "Started", `Started container ${name}`);
  await afterStart(sync, container, record, state);
}

async function failStart(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  state: Extract<ContainerState, { state: "exited" }>,
): Promise<void> {
  noteExit(sync, record, state);
  record.waiting = undefined;
  const message = state.message ?? "";
  await emit(sync, container, "Warning", "Failed", `Error: ${message}`);
  if (restarts(container, sync.pod, state.exitCode)) record.waiting = { reason: "RunContainerError", message };
  record.retryAt = sync.now + relistMs;
  wake(sync, record.retryAt);
}

async function afterStart(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  state: ContainerState,
): Promise<void> {
  const hook = await runPostStart(sync, container, record);
  if (hook !== undefined) {
    const { durationMs, failure } = hook;
    const until = sync.now + Math.max(durationMs, execMs);
    record.hook = { until, ...(failure === undefined ? {} : { failure }) };
    wake(sync, until);
  } else beginProbes(sync, container, record);
  if (state.state === "exited" && state.finishedAt <= sync.now) {
    noteExit(sync, record, state);
    record.retryAt = sync.now + relistMs;
    wake(sync, record.retryAt);
  } else wake(sync, state.state === "exited" ? state.finishedAt : state.nextChange);
}

/** What starting a process in a container takes at least. */
const execMs = 50;

/** Goes on after a postStart hook: until then the pod's next containers wait, and after a failure its container has to go. */
async function endHook(sync: PodSync, container: PodContainer, record: ContainerRecord): Promise<"busy" | "done"> {
  const { until = sync.now, failure } = record.hook ?? {};
  if (sync.now < until) {
    wake(sync, until);
    return "busy";
  }
  record.hook = undefined;
  record.waiting = undefined;
  if (failure === undefined) {
    beginProbes(sync, container, record);
    return "done";
  }
  record.hookError = failure;
  await emit(sync, container, "Warning", "FailedPostStartHook", "PostStartHook failed");
  await beginKill(sync, container, record, { message: "FailedPostStartHook", graceMs: undefined });
  noteHookError(sync, container, record);
  return "done";
}

/** Shows why a container was stopped, once it has been. */
export function noteHookError(sync: PodSync, container: PodContainer, record: ContainerRecord): void {
  if (record.running || !record.ended || record.hookError === undefined) return;
  if (restarts(container, sync.pod, record.ended.exitCode))
    record.waiting = { reason: "PostStartHookError", message: record.hookError };
  record.hookError = undefined;
  record.retryAt ??= sync.now + relistMs;
  wake(sync, record.retryAt);
}

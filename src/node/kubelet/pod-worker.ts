import { noteHookError, relistMs, startContainer } from "./container-start.ts";
import { beginKill, continueKill, observe, release } from "./container-stop.ts";
import type { PodContainer } from "./containers.ts";
import {
  allContainers,
  ephemeralContainers,
  initContainers,
  isSidecar,
  mainContainers,
  restarts,
} from "./containers.ts";
import { evictForStorage, evictionGraceMs } from "./eviction.ts";
import { activeDeadline, admit, sandbox } from "./pod-lifecycle.ts";
import { podIsDone } from "./pod-status.ts";
import { runProbes } from "./probes.ts";
import type { PodRecord } from "./record.ts";
import { containerRecord } from "./record.ts";
import { remount } from "./remount.ts";
import { concludeResize, resize } from "./resize.ts";
import type { PodSync } from "./sync.ts";
import { emit, wake } from "./sync.ts";
import type { ReadyVolume } from "./volumes.ts";
import { MountError, readyVolumes } from "./volumes.ts";

/** What it takes to take down a sandbox, its network and its volumes, and to tell the apiserver. */
const teardownMs = 600;

/**
 * One look at a pod: containers that ended, hooks and probes that are due, the next container to start, the end of the
 * pod. Answers true when a deleted pod's containers are all gone. Mirrors pkg/kubelet/kubelet.go SyncPod and
 * SyncTerminatingPod.
 */
export async function syncPod(sync: PodSync): Promise<boolean> {
  await look(sync);
  const { pod, record } = sync;
  if (pod.metadata.deletionTimestamp) return terminate(sync, undefined);
  if (record.finished) return false;
  if (record.failed) {
    await terminate(sync, 0);
    return false;
  }
  await admit(sync);
  if (!record.failed) await activeDeadline(sync);
  if (!record.failed) await evictForStorage(sync);
  if (hasFailed(record)) {
    await terminate(sync, graceOf(record));
    return false;
  }
  await resize(sync);
  if (await sandbox(sync)) await startContainers(sync);
  concludeResize(sync);
  for (const container of allContainers(pod)) {
    const state = record.containers[container.spec.name];
    if (state) await runProbes(sync, container, state);
  }
  if (podIsDone(pod, record)) await finish(sync);
  return false;
}

/** What the steps before have made of it. */
const hasFailed = (record: PodRecord): boolean => record.failed !== undefined;

const graceOf = ({ failed }: PodRecord): number | undefined =>
  failed?.reason === "Evicted" ? evictionGraceMs : undefined;

/** Learns what happened to the containers since the last look. */
async function look(sync: PodSync): Promise<void> {
  for (const container of allContainers(sync.pod)) {
    const state = sync.record.containers[container.spec.name];
    if (!state?.running) continue;
    await observe(sync, state);
    if (state.kill) await continueKill(sync, state);
    if (state.running || !state.ended) continue;
    noteHookError(sync, container, state);
    if (state.redefined) state.retryAt = undefined;
    else if (restarts(container, sync.pod, (state.ended as { exitCode: number }).exitCode))
      state.retryAt = (state.ended as { finishedAt: number }).finishedAt + relistMs;
  }
}

async function startContainers(sync: PodSync): Promise<void> {
  const volumes = await mountVolumes(sync);
  if (volumes === undefined) return;
  if (sync.record.mountError === undefined) await remount(sync, volumes);
  for (const container of ephemeralContainers(sync.pod))
    if ((await startContainer(sync, container, volumes)) === "busy") return;
  if (!(await initialize(sync, volumes))) return;
  for (const container of mainContainers(sync.pod))
    if ((await startContainer(sync, container, volumes)) === "busy") return;
}

/** Runs the init containers one after the other; true once all are through and the sidecars are up. Mirrors kuberuntime_container.go computeInitContainerActions. */
async function initialize(sync: PodSync, volumes: ReadonlyMap<string, ReadyVolume>): Promise<boolean> {
  const { record } = sync;
  const initialized = mainContainers(sync.pod).some((c) => (record.containers[c.spec.name]?.starts ?? 0) > 0);
  for (const container of initContainers(sync.pod)) {
    const state = containerRecord(record, container.spec.name);
    if (isSidecar(container)) {
      if ((await startContainer(sync, container, volumes)) === "busy" && !initialized) return false;
      if (!initialized && state.running) await runProbes(sync, container, state);
      if (!initialized && state.started !== true) return false;
      continue;
    }
    if (initialized || (state.ended?.exitCode === 0 && !state.running)) continue;
    if (!state.running) await startContainer(sync, container, volumes);
    if (state.running || (state.ended as { exitCode: number } | undefined)?.exitCode !== 0) return false;
  }
  return true;
}

/** The pod's volumes; undefined while one of them cannot be set up. Mirrors pkg/kubelet/volumemanager WaitForAttachAndMount. */
async function mountVolumes(sync: PodSync): Promise<ReadonlyMap<string, ReadyVolume> | undefined> {
  try {
    const volumes = readyVolumes(sync);
    sync.record.mountError = undefined;
    return volumes;
  } catch (error) {
    if (!(error instanceof MountError)) throw error;
    const started = Object.values(sync.record.containers).some((c) => c.starts > 0);
    if (sync.record.mountError !== error.message) await emit(sync, undefined, "Warning", "FailedMount", error.message);
    sync.record.mountError = error.message;
    return started ? new Map() : undefined;
  }
}

/** All containers are through: the sidecars go, and then the sandbox. */
async function finish(sync: PodSync): Promise<void> {
  const left = await stopInOrder(sync, undefined);
  if (!left) sync.record.finished = true;
}

/** Stops what still runs; true once nothing does. Mirrors pkg/kubelet/kuberuntime/kuberuntime_manager.go killContainersWithSyncResult. */
async function terminate(sync: PodSync, graceMs: number | undefined): Promise<boolean> {
  const { record } = sync;
  record.terminatingSince ??= sync.now;
  for (const state of Object.values(record.containers)) {
    state.pull = undefined;
    if (state.kill && sync.pod.metadata.deletionTimestamp) shorten(sync, state.kill.startedAt, state);
  }
  if (await stopInOrder(sync, graceMs)) return false;
  if (!record.finished && record.sandboxReady && sync.pod.metadata.deletionTimestamp)
    record.goneAt = sync.now + teardownMs;
  record.finished = true;
  if (record.goneAt === undefined || sync.now >= record.goneAt) return true;
  wake(sync, record.goneAt);
  return false;
}

/** A second delete may leave less time than the first. */
function shorten(sync: PodSync, startedAt: number, state: PodSync["record"]["containers"][string]): void {
  const seconds = sync.pod.metadata.deletionGracePeriodSeconds;
  if (seconds === undefined || !state.kill) return;
  const killAt = Math.min(state.kill.killAt, startedAt + seconds * 1000);
  state.kill = { ...state.kill, killAt, termAt: Math.min(state.kill.termAt, killAt) };
}

/** Tells all containers to stop, the sidecars from the last to the first once the others have; true while something runs. */
async function stopInOrder(sync: PodSync, graceMs: number | undefined): Promise<boolean> {
  const { record } = sync;
  const running = (list: readonly PodContainer[]) => list.filter((c) => record.containers[c.spec.name]?.running);
  const first = running([
    ...mainContainers(sync.pod),
    ...ephemeralContainers(sync.pod),
    ...initContainers(sync.pod).filter((c) => !isSidecar(c)),
  ]);
  const sidecars = running(initContainers(sync.pod).filter(isSidecar)).reverse();
  for (const container of [...first, ...sidecars]) {
    const state = containerRecord(record, container.spec.name);
    const held = sidecars.includes(container);
    if (state.kill) await continueKill(sync, state);
    else await beginKill(sync, container, state, { message: undefined, graceMs, held });
  }
  if (running(first).length > 0) return true;
  for (const sidecar of sidecars) {
    const state = containerRecord(record, sidecar.spec.name);
    if (state.kill?.held) await release(sync, state);
    if (state.running) return true;
  }
  return false;
}

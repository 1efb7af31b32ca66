import type { Instant } from "../../machinery/time.ts";
import type { ContainerState } from "../runtime/runtime.ts";
import type { PodContainer } from "./containers.ts";
import { runPreStop } from "./lifecycle.ts";
import type { ContainerRecord } from "./record.ts";
import type { PodSync } from "./sync.ts";
import { emit, wake } from "./sync.ts";

type Exited = Extract<ContainerState, { state: "exited" }>;

const defaultGraceSeconds = 30;
/** The least that a program gets, whatever was asked for and however long its preStop hook took. */
const minimumGraceMs = 2000;

/** Notes that the current run is over. */
export function noteExit(_sync: PodSync, record: ContainerRecord, state: Exited): void {
  record.ended = {
    id: record.id ?? "",
    startedAt: state.startedAt,
    finishedAt: state.finishedAt,
    exitCode: state.exitCode,
    reason: state.reason,
    ...(state.signal === undefined ? {} : { signal: state.signal }),
    ...(state.message ? { message: state.message } : {}),
  };
  record.running = undefined;
  record.kill = undefined;
  record.hook = undefined;
  record.probes = undefined;
  record.started = false;
  record.ready = false;
}

/** The grace of the pod in milliseconds: what the delete asked for, or what the spec gives. */
export function podGraceMs(sync: PodSync): number {
  const { metadata, spec } = sync.pod;
  const seconds = metadata.deletionTimestamp
    ? (metadata.deletionGracePeriodSeconds ?? defaultGraceSeconds)
    : (spec?.terminationGracePeriodSeconds ?? defaultGraceSeconds);
  return seconds * 1000;
}

/** Tells a running container to stop: preStop hook, then SIGTERM, and SIGKILL when the grace is over. Mirrors pkg/kubelet/kuberuntime/kuberuntime_container.go killContainer. */
export async function beginKill(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  why: { readonly message: string | undefined; readonly graceMs: number | undefined; readonly held?: boolean },
): Promise<void> {
  if (!record.running || record.kill) return;
  const graceMs = why.graceMs ?? podGraceMs(sync);
  await emit(sync, container, "Normal", "Killing", why.message ?? `Stopping container ${container.spec.name}`);
  const hookMs = graceMs > 0 ? await runPreStop(sync, container, record, graceMs) : 0;
  const left = Math.max(graceMs - hookMs, minimumGraceMs);
  const termAt = sync.now + Math.min(hookMs, graceMs);
  record.kill = { startedAt: sync.now, termAt, killAt: termAt + left, ...(why.held ? { held: true } : {}) };
  await continueKill(sync, record);
}

/** The turn of a container that was held back until others had stopped. Mirrors kuberuntime_termination_order.go waitForTurn. */
export async function release(sync: PodSync, record: ContainerRecord): Promise<void> {
  const { held: _held, ...kill } = record.kill ?? { startedAt: sync.now, termAt: sync.now, killAt: sync.now };
  const termAt = Math.max(kill.termAt, sync.now);
  record.kill = { ...kill, termAt, killAt: Math.max(kill.killAt, termAt + minimumGraceMs) };
  await continueKill(sync, record);
}

/** Sends what is due to a container that was told to stop. */
export async function continueKill(sync: PodSync, record: ContainerRecord): Promise<void> {
  const kill = record.kill;
  if (kill === undefined || kill.held || !record.running || record.id === undefined) return;
  if (sync.now < kill.termAt) return wake(sync, kill.termAt);
  let overAt: Instant | undefined = kill.overAt;
  if (!kill.signalled) {
    const answer = await sync.runtime.signal(record.id, "SIGTERM", sync.now);
    if (answer?.state === "exited") overAt = answer.finishedAt;
    else if (answer?.nextChange !== undefined) overAt = answer.nextChange;
    record.kill = { ...kill, signalled: true, ...(overAt === undefined ? {} : { overAt }) };
  }
  await observe(sync, record);
  if (!record.running) return;
  if (sync.now < kill.killAt) {
    wake(sync, kill.killAt);
    if (overAt !== undefined && overAt > sync.now) wake(sync, overAt);
    return;
  }
  await sync.runtime.signal(record.id, "SIGKILL", sync.now);
  await observe(sync, record);
  if (record.running) noteExit(sync, record, killed(record, sync.now));
}

const killed = (record: ContainerRecord, at: Instant): Exited => ({
  state: "exited",
  startedAt: record.running?.startedAt ?? at,
  finishedAt: at,
  exitCode: 137,
  reason: "Error",
});

/** Looks whether a running container still runs. */
export async function observe(sync: PodSync, record: ContainerRecord): Promise<void> {
  if (!record.running || record.id === undefined) return;
  const state = await sync.runtime.inspect(record.id, sync.now);
  if (state === undefined)
    noteExit(sync, record, {
      ...killed(record, sync.now),
      reason: "ContainerStatusUnknown" as Exited["reason"],
      message: "The container could not be located when the pod was terminated",
    });
  else if (state.state === "running") wake(sync, state.nextChange);
  else if (state.finishedAt > sync.now) wake(sync, state.finishedAt);
  else noteExit(sync, record, state);
}

import type { Probe } from "../../kinds/types/core_v1.ts";
import type { Instant } from "../../machinery/time.ts";
import { beginKill } from "./container-stop.ts";
import type { PodContainer } from "./containers.ts";
import { isSidecar } from "./containers.ts";
import { runProbe } from "./probe-actions.ts";
import type { ContainerRecord, ProbeRecord } from "./record.ts";
import type { PodSync } from "./sync.ts";
import { emit, wake } from "./sync.ts";

type ProbeKind = "startup" | "readiness" | "liveness";

const kinds: readonly ProbeKind[] = ["startup", "readiness", "liveness"];
const titles: Record<ProbeKind, string> = { startup: "Startup", readiness: "Readiness", liveness: "Liveness" };
/** What it takes until the kubelet has noticed that a container runs and probes it for the first time: a look at the runtime is due each second. */
const noticeMs = 800;
/** Failures in a row after which a probe is no longer reported: client-go's event spam filter has closed by then. */
const reportedFailures = 25;

const specOf = (container: PodContainer, kind: ProbeKind): Probe | undefined =>
  container.type === "ephemeral" || (container.type === "init" && !isSidecar(container))
    ? undefined
    : kind === "startup"
      ? container.spec.startupProbe
      : kind === "readiness"
        ? container.spec.readinessProbe
        : container.spec.livenessProbe;

/** Sets up the probes of a container that has just started. Mirrors pkg/kubelet/prober/worker.go: readiness begins as failure, liveness as success. */
export function beginProbes(sync: PodSync, container: PodContainer, record: ContainerRecord): void {
  record.probes = {};
  for (const kind of kinds) {
    const probe = specOf(container, kind);
    if (probe === undefined) continue;
    const delayMs = Math.max(noticeMs, (probe.initialDelaySeconds ?? 0) * 1000);
    record.probes[kind] = { nextAt: sync.now + delayMs, streak: 0 };
  }
  conclude(container, record);
}

/** Runs the probes of a container that are due and draws the consequences; sync learns when to look again. */
export async function runProbes(sync: PodSync, container: PodContainer, record: ContainerRecord): Promise<void> {
  if (!record.running || record.probes === undefined) return;
  for (const kind of kinds) {
    const probe = specOf(container, kind);
    const state = record.probes?.[kind];
    if (probe === undefined || state === undefined || !record.running) continue;
    if (kind === "startup" ? record.started : !record.started) continue;
    if (kind === "liveness" && record.kill) continue;
    await step(sync, container, record, kind, probe, state);
    conclude(container, record);
  }
}

async function step(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  kind: ProbeKind,
  probe: Probe,
  state: ProbeRecord,
): Promise<void> {
  if (sync.now < state.nextAt) {
    // A command may ask about anything: whatever made the kubelet look is a reason to run it again.
    wake(sync, probe.exec ? state.nextAt : await nextProbe(sync, record, probe, state));
    return;
  }
  const answer = await runProbe(sync, container, record, probe);
  const streak = state.lastOk === answer.success ? state.streak + 1 : 1;
  const threshold = answer.success ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  const result = streak >= threshold ? answer.success : state.result;
  const next: ProbeRecord = {
    nextAt: sync.now + (probe.periodSeconds ?? 10) * 1000,
    streak,
    lastOk: answer.success,
    ...(result === undefined ? {} : { result }),
  };
  if (record.probes) record.probes[kind] = next;
  if (!answer.success && streak <= reportedFailures)
    await emit(sync, container, "Warning", "Unhealthy", `${titles[kind]} probe failed: ${answer.output}`);
  if (kind !== "readiness" && result === false) return giveUp(sync, container, record, kind, probe);
  wake(sync, await nextProbe(sync, record, probe, next));
}

async function giveUp(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  kind: ProbeKind,
  probe: Probe,
): Promise<void> {
  const seconds = probe.terminationGracePeriodSeconds;
  const message = `Container ${container.spec.name} failed ${kind} probe, will be restarted`;
  await beginKill(sync, container, record, { message, graceMs: seconds === undefined ? undefined : seconds * 1000 });
}

/** When a probe is worth running again: at its period while its verdict is open or its failures are reported, else when the container next acts by itself. */
async function nextProbe(
  sync: PodSync,
  record: ContainerRecord,
  probe: Probe,
  state: ProbeRecord,
): Promise<Instant | undefined> {
  const failing = state.lastOk === false && (state.result !== false || state.streak < reportedFailures);
  const open = state.lastOk === undefined || failing || state.result !== state.lastOk;
  if (open) return state.nextAt;
  const id = record.id ?? "";
  const running = await sync.runtime.inspect(id, sync.now);
  const fallback = running?.state === "running" ? running.nextChange : undefined;
  const acts = sync.runtime.nextActivity ? await sync.runtime.nextActivity(id, sync.now) : fallback;
  if (acts === undefined) return undefined;
  if (acts <= state.nextAt) return state.nextAt;
  const periodMs = (probe.periodSeconds ?? 10) * 1000;
  return state.nextAt + Math.ceil((acts - state.nextAt) / periodMs) * periodMs;
}

/** What the probes say of the container: started, ready. */
function conclude(container: PodContainer, record: ContainerRecord): void {
  if (!record.running) return;
  const startup = specOf(container, "startup");
  const readiness = specOf(container, "readiness");
  record.started = startup === undefined || record.probes?.startup?.result === true;
  record.ready = record.started && (readiness === undefined || record.probes?.readiness?.result === true);
}

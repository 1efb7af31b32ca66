import type { LifecycleHandler } from "../../kinds/types/core_v1.ts";
import type { PodContainer } from "./containers.ts";
import { podText } from "./containers.ts";
import { probeHttp, resolvePort } from "./probe-actions.ts";
import type { ContainerRecord } from "./record.ts";
import type { PodSync } from "./sync.ts";
import { emit } from "./sync.ts";

/** How a hook went. */
export interface HookResult {
  readonly durationMs: number;
  /** The kubelet's words where the hook failed. */
  readonly failure?: string;
}

/** Runs the postStart hook, if there is one. Mirrors pkg/kubelet/lifecycle/handlers.go Run. */
export async function runPostStart(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
): Promise<HookResult | undefined> {
  const hook = container.spec.lifecycle?.postStart;
  return hook && runHook(sync, container, record, hook);
}

/** Runs the preStop hook and says how long it took, in milliseconds. */
export async function runPreStop(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  graceMs: number,
): Promise<number> {
  const hook = container.spec.lifecycle?.preStop;
  if (hook === undefined) return 0;
  const { durationMs, failure } = await runHook(sync, container, record, hook);
  if (failure !== undefined) await emit(sync, container, "Warning", "FailedPreStopHook", "PreStopHook failed");
  return Math.min(durationMs, graceMs);
}

async function runHook(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  hook: LifecycleHandler,
): Promise<HookResult> {
  const where = `Container "${container.spec.name}" in Pod "${podText(sync.pod)}" failed`;
  if (hook.sleep) return { durationMs: hook.sleep.seconds * 1000 };
  if (hook.exec) {
    const command = hook.exec.command ?? [];
    const result = await sync.runtime.execProbe(record.id ?? "", command, sync.now);
    const durationMs = result.durationMs ?? 0;
    if (result.exitCode === 0) return { durationMs };
    const failure = `Exec lifecycle hook ([${command.join(" ")}]) for ${where} - error: command '${command.join(" ")}' exited with ${result.exitCode}: ${result.output}, message: ${JSON.stringify(result.output)}`;
    return { durationMs, failure };
  }
  if (hook.httpGet) {
    const port = resolvePort(container, hook.httpGet.port);
    const result = await probeHttp(sync, hook.httpGet, port);
    const failure = `HTTP lifecycle hook (${hook.httpGet.path ?? ""}) for ${where} - error: ${result.output}`;
    return { durationMs: result.durationMs ?? 0, ...(result.success ? {} : { failure }) };
  }
  return { durationMs: 0 };
}

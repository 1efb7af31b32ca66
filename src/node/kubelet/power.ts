import type { Instant } from "../../machinery/time.ts";
import type { ContainerRuntime } from "../runtime/runtime.ts";
import type { PodRecord } from "./record.ts";

/** Ends a pod's containers because its machine has gone down. Nobody reports it until the machine is back: then they read as ended for an unknown reason. */
export async function powerOff(runtime: ContainerRuntime, record: PodRecord, at: Instant): Promise<void> {
  for (const container of Object.values(record.containers)) {
    container.pull = undefined;
    if (!container.running || container.id === undefined) continue;
    await runtime.signal(container.id, "SIGKILL", at);
    container.ended = {
      id: container.id,
      startedAt: container.running.startedAt,
      finishedAt: at,
      exitCode: 255,
      reason: "Unknown",
    };
    container.running = undefined;
    container.kill = undefined;
    container.probes = undefined;
    container.ready = false;
    container.started = false;
    container.retryAt = undefined;
  }
  if (!record.sandboxReady) return;
  record.sandboxReady = false;
  record.sandboxAt = undefined;
  record.podIP = undefined;
  record.sandboxLost = true;
}

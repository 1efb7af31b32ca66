import type { Instant } from "../../machinery/time.ts";
import type { Container } from "./machine/container.ts";
import type { Machine } from "./machine/machine.ts";
import type { ServerLoad } from "./runtime.ts";

/** What one request costs a server that says nothing else, in milliseconds of CPU. */
const REQUEST_MS = 0.5;

/** CPU and memory of a container: what its processes declare, what its shells computed lately, what is asked of its servers, and a little noise. */
export function usageAt(
  machine: Machine,
  container: Container,
  at: Instant,
  requests: ServerLoad["requests"] = [],
): { milliCpu: number; memoryBytes: number } | undefined {
  if (container.exit !== undefined && container.exit.at <= at) return undefined;
  let milliCpu = 0;
  let memory = 0;
  for (const process of machine.processes) {
    if (process.container !== container || process.session !== undefined) continue;
    milliCpu += process.milliCpu;
    memory += process.memory;
  }
  for (const { port, perSecond } of requests) {
    const server = machine.network.find(port, false)?.process;
    if (server?.container === container) milliCpu += perSecond * (server.requestMs ?? REQUEST_MS);
  }
  const spinning =
    container.steady !== undefined && [...machine.processes].some((p) => p.container === container && p.spinning);
  if (spinning) milliCpu += 1000;
  const noise = machine.chance(`usage/${container.spec.id}/${Math.floor(at / 15_000)}`);
  milliCpu = milliCpu * (0.98 + noise * 0.04);
  const limit = container.cpuLimit;
  if (limit !== undefined) milliCpu = Math.min(milliCpu, limit);
  return { milliCpu: Math.round(milliCpu), memoryBytes: Math.round(memory * (0.98 + noise * 0.04)) };
}

import type { HTTPGetAction, Probe } from "../../kinds/types/core_v1.ts";
import { formatGoDuration } from "../../machinery/duration.ts";
import type { ProbeResult } from "../runtime/runtime.ts";

import type { PodContainer } from "./containers.ts";
import type { ContainerRecord } from "./record.ts";
import type { PodSync } from "./sync.ts";

/** The number of a port that may be named; NaN where no container port has the name. */
export function resolvePort(container: PodContainer, port: number | string | undefined): number {
  if (typeof port === "number") return port;
  const named = container.spec.ports?.find((p) => p.name === port);
  return named?.containerPort ?? Number(port);
}

/** Carries out a probe once. Mirrors pkg/kubelet/prober/prober.go runProbe. */
export async function runProbe(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  probe: Probe,
): Promise<ProbeResult> {
  const timeoutSeconds = probe.timeoutSeconds ?? 1;
  const result = await probeAction(sync, container, record, probe);
  if ((result.durationMs ?? 0) <= timeoutSeconds * 1000) return result;
  if (probe.exec)
    return {
      success: false,
      output: `command timed out: "${(probe.exec.command ?? []).join(" ")}" timed out after ${formatGoDuration(timeoutSeconds * 1000)}`,
    };
  if (probe.httpGet) {
    const url = probeUrl(sync, probe.httpGet, resolvePort(container, probe.httpGet.port));
    return {
      success: false,
      output: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    };
  }
  return result;
}

async function probeAction(
  sync: PodSync,
  container: PodContainer,
  record: ContainerRecord,
  probe: Probe,
): Promise<ProbeResult> {
  if (probe.exec) return sync.runtime.execProbe(record.id ?? "", probe.exec.command ?? [], sync.now);
  if (probe.httpGet) return probeHttp(sync, probe.httpGet, resolvePort(container, probe.httpGet.port));
  const address = sync.record.podIP ?? "";
  if (probe.tcpSocket) {
    const port = resolvePort(container, probe.tcpSocket.port);
    const open = await sync.runtime.listens(sync.record.uid, port, sync.now);
    return open
      ? { success: true, output: "" }
      : { success: false, output: refused(probe.tcpSocket.host || address, port) };
  }
  if (probe.grpc) return probeGrpc(sync, probe.grpc.port, probe.grpc.service ?? "", probe.timeoutSeconds ?? 1);
  return { success: true, output: "" };
}

/** Asks a port's gRPC health service; a server that does not speak HTTP/2 looks like one that never answers. Mirrors pkg/probe/grpc/grpc.go Probe. */
async function probeGrpc(sync: PodSync, port: number, service: string, seconds: number): Promise<ProbeResult> {
  const health = await sync.runtime.grpcHealth(sync.record.uid, port, service, sync.now);
  if (health === "SERVING") return { success: true, output: "service healthy" };
  const target = `${sync.record.podIP ?? ""}:${port}`;
  const limit = formatGoDuration(seconds * 1000);
  const output =
    health === undefined
      ? `timeout: failed to connect service "${target}" within ${limit}: context deadline exceeded`
      : health === "unknown"
        ? "error: health rpc probe failed: rpc error: code = NotFound desc = unknown service"
        : `service unhealthy (responded with "${health}")`;
  return { success: false, output };
}

const refused = (host: string, port: number): string => `dial tcp ${host}:${port}: connect: connection refused`;

const probePath = ({ path = "/" }: HTTPGetAction): string => (path.startsWith("/") ? path : `/${path}`);

function probeUrl(sync: PodSync, action: HTTPGetAction, port: number): string {
  const host = action.host || sync.record.podIP || "";
  return `${(action.scheme ?? "HTTP").toLowerCase()}://${host}:${port}${probePath(action)}`;
}

/** GETs a path of the pod as probes and hooks do: 200 to 399 is a success. Mirrors pkg/probe/http/http.go DoHTTPProbe. */
export async function probeHttp(sync: PodSync, action: HTTPGetAction, port: number): Promise<ProbeResult> {
  const url = probeUrl(sync, action, port);
  const headers: Record<string, string> = {
    host: `${action.host || sync.record.podIP || ""}:${port}`,
    "user-agent": "kube-probe/1.33",
    accept: "*/*",
    connection: "close",
  };
  for (const header of action.httpHeaders ?? [])
    Object.defineProperty(headers, header.name.toLowerCase(), {
      value: header.value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  const answer = await sync.runtime.http(
    sync.record.uid,
    port,
    { method: "GET", url: probePath(action), headers },
    sync.now,
  );
  const host = action.host || sync.record.podIP || "";
  if (answer === undefined) return { success: false, output: `Get "${url}": ${refused(host, port)}` };
  if (answer.status >= 200 && answer.status < 400) return { success: true, output: "" };
  return { success: false, output: `HTTP probe failed with statuscode: ${answer.status}` };
}

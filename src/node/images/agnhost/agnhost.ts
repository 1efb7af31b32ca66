import { header } from "../../runtime/http-text.ts";
import type { SimulatedImage } from "../../runtime/image.ts";
import type { Peer } from "../../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import type { GrpcHealth } from "../../runtime/runtime.ts";
import { formatDate } from "../../shell/applets/date.ts";
import { resolve } from "../../shell/applets/net-lib.ts";
import { alpine } from "../bases.ts";
import { goReply, serveHttp, untilSignal } from "../server.ts";

function option(process: Process, name: string, fallback: string): string {
  for (const [i, arg] of process.argv.entries()) {
    if (arg.startsWith(`--${name}=`)) return arg.slice(name.length + 3);
    if (arg === `--${name}`) return process.argv[i + 1] ?? fallback;
  }
  return fallback;
}

function klog(process: Process, text: string): string {
  return `I${formatDate(process.time, "%m%d %H:%M:%S.%6N")} ${String(process.pid).padStart(7)} log.go:198] ${text}\n`;
}

function* netexec(process: Process): Run {
  const port = Number(option(process, "http-port", "8080"));
  yield* process.write(2, klog(process, `Started HTTP server on port ${port}`));
  yield* process.write(2, klog(process, "Started UDP server on port  8081"));
  const { hostname } = process.container.spec;
  const handle = (request: HttpRequest, peer: Peer): HttpReply => {
    const [path = "/", query = ""] = request.url.split("?");
    const values = new Map(query.split("&").map((pair) => [pair.split("=")[0]!, pair.split("=")[1] ?? ""]));
    if (path === "/hostname" || path === "/hostName") return goReply(process, 200, hostname);
    if (path === "/clientip") return goReply(process, 200, `${peer.ip}:${peer.port}`);
    if (path === "/echo")
      return goReply(process, Number(values.get("code") ?? 200) || 200, decode(values.get("msg") ?? ""));
    if (path === "/header") return goReply(process, 200, header(request.headers, values.get("key") ?? "") ?? "");
    if (path === "/healthz") return goReply(process, 200, "");
    if (path === "/exit") {
      process.machine.signal(process, "TERM", process.time);
      return goReply(process, 200, "");
    }
    return path === "/"
      ? goReply(process, 200, `NOW: ${formatDate(process.time, "%Y-%m-%d %H:%M:%S")} +0000 UTC`)
      : goReply(process, 404, "404 page not found\n");
  };
  return yield* serveHttp(process, port, handle);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return text;
  }
}

function* serveHostname(process: Process): Run {
  const port = Number(option(process, "port", "9376"));
  yield* process.write(2, klog(process, "Serving on port 9376."));
  return yield* serveHttp(process, port, () => goReply(process, 200, process.container.spec.hostname));
}

/** registry.k8s.io/e2e-test-images/agnhost: netexec, serve-hostname, pause, liveness, grpc-health-checking, connect, test-webserver. */
function* agnhost(process: Process): Run {
  const [, command = "pause"] = process.argv;
  if (command === "netexec") return yield* netexec(process);
  if (command === "serve-hostname") return yield* serveHostname(process);
  if (command === "test-webserver")
    return yield* serveHttp(process, Number(option(process, "port", "80")), () =>
      goReply(process, 200, "<pre>\n</pre>\n", "text/html"),
    );
  if (command === "liveness") return yield* liveness(process);
  if (command === "grpc-health-checking") return yield* grpcHealthChecking(process);
  if (command === "connect") return yield* connect(process);
  if (command === "pause") {
    yield* process.write(1, "Paused\n");
    yield* untilSignal(process);
    return 2;
  }
  yield* process.write(
    2,
    `Error: unknown command "${command}" for "app"\nRun 'app --help' for usage.\nerror: unknown command "${command}" for "app"\n`,
  );
  return 1;
}

/** A gRPC health service that requests to its HTTP port turn on and off. */
function* grpcHealthChecking(process: Process): Run {
  const { network } = process.machine;
  const port = Number(option(process, "port", "5000"));
  const httpPort = Number(option(process, "http-port", "8080"));
  const name = option(process, "service", "");
  let serving = true;
  const turn = (to: boolean): HttpReply => {
    serving = to;
    process.machine.turns++;
    return goReply(process, 200, "");
  };
  const handle = (request: HttpRequest): HttpReply => {
    if (request.url.startsWith("/make-not-serving")) return turn(false);
    if (request.url.startsWith("/make-serving")) return turn(true);
    return goReply(process, 404, "404 page not found\n");
  };
  const health = (service: string): GrpcHealth => (service !== name ? "unknown" : serving ? "SERVING" : "NOT_SERVING");
  yield* process.write(2, klog(process, `Http server starting to listen on ${httpPort}`));
  network.listen(process, httpPort, { kind: "http", handle });
  yield* process.write(2, klog(process, `gRPC server starting to listen on ${port}`));
  network.listen(process, port, { kind: "http", handle: () => goReply(process, 415, ""), health });
  yield* untilSignal(process);
  return 2;
}

/** Healthy for ten seconds, then failing: what the documentation's liveness example shows. */
function* liveness(process: Process): Run {
  const handle = (request: HttpRequest): HttpReply => {
    const seconds = (process.time - process.startedAt) / 1000;
    if (!request.url.startsWith("/healthz")) return goReply(process, 200, "");
    return seconds > 10 ? goReply(process, 500, `error: ${seconds.toFixed(9)}`) : goReply(process, 200, "ok");
  };
  if (!process.machine.network.listen(process, 8080, { kind: "http", handle })) {
    yield* process.write(2, "listen tcp :8080: bind: address already in use\n");
    return 1;
  }
  // The turn to failing is an event of the program's own, so that probes look again then.
  for (const signal of ["TERM", "INT", "QUIT"] as const) process.handlers.set(signal, "catch");
  yield* process.sleep(process.startedAt + 10_001 - process.time);
  yield* untilSignal(process);
  return 2;
}

function* connect(process: Process): Run {
  const target = process.argv.slice(2).find((arg) => /:\d+$/.test(arg)) ?? "";
  const [host = "", port = "0"] = target.split(":");
  const where = yield* resolve(process, host);
  if (!("ip" in where)) {
    yield* process.write(2, "DNS: no such host\n");
    return 1;
  }
  const answer = yield* process.ask({ kind: "tcp", ip: where.ip, port: Number(port), data: "" });
  if (answer.kind === "tcp") return 0;
  yield* process.write(2, answer.kind === "failed" && answer.why === "refused" ? "REFUSED\n" : "TIMEOUT\n");
  return 1;
}

export const image: SimulatedImage = alpine({
  programs: { agnhost },
  paths: { agnhost: "/agnhost" },
  extra: ["curl", "dig", "host", "nslookup", "bash"],
});

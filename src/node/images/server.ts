import type { Peer } from "../runtime/machine/net.ts";
import type { HttpReply, HttpRequest } from "../runtime/machine/outside.ts";
import type { Process, Run, SignalName } from "../runtime/machine/process.ts";
import { formatDate } from "../shell/applets/date.ts";

/** Waits for one of the signals that a server handles; answers the first. */
export function* untilSignal(
  process: Process,
  signals: readonly SignalName[] = ["TERM", "INT", "QUIT"],
): Run<SignalName> {
  for (const signal of signals) process.handlers.set(signal, "catch");
  for (;;) {
    const signal = process.pending.shift();
    if (signal !== undefined && signals.includes(signal)) return signal;
    if (signal === undefined) yield {};
  }
}

/** Writes a line on a server's stdout or stderr at the moment of a request. */
export function say(process: Process, fd: 1 | 2, line: string): void {
  try {
    process.files.get(fd)?.put(`${line}\n`, process);
  } catch {
    // A server does not die of a log that nobody reads.
  }
}

/** "Fri, 20 Nov 2026 08:11:32 GMT" */
export function httpDate(at: number): string {
  return formatDate(at, "%a, %d %b %Y %H:%M:%S GMT");
}

/** "20/Nov/2026:08:11:32 +0000" */
export function logDate(at: number): string {
  return formatDate(at, "%d/%b/%Y:%H:%M:%S +0000");
}

const STATUS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Created",
  204: "No Content",
  206: "Partial Content",
  301: "Moved Permanently",
  302: "Found",
  304: "Not Modified",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  413: "Request Entity Too Large",
  418: "I'm a teapot",
  429: "Too Many Requests",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** The phrase of a status code. */
export function statusText(status: number): string {
  return STATUS[status] ?? "";
}

/** A reply as Go's net/http sends it. */
export function goReply(process: Process, status: number, body: string, type = "text/plain; charset=utf-8"): HttpReply {
  return {
    status,
    statusText: statusText(status),
    headers: [
      ["Date", httpDate(process.time)],
      ["Content-Length", String(body.length)],
      ["Content-Type", type],
    ],
    body,
  };
}

/** A server that answers on a port until it is told to stop. */
export function* serveHttp(
  process: Process,
  port: number,
  handle: (request: HttpRequest, peer: Peer) => HttpReply,
  inUse = `listen tcp :${port}: bind: address already in use`,
): Run {
  if (!process.machine.network.listen(process, port, { kind: "http", handle })) {
    say(process, 2, inUse);
    return 1;
  }
  yield* untilSignal(process);
  return 0;
}

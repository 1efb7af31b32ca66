import { parseReply, serializeRequest } from "../../runtime/http-text.ts";
import type { ConnectionFailure, HttpReply, HttpRequest } from "../../runtime/machine/outside.ts";
import type { Process, Run } from "../../runtime/machine/process.ts";
import { deliverTcp } from "../../runtime/serve.ts";

/** A host name as this container sees it: an address, or why there is none. */
export type Resolved =
  | { readonly ip: string; readonly name: string }
  | { readonly failed: "nxdomain" | "servfail" | "timeout" };

const ADDRESS = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.|$)){4}$/;

export function isAddress(text: string): boolean {
  return ADDRESS.test(text) && !text.endsWith(".");
}

/** What /etc/resolv.conf says. */
export function resolvConf(process: Process): { servers: string[]; searches: string[]; ndots: number } {
  const node = process.container.fs.peek("/etc/resolv.conf");
  const lines = node?.type === "file" ? node.content.split("\n").map((line) => line.split(/\s+/)) : [];
  const ndots = lines
    .filter((words) => words[0] === "options")
    .flat()
    .find((word) => word.startsWith("ndots:"));
  return {
    servers: lines.filter((words) => words[0] === "nameserver").map((words) => words[1] ?? ""),
    searches: lines
      .filter((words) => words[0] === "search")
      .flatMap((words) => words.slice(1))
      .filter((word) => word !== ""),
    ndots: ndots === undefined ? 1 : Number(ndots.slice(6)) || 1,
  };
}

/** The names to try for a host, in order. */
export function searchList(process: Process, host: string): string[] {
  if (host.endsWith(".")) return [host.slice(0, -1)];
  const { searches, ndots } = resolvConf(process);
  const expanded = searches.map((search) => `${host}.${search}`);
  return host.split(".").length - 1 >= ndots ? [host, ...expanded] : [...expanded, host];
}

/** Looks a host name up as libc does: /etc/hosts, then DNS with the search list. */
export function* resolve(process: Process, host: string): Run<Resolved> {
  if (isAddress(host)) return { ip: host, name: host };
  if (host === "localhost") return { ip: "127.0.0.1", name: host };
  const hosts = process.container.fs.peek("/etc/hosts");
  if (hosts?.type === "file")
    for (const line of hosts.content.split("\n")) {
      const [ip = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
      if (names.includes(host) && isAddress(ip)) return { ip, name: host };
    }
  const [server] = resolvConf(process).servers;
  if (server === undefined) return { failed: "servfail" };
  let failed: "nxdomain" | "servfail" | "timeout" = "nxdomain";
  for (const name of searchList(process, host)) {
    const answer = yield* process.ask({ kind: "dns", server, name, type: "A" });
    if (answer.kind === "dns" && answer.code === "NOERROR") {
      const record = answer.records.find((r) => r.type === "A");
      if (record !== undefined) return { ip: record.data, name };
    } else if (answer.kind === "failed") return { failed: "timeout" };
    else if (answer.kind === "dns" && answer.code !== "NXDOMAIN") failed = "servfail";
  }
  return { failed };
}

/** Whether an address is this pod's own. */
export function isLocal(process: Process, ip: string): boolean {
  return ip.startsWith("127.") || ip === "0.0.0.0" || ip === process.machine.podIP;
}

/** Sends bytes to a port and answers all that comes back; a failure says why. */
export function* exchange(
  process: Process,
  ip: string,
  port: number,
  data: string,
  waitMs = 5000,
): Run<{ data: string } | { failed: ConnectionFailure }> {
  if (!isLocal(process, ip)) {
    const answer = yield* process.ask({ kind: "tcp", ip, port, data });
    if (answer.kind === "tcp") return { data: answer.data };
    return { failed: answer.kind === "failed" ? answer.why : "unreachable" };
  }
  const { machine } = process;
  const bound = machine.network.find(port, true);
  if (bound === undefined) return { failed: "refused" };
  const peer = { ip: ip.startsWith("127.") ? "127.0.0.1" : machine.podIP, port: 40_000 + (process.pid % 20_000) };
  const { listener } = bound;
  if (listener.kind !== "accept") {
    const before = machine.mark(bound.process.container);
    const reply = deliverTcp(machine, bound, { at: process.time, data }, peer);
    const foreign = process.session !== undefined && bound.process.session === undefined;
    if (foreign && machine.mark(bound.process.container) !== before)
      machine.onSessionRequest?.(port, data, peer.ip, process.time);
    return { data: reply };
  }
  const socket = machine.network.connect(listener, peer, process.time);
  if (data !== "") socket.put(data, process);
  const deadline = process.time + waitMs;
  let out = "";
  while (process.time < deadline) {
    const piece = socket.take(1 << 20, process, false);
    if (piece === "") break;
    if (piece === undefined) yield { queues: [socket.readable], until: deadline };
    else out += piece;
  }
  socket.close(process.time);
  return { data: out };
}

/** An HTTP request from this process. */
export function* fetchHttp(
  process: Process,
  ip: string,
  port: number,
  tls: boolean,
  request: HttpRequest,
  host: string,
): Run<{ reply: HttpReply } | { failed: ConnectionFailure | "empty" | "tls" }> {
  if (!isLocal(process, ip)) {
    const answer = yield* process.ask({ kind: "http", ip, port, tls, request });
    if (answer.kind === "http") return { reply: answer.reply };
    return { failed: answer.kind === "failed" ? answer.why : "empty" };
  }
  if (tls) return { failed: process.machine.network.find(port, true) === undefined ? "refused" : "tls" };
  const result = yield* exchange(process, ip, port, serializeRequest(request, host));
  if ("failed" in result) return result;
  const reply = parseReply(result.data);
  return reply === undefined ? { failed: "empty" } : { reply };
}

export interface Url {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly user: string | undefined;
}

/** Splits a URL; a bare host means http. */
export function parseUrl(text: string): Url | undefined {
  const match =
    /^(?:([a-z][a-z0-9+.-]*):\/\/)?(?:([^@/]*)@)?(\[[0-9a-fA-F:]+\]|[^:/?#]+)(?::(\d+))?([/?][^#]*)?(?:#.*)?$/i.exec(
      text.trim(),
    );
  if (match === null) return undefined;
  const scheme = (match[1] ?? "http").toLowerCase();
  const port = match[4] === undefined ? ({ https: 443, telnet: 23 }[scheme] ?? 80) : Number(match[4]);
  const path = match[5] ?? "/";
  return { scheme, host: match[3]!, port, path: path.startsWith("/") ? path : `/${path}`, user: match[2] };
}

/** How long a connection attempt that nobody answers takes. */
export const CONNECT_TIMEOUT_MS = 134_000;

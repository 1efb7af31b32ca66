import type { Instant } from "../../machinery/time.ts";
import { parseReply, parseRequest, serializeReply, serializeRequest } from "./http-text.ts";
import type { Machine } from "./machine/machine.ts";
import type { Bound, Listener, Peer } from "./machine/net.ts";
import type { OpenFile } from "./machine/open-file.ts";
import type { HttpReply, HttpRequest } from "./machine/outside.ts";

/** How long a connection to a program that accepts it itself is waited for. */
const PATIENCE_MS = 10_000;

/** Hands a request to whoever listens and answers the reply; undefined where what came back is no HTTP. */
export function deliverHttp(
  machine: Machine,
  bound: Bound,
  input: { readonly at: Instant; readonly request: HttpRequest; readonly port: number },
  peer: Peer,
): HttpReply | undefined {
  const { listener } = bound;
  if (listener.kind === "http") return asServer(machine, bound, input.at, () => listener.handle(input.request, peer));
  const text = serializeRequest(input.request, `${machine.podIP}:${input.port}`);
  const reply =
    listener.kind === "stream"
      ? converse(listener, text, peer)
      : acceptAndWait(machine, listener, text, peer, input.at);
  return parseReply(reply);
}

/** The same with raw bytes. */
export function deliverTcp(
  machine: Machine,
  bound: Bound,
  input: { readonly at: Instant; readonly data: string },
  peer: Peer,
): string {
  const { listener } = bound;
  if (listener.kind === "stream") return asServer(machine, bound, input.at, () => converse(listener, input.data, peer));
  if (listener.kind === "accept") return acceptAndWait(machine, listener, input.data, peer, input.at);
  return asServer(machine, bound, input.at, () => httpOverBytes(listener, input.data, peer));
}

/** Runs a server's handler as its process at an instant. */
export function asServer<T>(machine: Machine, bound: Bound, at: Instant, run: () => T): T {
  const { process } = bound;
  const before = { current: machine.current, time: process.time };
  process.time = Math.max(process.time, at);
  machine.current = process;
  try {
    return run();
  } finally {
    machine.current = before.current;
  }
}

function converse(listener: Listener & { kind: "stream" }, data: string, peer: Peer): string {
  const conversation = listener.open(peer);
  return (conversation.greeting ?? "") + (data === "" ? "" : conversation.data(data).reply);
}

/** Speaks HTTP over raw bytes: what a client such as nc or telnet gets to see. */
export function httpOverBytes(listener: Listener & { kind: "http" }, data: string, peer: Peer): string {
  let rest = data;
  let out = "";
  while (rest !== "") {
    const parsed = parseRequest(rest);
    if (parsed === undefined) return out;
    if (parsed === "bad")
      return `${out}HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n400 Bad Request`;
    out += serializeReply(listener.handle(parsed.request, peer), parsed.request.method === "HEAD");
    rest = parsed.rest;
    if (!parsed.keepAlive) return out;
  }
  return out;
}

function acceptAndWait(
  machine: Machine,
  listener: Listener & { kind: "accept" },
  data: string,
  peer: Peer,
  at: Instant,
): string {
  const socket = machine.network.connect(listener, peer, at);
  push(socket, data, at);
  let out = "";
  for (let limit = at; limit <= at + PATIENCE_MS; ) {
    const stop = machine.runUntil(limit);
    for (let piece = pull(socket, limit); piece !== undefined; piece = pull(socket, limit)) {
      if (piece === "") return out;
      out += piece;
    }
    if (complete(out) || stop.kind !== "idle" || stop.next === undefined) break;
    limit = Math.max(stop.next, limit + 1);
  }
  socket.close(at);
  return out;
}

function complete(text: string): boolean {
  const reply = /\r?\n\r?\n/.test(text) ? parseReply(text) : undefined;
  const length = reply?.headers.find(([name]) => name.toLowerCase() === "content-length")?.[1];
  return length !== undefined && reply!.body.length >= Number(length);
}

/** Someone outside any process writes into and reads from a socket. */
function push(socket: OpenFile, data: string, at: Instant): void {
  socket.put(data, { time: at });
}

function pull(socket: OpenFile, at: Instant): string | undefined {
  return socket.take(1 << 20, { time: at }, false);
}

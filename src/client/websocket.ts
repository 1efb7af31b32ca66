import type { RequestOptions } from "node:https";
import type { JsonObject } from "../machinery/object.ts";
import { type Status, StatusError } from "../machinery/status-error.ts";
import { connectionError } from "./connection-error.ts";
import type { ApiResponse, ChannelSet, PortConnection } from "./transport.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
const CLOSE = 255;
/** The close code of a connection that broke. */
const ABNORMAL = 1006;

type Socket = import("ws").WebSocket;

function frame(channel: number, bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.of(channel), bytes]);
}

async function open(
  url: string,
  protocols: readonly string[],
  headers: Record<string, string | string[]>,
  tls: RequestOptions,
  host: string,
): Promise<Socket> {
  const { WebSocket } = await import("ws");
  const socket = new WebSocket(url, [...protocols], { headers, ...(tls as object) });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", (error: NodeJS.ErrnoException) => reject(connectionError(host, error)));
    socket.once("unexpected-response", (_request, response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => reject(refusal(Buffer.concat(chunks).toString("utf8"), response.statusCode ?? 500)));
    });
  });
  return socket;
}

function refusal(text: string, code: number): StatusError {
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === "Status") return new StatusError(status);
  } catch {
    // not a Status: say what came
  }
  return new StatusError({ message: text.trim(), code });
}

/** Sends, and resolves when the bytes are on their way: what is read is not read faster than it goes out. */
const sent = (socket: Socket, bytes: Buffer): Promise<void> =>
  new Promise((resolve) => socket.send(bytes, () => resolve()));

async function sendInput(socket: Socket, channels: ChannelSet): Promise<void> {
  for await (const chunk of channels.stdin ?? []) {
    await sent(socket, frame(STDIN, chunk));
    if (socket.readyState !== socket.OPEN) return;
  }
  // Before v5 there is no way to say that the input has ended.
  if (channels.stdin !== undefined && socket.protocol === "v5.channel.k8s.io")
    await sent(socket, Buffer.of(CLOSE, STDIN));
}

async function sendSizes(socket: Socket, channels: ChannelSet): Promise<void> {
  for await (const { width, height } of channels.resize ?? [])
    socket.send(frame(RESIZE, Buffer.from(JSON.stringify({ Width: width, Height: height }))));
}

function connectExec(socket: Socket, channels: ChannelSet): Promise<JsonObject> {
  return new Promise((resolve, reject) => {
    let status: JsonObject | undefined;
    socket.on("message", (data: Buffer) => {
      const channel = data[0];
      const body = data.subarray(1);
      if (channel === STDOUT) channels.stdout(body);
      else if (channel === STDERR) channels.stderr(body);
      else if (channel === ERROR) status = JSON.parse(body.toString("utf8"));
    });
    socket.on("close", (code: number) => {
      if (status === undefined && code === ABNORMAL && !channels.signal.aborted)
        reject(new Error("websocket: close 1006 (abnormal closure): unexpected EOF"));
      else resolve(status ?? { kind: "Status", status: "Success" });
    });
    socket.on("error", reject);
    channels.signal.addEventListener("abort", () => socket.close(), { once: true });
    sendInput(socket, channels).catch(reject);
    sendSizes(socket, channels).catch(reject);
  });
}

const DATA = 0;
const FAILURE = 1;

async function connectPort(socket: Socket, connection: PortConnection): Promise<void> {
  const done = new Promise<void>((resolve, reject) => {
    const portSeen = new Set<number>();
    socket.on("message", (data: Buffer) => {
      const channel = data[0]!;
      const body = data.subarray(1);
      // The first frame of each channel names the port.
      if (!portSeen.has(channel)) portSeen.add(channel);
      else if (channel === DATA) connection.output(body);
      else if (channel === FAILURE) reject(new Error(body.toString("utf8")));
    });
    socket.on("close", () => resolve());
    socket.on("error", reject);
    connection.signal.addEventListener("abort", () => socket.close(), { once: true });
  });
  const sending = (async () => {
    for await (const chunk of connection.input) await sent(socket, frame(DATA, chunk));
    socket.close();
  })();
  await Promise.all([done, sending]);
}

/** Opens exec, attach or port-forward over a WebSocket (v5.channel.k8s.io, v4 for ports). */
export async function openUpgrade(
  url: string,
  headers: Record<string, string | string[]>,
  tls: RequestOptions,
  host: string,
): Promise<ApiResponse> {
  if (/\/portforward(\?|$)/.test(url)) {
    const to = (connection: PortConnection): string => `${url.split("?")[0]}?ports=${connection.port}`;
    return {
      kind: "portforward",
      connect: async (connection) =>
        connectPort(await open(to(connection), ["v4.channel.k8s.io"], headers, tls, host), connection),
    };
  }
  const socket = await open(url, ["v5.channel.k8s.io", "v4.channel.k8s.io"], headers, tls, host);
  return { kind: "exec", connect: (channels) => connectExec(socket, channels) };
}

import type { WebSocket } from "ws";
import type { ApiResponse, ChannelSet } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { createQueue } from "./channels.ts";
import { createInputFlow, createOutputFlow } from "./flow.ts";
import { createChannelFraming } from "./framing.ts";
import type { WantedStreams } from "./requested.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ERROR = 3;
const RESIZE = 4;
/** v5 only: the client closes one channel. */
const CLOSE = 255;

/** The subprotocols of exec and attach over WebSocket, the newest first. */
export const REMOTE_COMMAND_PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io", "v4.base64.channel.k8s.io"] as const;

/** Serves exec or attach over an open WebSocket. Mirrors apiserver's remotecommand websocket streams. */
export async function serveRemoteCommand(
  socket: WebSocket,
  protocol: string,
  answer: Extract<ApiResponse, { readonly kind: "exec" }>,
  wants: WantedStreams,
): Promise<void> {
  const output = createOutputFlow();
  const input = createInputFlow(socket);
  const stdin = createQueue<Uint8Array>((chunk) => input.taken(chunk.length));
  const sizes = createQueue<{ width: number; height: number }>();
  const stop = new AbortController();
  const { send, onFrame } = createChannelFraming(socket, protocol, output);
  onFrame((channel, bytes) => {
    if (channel === STDIN && wants.stdin) {
      input.came(bytes.length);
      stdin.push(bytes);
    } else if (channel === RESIZE) pushSize(sizes, bytes);
    else if (channel === CLOSE && bytes[0] === STDIN) stdin.end();
  });
  const closed = (): void => {
    stdin.end();
    sizes.end();
    output.close();
    stop.abort();
  };
  socket.on("close", closed);
  socket.on("error", closed);

  const channels: ChannelSet = {
    ...(wants.stdin ? { stdin } : {}),
    ...(wants.tty ? { resize: sizes } : {}),
    stdout: (chunk) => wants.stdout && send(STDOUT, chunk),
    stderr: (chunk) => wants.stderr && send(STDERR, chunk),
    backlog: output,
    signal: stop.signal,
  };
  // The real server opens with an empty frame on the lowest channel that it writes to.
  send(wants.stdout ? STDOUT : wants.stderr ? STDERR : ERROR, Buffer.alloc(0));
  const status = await answer.connect(channels).catch(failureStatus);
  stdin.drop();
  send(ERROR, Buffer.from(JSON.stringify(status)));
  socket.close(1000);
}

/** Adds a terminal size as clients write it, {"Width":80,"Height":24}. */
export function pushSize(sizes: { push(size: { width: number; height: number }): void }, bytes: Buffer): void {
  try {
    const { Width, Height } = JSON.parse(bytes.toString("utf8")) as { Width?: number; Height?: number };
    if (Number.isInteger(Width) && Number.isInteger(Height)) sizes.push({ width: Width!, height: Height! });
  } catch {
    // A size that is no JSON changes nothing, as upstream drops it.
  }
}

/** The v1.Status of a command that could not be run. */
export function failureStatus(error: unknown): JsonObject {
  const message = (error as Error).message;
  return {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: `Internal error occurred: ${message}`,
    reason: "InternalError",
    details: { causes: [{ message }] },
    code: 500,
  };
}

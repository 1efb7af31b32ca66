import type { WebSocket } from "ws";
import type { ApiResponse } from "../../../client/transport.ts";
import { createSpdyConnection } from "./connection.ts";
import { createPortStreams, PORT_STREAM_PROTOCOL } from "./port-streams.ts";

/** SPDY frames in WebSocket messages, as kubectl 1.31 and later forward ports. */
export const TUNNEL_PROTOCOL = `SPDY/3.1+${PORT_STREAM_PROTOCOL}`;

/** Serves port-forward over SPDY inside of a WebSocket; resolves when it is closed. Mirrors apiserver's portforward tunneling. */
export function servePortTunnel(
  socket: WebSocket,
  answer: Extract<ApiResponse, { readonly kind: "portforward" }>,
): Promise<void> {
  const stop = new AbortController();
  return new Promise((resolve) => {
    const connection = createSpdyConnection({
      send: (bytes, sent) => {
        if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true }, sent);
      },
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      onStream: createPortStreams(answer, stop.signal),
      onClose: () => {
        stop.abort();
        socket.close(1000);
        resolve();
      },
    });
    socket.on("message", (data: Buffer) => connection.receive(data));
    socket.on("close", () => connection.ended());
    socket.on("error", () => connection.ended());
  });
}

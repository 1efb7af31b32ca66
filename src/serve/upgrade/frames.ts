import type { WebSocket } from "ws";
import type { ApiResponse } from "../../client/transport.ts";

/** Sends a watch or a followed log, a message a frame, as browsers ask for it; a slow reader is waited for. Mirrors apiserver's watch.go HandleWS. */
export async function serveFrames(
  socket: WebSocket,
  answer: Extract<ApiResponse, { readonly kind: "stream" }>,
): Promise<void> {
  const frames = answer.frames[Symbol.asyncIterator]();
  const gone = new Promise<undefined>((resolve) => {
    socket.once("close", () => resolve(undefined));
    socket.once("error", () => resolve(undefined));
  });
  try {
    for (;;) {
      const next = await Promise.race([frames.next(), gone]);
      if (next === undefined || next.done) break;
      const { value } = next;
      const data = typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value);
      await Promise.race([gone, new Promise<void>((resolve) => socket.send(data, () => resolve()))]);
    }
  } finally {
    await frames.return?.();
    socket.close(1000);
  }
}

import type { WebSocket } from "ws";
import type { ApiResponse } from "../../client/transport.ts";
import { createQueue } from "./channels.ts";
import { createInputFlow, createOutputFlow } from "./flow.ts";
import { createChannelFraming } from "./framing.ts";

/** The subprotocols of port-forward with one pair of channels a port, as client libraries use them. */
export const PORT_CHANNEL_PROTOCOLS = ["v4.channel.k8s.io", "v4.base64.channel.k8s.io"] as const;

/**
 * Serves port-forward over an open WebSocket: channel 2n carries the data of the n-th port, 2n+1 its errors, and the
 * first frame of each is the port number, little-endian. Mirrors kubelet's portforward websocket.go.
 */
export async function servePortChannels(
  socket: WebSocket,
  protocol: string,
  answer: Extract<ApiResponse, { readonly kind: "portforward" }>,
  ports: readonly number[],
): Promise<void> {
  const stop = new AbortController();
  const output = createOutputFlow();
  const input = createInputFlow(socket);
  const inputs = ports.map(() => createQueue<Uint8Array>((chunk) => input.taken(chunk.length)));
  const { send, onFrame } = createChannelFraming(socket, protocol, output);
  onFrame((channel, bytes) => {
    const queue = channel % 2 === 0 ? inputs[channel / 2] : undefined;
    if (queue === undefined) return;
    input.came(bytes.length);
    queue.push(bytes);
  });
  const closed = (): void => {
    for (const queue of inputs) queue.end();
    output.close();
    stop.abort();
  };
  socket.on("close", closed);
  socket.on("error", closed);

  await Promise.all(
    ports.map(async (port, index) => {
      const head = Buffer.alloc(2);
      head.writeUInt16LE(port);
      send(2 * index, head);
      send(2 * index + 1, head);
      try {
        await answer.connect({
          port,
          input: inputs[index]!,
          output: (chunk) => send(2 * index, chunk),
          backlog: output,
          signal: stop.signal,
        });
      } catch (error) {
        send(2 * index + 1, Buffer.from((error as Error).message));
      }
      inputs[index]!.drop();
    }),
  );
  socket.close(1000);
}

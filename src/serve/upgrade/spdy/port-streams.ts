import type { ApiResponse } from "../../../client/transport.ts";
import type { SpdyStream } from "./connection.ts";

/** The protocol of port-forward over SPDY: a pair of streams a connection, data and error, that share a request id. */
export const PORT_STREAM_PROTOCOL = "portforward.k8s.io";

/** Serves port-forward: takes streams, and connects once both of a pair are there. Mirrors kubelet's portforward httpstream.go. */
export function createPortStreams(
  answer: Extract<ApiResponse, { readonly kind: "portforward" }>,
  signal: AbortSignal,
): (stream: SpdyStream) => void {
  const halves = new Map<string, { data?: SpdyStream; error?: SpdyStream }>();
  return (stream) => {
    const type = stream.headers["streamtype"];
    if (type !== "data" && type !== "error") return stream.end();
    const id = stream.headers["requestid"] ?? "";
    const half = halves.get(id) ?? {};
    half[type] = stream;
    halves.set(id, half);
    const { data, error } = half;
    if (data === undefined || error === undefined) return;
    halves.delete(id);
    void forward(answer, data, error, signal);
  };
}

async function forward(
  answer: Extract<ApiResponse, { readonly kind: "portforward" }>,
  data: SpdyStream,
  error: SpdyStream,
  signal: AbortSignal,
): Promise<void> {
  try {
    const port = Number(data.headers["port"]);
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new Error(`unable to parse port "${data.headers["port"] ?? ""}"`);
    const { input, backlog } = data;
    await answer.connect({ port, input, output: (chunk) => data.write(chunk), backlog, signal });
  } catch (failure) {
    error.write(Buffer.from((failure as Error).message));
  }
  data.end();
  error.end();
}

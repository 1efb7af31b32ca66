import { ConnectionError, hostOf } from "../client/connection-error.ts";
import type { ApiResponse, Transport } from "../client/transport.ts";
import { parseGoDuration } from "./flags/values.ts";
import type { Host } from "./session.ts";

/** Reads --request-timeout, in milliseconds; 0 or less: none. A bare number is seconds. Mirrors clientcmd.ParseTimeout. */
export function requestTimeoutMs(text: string): number {
  if (/^\+?\d+$/.test(text)) return Number(text) * 1000;
  try {
    return parseGoDuration(text);
  } catch {
    throw new Error(
      "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)",
    );
  }
}

type Stream = Extract<ApiResponse, { kind: "stream" }>;

const OVER = Symbol("over");

/** The frames of a stream until the time is over. A watch then ends quietly, as client-go's does; others fail. */
async function* framesUntil(frames: Stream["frames"], over: Promise<typeof OVER>, isWatch: boolean): Stream["frames"] {
  const iterator = frames[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), over]);
      if (next === OVER) {
        if (isWatch) return;
        throw new Error("context deadline exceeded (Client.Timeout or context cancellation while reading body)");
      }
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // A generator that waits for its next frame would not answer: it is told, and not waited for.
    void iterator.return?.();
  }
}

/** Gives every request the time of --request-timeout, reading of the answer included. Mirrors http.Client.Timeout. */
export function timedTransport(host: Host, server: string, timeoutMs: number, inner: Transport): Transport {
  if (timeoutMs <= 0) return inner;
  return {
    ...inner,
    request: async (request) => {
      const over = host.sleep(timeoutMs).then((): typeof OVER => OVER);
      const response = await Promise.race([inner.request(request), over]);
      if (response === OVER)
        throw new ConnectionError(
          hostOf(server),
          false,
          "context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
        );
      if (response.kind !== "stream") return response;
      const isWatch = request.query?.["watch"] === "true";
      return { ...response, frames: framesUntil(response.frames, over, isWatch) };
    },
  };
}

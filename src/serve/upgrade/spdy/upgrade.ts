import type { Duplex } from "node:stream";
import type { ApiRequest, ApiResponse } from "../../../client/transport.ts";
import { StatusError } from "../../../machinery/status-error.ts";
import { refuse, wantsOf } from "../requested.ts";
import { COMMAND_STREAM_PROTOCOL, createCommandStreams } from "./command-streams.ts";
import { createSpdyConnection } from "./connection.ts";
import { createPortStreams, PORT_STREAM_PROTOCOL } from "./port-streams.ts";

/** Answers the upgrade to SPDY/3.1 by which older clients exec, attach and forward ports. Throws StatusError for protocols that it does not know. */
export async function upgradeToSpdy(
  handle: (request: ApiRequest) => Promise<ApiResponse>,
  request: ApiRequest,
  socket: Duplex,
  head: Buffer,
): Promise<void> {
  const answer = await handle(request);
  if (answer.kind !== "exec" && answer.kind !== "portforward") return refuse(socket, answer);
  const protocol = answer.kind === "exec" ? COMMAND_STREAM_PROTOCOL : PORT_STREAM_PROTOCOL;
  const offered = (request.headers?.["x-stream-protocol-version"] ?? "").split(",").map((word) => word.trim());
  if (!offered.includes(protocol))
    throw new StatusError({
      message: `unable to upgrade: unable to negotiate protocol: client supports ${JSON.stringify(offered)}, server accepts ${JSON.stringify([protocol])}`,
      reason: "Forbidden",
      code: 403,
    });
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
  );
  const stop = new AbortController();
  const finish = (): void => {
    socket.end();
  };
  const connection = createSpdyConnection({
    send: (bytes, sent) => {
      if (socket.writable) socket.write(bytes, sent);
    },
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    onStream:
      answer.kind === "exec"
        ? createCommandStreams(answer, wantsOf(request), stop.signal, finish)
        : createPortStreams(answer, stop.signal),
    onClose: () => {
      stop.abort();
      socket.end();
    },
  });
  if (head.length > 0) connection.receive(head);
  socket.on("data", (chunk: Buffer) => connection.receive(chunk));
  socket.on("end", () => connection.ended());
  socket.on("close", () => connection.ended());
}

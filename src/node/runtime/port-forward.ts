import type { PortConnection } from "../../client/transport.ts";
import { room } from "./exec.ts";
import type { RuntimeHost } from "./host.ts";
import { parseRequest } from "./http-text.ts";
import { bytesOf, rawOf } from "./machine/bytes.ts";

/** A request that goes on for longer is hung up on. */
const LONGEST_REQUEST_BYTES = 64 * 1024 * 1024;

/** pods/portforward: one connection. HTTP goes request by request; other protocols exchange what has come so far. */
export async function forwardPort(host: RuntimeHost, podUid: string, connection: PortConnection): Promise<void> {
  const { deps } = host;
  const run = host.pod(podUid);
  const bound =
    deps.store.keys(`/containers/${podUid}/run/`).length === 0
      ? undefined
      : (await host.exclusive(() => run.at(deps.now()))).network.find(connection.port, true);
  if (bound === undefined)
    throw new Error(
      `failed to execute portforward in network namespace "/var/run/netns/cni-${podUid.slice(0, 8)}-${podUid.slice(9, 13)}": failed to connect to localhost:${connection.port} inside namespace "${podUid}", IPv4: dial tcp4 127.0.0.1:${connection.port}: connect: connection refused IPv6 dial tcp6: address localhost: no suitable address found `,
    );
  const isHttp = bound.listener.kind === "http";
  let buffer = "";
  for await (const chunk of connection.input) {
    if (connection.signal.aborted) return;
    buffer += bytesOf(chunk);
    if (buffer.length > LONGEST_REQUEST_BYTES) return;
    for (;;) {
      const parsed = isHttp ? parseRequest(buffer) : undefined;
      if (isHttp && parsed === undefined) break;
      const data =
        parsed === undefined || parsed === "bad" ? buffer : buffer.slice(0, buffer.length - parsed.rest.length);
      if (data === "") break;
      buffer = buffer.slice(data.length);
      const reply = await host.exclusive(() =>
        run.input({ k: "tcp", at: deps.now(), port: connection.port, data, ip: "127.0.0.1" }),
      );
      if (typeof reply === "string" && reply !== "") connection.output(rawOf(reply));
      await room(connection.backlog);
      if (parsed === "bad" || (parsed !== undefined && !parsed.keepAlive)) return;
    }
  }
  await host.exclusive(() => run.outlook(deps.now()));
}

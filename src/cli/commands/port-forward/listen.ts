import net from "node:net";
import { objectPath } from "../../../client/create-client.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import type { Session } from "../../session.ts";
import type { ForwardedPort } from "./ports.ts";

async function* bytesOf(socket: net.Socket): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of socket) yield chunk as Uint8Array;
  } catch {
    // The other side went away: that is the end of the input.
  }
}

async function serve(session: Session, pod: KubeObject, port: ForwardedPort, socket: net.Socket): Promise<void> {
  const client = await session.client();
  const { name = "", namespace = "" } = pod.metadata;
  session.streams.stdout.write(`Handling connection for ${(socket.address() as net.AddressInfo).port}\n`);
  const end = new AbortController();
  socket.on("close", () => end.abort());
  socket.on("error", () => end.abort());
  try {
    const response = await client.request({
      method: "POST",
      path: objectPath({ group: "", version: "v1", resource: "pods", namespace }, name, "portforward"),
      query: { ports: String(port.remote) },
      signal: end.signal,
    });
    if (response.kind !== "portforward") throw new Error("the server did not answer with a stream");
    await response.connect({
      port: port.remote,
      input: bytesOf(socket),
      output: (chunk) => void socket.write(chunk),
      signal: end.signal,
    });
    socket.end();
  } catch (error) {
    if (!end.signal.aborted)
      session.streams.stderr.write(
        `an error occurred forwarding ${port.local} -> ${port.remote}: ${(error as Error).message}\n`,
      );
    socket.destroy();
  }
}

function listen(server: net.Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as net.AddressInfo).port));
  });
}

const hostsOf = (address: string): readonly string[] => (address === "localhost" ? ["127.0.0.1", "::1"] : [address]);

/** Listens on local ports and passes every connection on to the pod, until the user interrupts. Throws where no port can be had. Mirrors client-go's portforward. */
export async function forwardPorts(
  session: Session,
  pod: KubeObject,
  ports: readonly ForwardedPort[],
  addresses: readonly string[],
): Promise<void> {
  const servers: net.Server[] = [];
  try {
    for (const port of ports) {
      let chosen = port.local;
      const errors: string[] = [];
      for (const host of addresses.flatMap(hostsOf)) {
        const server = net.createServer(
          { allowHalfOpen: true },
          (socket) => void serve(session, pod, { ...port, local: chosen }, socket),
        );
        try {
          chosen = await listen(server, chosen, host);
          servers.push(server);
          const shown = host.includes(":") ? `[${host}]` : host;
          session.streams.stdout.write(`Forwarding from ${shown}:${chosen} -> ${port.remote}\n`);
        } catch (error) {
          const family = host.includes(":") ? "tcp6" : "tcp4";
          const shown = host.includes(":") ? `[${host}]` : host;
          const { code, message } = error as NodeJS.ErrnoException;
          const reason = code === "EADDRINUSE" ? "bind: address already in use" : message;
          errors.push(`unable to create listener: Error listen ${family} ${shown}:${chosen}: ${reason}`);
        }
      }
      if (errors.length === addresses.flatMap(hostsOf).length) {
        session.streams.stderr.write(
          `Unable to listen on port ${port.local}: Listeners failed to create with the following errors: [${errors.join(" ")}]\n`,
        );
        throw new Error(`unable to listen on any of the requested ports: [{${port.local} ${port.remote}}]`);
      }
    }
    await new Promise<void>((resolve) => {
      if (session.signal.aborted) resolve();
      session.signal.addEventListener("abort", () => resolve(), { once: true });
    });
  } finally {
    for (const server of servers) server.close();
  }
}

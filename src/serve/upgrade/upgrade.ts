import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { parseTarget } from "../../client/request-target.ts";
import type { ApiRequest, ApiResponse, UserInfo } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { badRequest, StatusError } from "../../machinery/status-error.ts";
import { headersOf } from "../http-request.ts";
import { PORT_CHANNEL_PROTOCOLS, servePortChannels } from "./port-channels.ts";
import { REMOTE_COMMAND_PROTOCOLS, serveRemoteCommand } from "./remote-command.ts";
import { portsOf, refuse, wantsOf } from "./requested.ts";
import { servePortTunnel, TUNNEL_PROTOCOL } from "./spdy/tunnel.ts";
import { upgradeToSpdy } from "./spdy/upgrade.ts";

/** Frames larger than this end the connection. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

/** Takes over sockets whose clients ask for a WebSocket. One more protocol is one more adapter here. */
export function createUpgrader(handle: (request: ApiRequest) => Promise<ApiResponse>) {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
    handleProtocols: (offered) => chooseProtocol([...offered]) ?? false,
  });
  return (message: IncomingMessage, socket: Duplex, head: Buffer, user: UserInfo | undefined): void => {
    void upgrade(server, handle, message, socket, head, user);
  };
}

const ALL_PROTOCOLS: readonly string[] = [
  ...new Set([TUNNEL_PROTOCOL, ...REMOTE_COMMAND_PROTOCOLS, ...PORT_CHANNEL_PROTOCOLS]),
];

function chooseProtocol(offered: readonly string[]): string | undefined {
  return ALL_PROTOCOLS.find((protocol) => offered.includes(protocol));
}

async function upgrade(
  server: WebSocketServer,
  handle: (request: ApiRequest) => Promise<ApiResponse>,
  message: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  user: UserInfo | undefined,
): Promise<void> {
  try {
    const headers = headersOf(message);
    const kind = headers["upgrade"]?.toLowerCase() ?? "";
    if (kind !== "websocket" && kind !== "spdy/3.1") throw unsupported(headers["upgrade"] ?? "");
    const request: ApiRequest = {
      method: message.method === "POST" ? "POST" : "GET",
      ...parseTarget(message.url ?? "/"),
      headers,
      ...(user ? { user } : {}),
    };
    if (kind === "spdy/3.1") return await upgradeToSpdy(handle, request, socket, head);
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
    const protocol = chooseProtocol(offered);
    if (protocol === undefined && offered.some((word) => word !== ""))
      throw new StatusError({
        message: `unable to upgrade: unknown subprotocols ${offered.join(", ")}`,
        reason: "BadRequest",
        code: 400,
      });
    const answer = await handle(request);
    if (answer.kind !== "exec" && answer.kind !== "portforward") return refuse(socket, answer);
    server.handleUpgrade(message, socket, head, (websocket) => {
      const chosen = protocol ?? "v4.channel.k8s.io";
      const served =
        answer.kind === "exec"
          ? serveRemoteCommand(websocket, chosen, answer, wantsOf(request))
          : chosen === TUNNEL_PROTOCOL
            ? servePortTunnel(websocket, answer)
            : servePortChannels(websocket, chosen, answer, portsOf(request));
      served.catch(() => websocket.terminate());
    });
  } catch (error) {
    const { status } = error instanceof StatusError ? error : badRequest((error as Error).message);
    refuse(socket, { kind: "object", code: status.code ?? 500, body: status as unknown as JsonObject });
  }
}

function unsupported(protocol: string): StatusError {
  return new StatusError({
    message: `unable to upgrade: ${protocol || "no protocol"} is not supported here, use a client that speaks WebSocket or SPDY/3.1`,
    reason: "BadRequest",
    code: 400,
  });
}

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { parseTarget } from "../../client/request-target.ts";
import type { ApiRequest, ApiResponse, UserInfo } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { badRequest, StatusError } from "../../machinery/status-error.ts";
import { headersOf } from "../http-request.ts";
import { serveFrames } from "./frames.ts";
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
  return (message: IncomingMessage, socket: Duplex, head: Buffer, user: () => UserInfo | undefined): void => {
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
  user: () => UserInfo | undefined,
): Promise<void> {
  try {
    const { request, protocols } = upgradeRequest(message, socket, user());
    if (isSpdy(message)) return await upgradeToSpdy(handle, request, socket, head);
    const protocol = chooseProtocol(protocols);
    if (protocol === undefined && protocols.length > 0)
      throw badRequest(`unable to upgrade: unknown subprotocols ${protocols.join(", ")}`);
    const answer = await handle(request);
    if (answer.kind === "object" || answer.kind === "text") return refuse(socket, answer);
    server.handleUpgrade(message, socket, head, (websocket) => {
      serveWebSocket(websocket, protocol ?? "v4.channel.k8s.io", answer, request).catch(() => websocket.terminate());
    });
  } catch (error) {
    const { status } = error instanceof StatusError ? error : badRequest((error as Error).message);
    refuse(socket, { kind: "object", code: status.code ?? 500, body: status as unknown as JsonObject });
  }
}

const isSpdy = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === "spdy/3.1";

/** A browser cannot set headers: its token comes as one of the subprotocols. Mirrors authentication/request/websocket/protocol.go. */
const BEARER_PROTOCOL = "base64url.bearer.authorization.k8s.io.";

/** The request that the upgrade is about, and the subprotocols that are offered. Throws StatusError for what is none. */
function upgradeRequest(
  message: IncomingMessage,
  socket: Duplex,
  user: UserInfo | undefined,
): { readonly request: ApiRequest; readonly protocols: readonly string[] } {
  const headers = headersOf(message);
  if (headers["upgrade"]?.toLowerCase() !== "websocket" && !isSpdy(message))
    throw unsupported(headers["upgrade"] ?? "");
  if (message.method !== "GET" && message.method !== "POST") throw unsupported(`${message.method} with an upgrade`);
  const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
  const protocols = offered.filter((word) => word !== "" && !word.startsWith(BEARER_PROTOCOL));
  const token = offered.find((word) => word.startsWith(BEARER_PROTOCOL))?.slice(BEARER_PROTOCOL.length);
  const bearer = token === undefined ? undefined : Buffer.from(token, "base64url").toString();
  const gone = new AbortController();
  socket.once("close", () => gone.abort());
  return {
    protocols,
    request: {
      method: message.method,
      ...parseTarget(message.url ?? "/"),
      headers: bearer === undefined ? headers : { ...headers, authorization: `Bearer ${bearer}` },
      signal: gone.signal,
      ...(user === undefined || bearer !== undefined ? {} : { user }),
    },
  };
}

function serveWebSocket(
  websocket: WebSocket,
  protocol: string,
  answer: Exclude<ApiResponse, { readonly kind: "object" | "text" }>,
  request: ApiRequest,
): Promise<void> {
  if (answer.kind === "stream") return serveFrames(websocket, answer);
  if (answer.kind === "exec") return serveRemoteCommand(websocket, protocol, answer, wantsOf(request));
  if (protocol === TUNNEL_PROTOCOL) return servePortTunnel(websocket, answer);
  return servePortChannels(websocket, protocol, answer, portsOf(request));
}

function unsupported(protocol: string): StatusError {
  return new StatusError({
    message: `unable to upgrade: ${protocol || "no protocol"} is not supported here, use a client that speaks WebSocket or SPDY/3.1`,
    reason: "BadRequest",
    code: 400,
  });
}

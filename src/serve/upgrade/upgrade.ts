import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { ApiRequest, ApiResponse, UserInfo } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { badRequest, StatusError } from "../../machinery/status-error.ts";
import { headersOf, parseTarget } from "../http-request.ts";
import { PORT_CHANNEL_PROTOCOLS, servePortChannels } from "./port-channels.ts";
import { REMOTE_COMMAND_PROTOCOLS, serveRemoteCommand } from "./remote-command.ts";

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

const ALL_PROTOCOLS: readonly string[] = [...new Set([...REMOTE_COMMAND_PROTOCOLS, ...PORT_CHANNEL_PROTOCOLS])];

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
    if (headers["upgrade"]?.toLowerCase() !== "websocket") throw unsupported(headers["upgrade"] ?? "");
    const offered = (headers["sec-websocket-protocol"] ?? "").split(",").map((word) => word.trim());
    const protocol = chooseProtocol(offered);
    if (protocol === undefined && offered.some((word) => word !== ""))
      throw new StatusError({
        message: `unable to upgrade: unknown subprotocols ${offered.join(", ")}`,
        reason: "BadRequest",
        code: 400,
      });
    const request: ApiRequest = {
      method: "GET",
      ...parseTarget(message.url ?? "/"),
      headers,
      ...(user ? { user } : {}),
    };
    const answer = await handle(request);
    if (answer.kind !== "exec" && answer.kind !== "portforward") return refuse(socket, answer);
    server.handleUpgrade(message, socket, head, (websocket) => {
      const chosen = protocol ?? "v4.channel.k8s.io";
      const served =
        answer.kind === "exec"
          ? serveRemoteCommand(websocket, chosen, answer, wantsOf(request))
          : servePortChannels(websocket, chosen, answer, portsOf(request));
      served.catch(() => websocket.terminate());
    });
  } catch (error) {
    const { status } = error instanceof StatusError ? error : badRequest((error as Error).message);
    refuse(socket, { kind: "object", code: status.code ?? 500, body: status as unknown as JsonObject });
  }
}

const valuesOf = (request: ApiRequest, name: string): readonly string[] => {
  const value = request.query?.[name];
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
};
const isTrue = (request: ApiRequest, name: string): boolean => ["true", "1"].includes(valuesOf(request, name)[0] ?? "");
const wantsOf = (request: ApiRequest) => ({ stdin: isTrue(request, "stdin"), tty: isTrue(request, "tty") });
const portsOf = (request: ApiRequest): number[] =>
  valuesOf(request, "ports")
    .flatMap((list) => list.split(","))
    .map(Number)
    .filter((port) => Number.isInteger(port) && port > 0 && port < 65536);

function unsupported(protocol: string): StatusError {
  return new StatusError({
    message: `unable to upgrade: ${protocol || "no protocol"} is not supported here, use a client that speaks WebSocket (kubectl 1.31 or later)`,
    reason: "BadRequest",
    code: 400,
  });
}

/** Answers without upgrading; a body that goes on makes no sense here. */
function refuse(socket: Duplex, answer: ApiResponse): void {
  const code = "code" in answer ? answer.code : 400;
  const body =
    answer.kind === "object" ? JSON.stringify(answer.body) : answer.kind === "text" ? answer.body.toString() : "";
  socket.end(
    `HTTP/1.1 ${code} ${code === 403 ? "Forbidden" : code === 404 ? "Not Found" : "Error"}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

import { X509Certificate } from "node:crypto";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { CLOCK_HEADER } from "../client/https.ts";
import { wantsPretty } from "../client/request-target.ts";
import type { ApiRequest, ApiResponse, UserInfo } from "../client/transport.ts";
import { type CertificateUser, holdsAt, userOfCertificate } from "../cluster/certificate-user.ts";
import { internalError, StatusError, unauthorized } from "../machinery/status-error.ts";
import type { Instant } from "../machinery/time.ts";
import { toApiRequest } from "./http-request.ts";
import { writeResponse } from "./http-response.ts";

/** What a listener serves, and how. */
export interface ListenerOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: plain HTTP, for scripts on loopback. */
  readonly tls?: {
    readonly certificate: string;
    readonly key: string;
    readonly clientCa: string;
    /** The administrator's certificate, which no clock shuts out: as in-process, somebody must get in. */
    readonly adminCertificate?: string;
  };
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** Everybody on a plain listener. */
  readonly plainUser?: UserInfo;
  /** The cluster's clock: what Date says. */
  now(): Instant;
  /** `user` throws 401 for a certificate that does not hold. */
  upgrade(message: IncomingMessage, socket: Duplex, head: Buffer, user: () => UserInfo | undefined): void;
  /** Told of every answered request. */
  observe?(observation: {
    readonly method: string;
    readonly path: string;
    readonly code: number;
    readonly seconds: number;
  }): void;
}

/** A socket that listens. */
export interface Listener {
  readonly port: number;
  close(): Promise<void>;
}

/** How long a client may take to send its headers or a whole request, in milliseconds: a slow one must not hold a connection for ever. */
const HEADERS_TIMEOUT_MS = 32_000;
const REQUEST_TIMEOUT_MS = 120_000;
/** How long a client whose bytes were refused may go on sending, in milliseconds. Mirrors net/http's rstAvoidanceDelay. */
const LINGER_MS = 500;
const MAX_HEADER_BYTES = 1024 * 1024;

/** Opens the apiserver's door: one function behind TLS. */
export async function listen(options: ListenerOptions): Promise<Listener> {
  const onRequest = (message: IncomingMessage, response: ServerResponse): void => {
    void answer(options, message, response);
  };
  const settings = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: 90_000,
    connectionsCheckingInterval: 5_000,
  };
  const server =
    options.tls === undefined
      ? http.createServer(settings, onRequest)
      : https.createServer(
          {
            ...settings,
            handshakeTimeout: HEADERS_TIMEOUT_MS,
            cert: options.tls.certificate,
            key: options.tls.key,
            ca: options.tls.clientCa,
            requestCert: true,
            rejectUnauthorized: false,
            minVersion: "TLSv1.2",
            ALPNProtocols: ["http/1.1"],
          },
          onRequest,
        );
  server.on("upgrade", (message: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    if (isKnownUpgrade(message)) options.upgrade(message, socket, head, () => userOf(options, message));
    else answerPlainly(options, message, socket as Socket);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable) return socket.destroy();
    // A client that is still sending would lose the answer to a reset: what it sends is read and forgotten for a moment.
    socket.removeAllListeners("data");
    socket.resume();
    socket.end(refusalOf(error));
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  });
  // Node forgets a connection that was upgraded; closing must end those too, or an open shell would hold the server.
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : options.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** What a server does not know it need not upgrade to (RFC 9110, 7.8): curl offers h2c with every --http2. */
const isKnownUpgrade = ({ headers, method }: IncomingMessage): boolean =>
  /^(websocket|spdy\/3\.1)$/i.test(headers.upgrade ?? "") || (method !== "GET" && method !== "HEAD");

function answerPlainly(options: ListenerOptions, message: IncomingMessage, socket: Socket): void {
  const response = new http.ServerResponse(message);
  response.assignSocket(socket);
  response.shouldKeepAlive = false;
  response.once("finish", () => socket.end());
  void answer(options, message, response);
}

const WIRE_REFUSALS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** What a client hears whose bytes are no request, in net/http's form. */
function refusalOf({ code }: NodeJS.ErrnoException): string {
  const status = WIRE_REFUSALS[code ?? ""] ?? "400 Bad Request";
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`;
}

async function answer(options: ListenerOptions, message: IncomingMessage, response: ServerResponse): Promise<void> {
  const started = process.hrtime.bigint();
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  let path = message.url ?? "/";
  let result: ApiResponse;
  let pretty = false;
  try {
    const request = await toApiRequest(message, userOf(options, message), gone.signal);
    path = request.path;
    pretty = wantsPretty(request.query, request.headers?.["user-agent"]);
    result = await options.handle(request);
  } catch (error) {
    const { status } = error instanceof StatusError ? error : internalError((error as Error).message);
    result = { kind: "object", code: status.code ?? 500, body: status };
  }
  const now = options.now();
  response.setHeader("date", new Date(now).toUTCString());
  response.setHeader(CLOCK_HEADER, String(now));
  try {
    await writeResponse(message, response, result, pretty);
  } catch {
    response.destroy();
  }
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  options.observe?.({ method: message.method ?? "GET", path, code: "code" in result ? result.code : 101, seconds });
}

/**
 * Who the connection says it is; a request with a token or password is judged by that alone. A certificate is held
 * against the cluster's clock, which can be moved, so the handshake's verdict does not count. Throws 401 for one that
 * does not hold.
 */
function userOf(options: ListenerOptions, message: IncomingMessage): UserInfo | undefined {
  if (message.headers.authorization !== undefined) return undefined;
  if (options.tls === undefined) return options.plainUser;
  const socket = message.socket as TLSSocket;
  const known = certificates.get(socket) ?? readCertificate(options.tls, socket);
  certificates.set(socket, known);
  if (known === "none") return undefined;
  if (known === "wrong" || !holdsAt(known, options.now())) throw unauthorized();
  return known.user;
}

/** Reading a certificate is not free, and a connection has only one. */
const certificates = new WeakMap<TLSSocket, CertificateUser | "none" | "wrong">();

function readCertificate(
  { clientCa, adminCertificate }: NonNullable<ListenerOptions["tls"]>,
  socket: TLSSocket,
): CertificateUser | "none" | "wrong" {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return "none";
  const found = userOfCertificate(certificate, new X509Certificate(clientCa));
  if (found === undefined) return "wrong";
  const isAdmin = adminCertificate !== undefined && certificate.raw.equals(new X509Certificate(adminCertificate).raw);
  return isAdmin ? { ...found, notAfter: Number.POSITIVE_INFINITY } : found;
}

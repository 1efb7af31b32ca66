import fs from "node:fs";
import type { IncomingMessage } from "node:http";
import path from "node:path";
import type { SecureContextOptions } from "node:tls";
import type { JsonObject } from "../machinery/object.ts";
import type { ClientConfig } from "./client-config.ts";
import { connectionError, hostOf } from "./connection-error.ts";
import type { ApiRequest, ApiResponse, Transport } from "./transport.ts";

/** What an HTTPS transport needs beyond the kubeconfig. */
export interface HttpsOptions {
  readonly config: ClientConfig;
  /** Milliseconds until an answer is given up; 0: never. */
  readonly timeoutMs: number;
  readonly insecure: boolean;
}

function fileOrData(entry: JsonObject, field: string, directory: string): Buffer | undefined {
  const data = entry[`${field}-data`];
  if (typeof data === "string" && data !== "") return Buffer.from(data, "base64");
  const file = entry[field];
  return typeof file === "string" && file !== "" ? fs.readFileSync(path.resolve(directory, file)) : undefined;
}

function tlsOptions({
  config,
  insecure,
}: HttpsOptions): SecureContextOptions & { servername?: string; rejectUnauthorized?: boolean } {
  const { cluster, user, directory } = config;
  const ca = fileOrData(cluster, "certificate-authority", directory);
  const cert = fileOrData(user, "client-certificate", directory);
  const key = fileOrData(user, "client-key", directory);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(typeof cluster["tls-server-name"] === "string" ? { servername: cluster["tls-server-name"] } : {}),
    rejectUnauthorized: !(insecure || cluster["insecure-skip-tls-verify"] === true),
  };
}

function authorization(config: ClientConfig): Record<string, string> {
  const { user, directory } = config;
  const token =
    user["token"] ||
    (user["tokenFile"] ? fs.readFileSync(path.resolve(directory, user["tokenFile"]), "utf8").trim() : "");
  if (token) return { authorization: `Bearer ${token}` };
  if (user["username"])
    return {
      authorization: `Basic ${Buffer.from(`${user["username"]}:${user["password"] ?? ""}`).toString("base64")}`,
    };
  return {};
}

/** Mirrors http.Transport's DisableCompression, as --disable-compression and the kubeconfig set it. */
function compression({ cluster }: ClientConfig): Record<string, string> {
  return cluster["disable-compression"] === true ? {} : { "accept-encoding": "gzip" };
}

function urlOf(server: string, request: ApiRequest): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(request.query ?? {}))
    for (const one of Array.isArray(value) ? value : [value as string])
      pairs.push(`${encodeURIComponent(key)}=${encodeURIComponent(one)}`);
  const encoded = request.path.split("/").map(encodeURIComponent).join("/");
  return `${server.replace(/\/$/, "")}${encoded}${pairs.length === 0 ? "" : `?${pairs.join("&")}`}`;
}

function warningsOf(message: IncomingMessage): string[] {
  const header = message.headers["warning"] ?? "";
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((m) => m[1]!.replace(/\\(.)/g, "$1"));
}

/** The message's bytes, unpacked where the server packed them. */
async function unpacked(message: IncomingMessage): Promise<AsyncIterable<Uint8Array>> {
  if (message.headers["content-encoding"] !== "gzip") return message;
  const { createGunzip } = await import("node:zlib");
  const gunzip = createGunzip();
  message.on("error", (error) => gunzip.destroy(error));
  return message.pipe(gunzip);
}

async function readBody(message: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The header in which drykube's server tells its clock (milliseconds of the epoch): a simulated cluster's time can be moved, and Date has no fractions. */
export const CLOCK_HEADER = "drykube-now";

/** How far the server's clock is ahead of this machine's, in milliseconds; undefined for a server that lives in real time. */
function clockOffset(message: IncomingMessage): number | undefined {
  const told = message.headers[CLOCK_HEADER];
  return typeof told === "string" && /^\d{1,15}$/.test(told) ? Number(told) - Date.now() : undefined;
}

/** The bytes of a stream; hanging up is its end, not a failure. */
async function* untilAborted(message: AsyncIterable<Uint8Array>, { signal }: ApiRequest): AsyncIterable<Uint8Array> {
  try {
    yield* message;
  } catch (error) {
    if (signal?.aborted !== true) throw error;
  }
}

async function toResponse(message: IncomingMessage, request: ApiRequest): Promise<ApiResponse> {
  const code = message.statusCode ?? 500;
  const contentType = message.headers["content-type"] ?? "";
  const warnings = warningsOf(message);
  const streams = request.query?.["watch"] === "true" || request.query?.["follow"] === "true";
  if (code === 200 && streams)
    return { kind: "stream", code, contentType, frames: untilAborted(await unpacked(message), request), warnings };
  const body = await readBody(await unpacked(message));
  if (contentType.startsWith("application/json")) {
    try {
      return { kind: "object", code, body: JSON.parse(body.toString("utf8")), warnings };
    } catch {
      // a body that only claims to be JSON is text
    }
  }
  return { kind: "text", code, contentType, body, warnings };
}

/** Headers as Node wants them: --as-group may be given several times, and each is a header of its own. */
function wireHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string | string[]> {
  const wire: Record<string, string | string[]> = { ...headers };
  for (const name of Object.keys(headers)) if (name.startsWith("impersonate-")) wire[name] = headers[name]!.split("\n");
  return wire;
}

/** Reaches an apiserver over HTTP or HTTPS. exec, attach and port-forward go over WebSockets. Throws {@link ConnectionError} where it cannot. */
export async function createHttpsTransport(options: HttpsOptions): Promise<Transport> {
  const { config } = options;
  const server = config.server.includes("://") ? config.server : `http://${config.server}`;
  const isTls = server.startsWith("https:");
  const { Agent, request: open } = isTls ? await import("node:https") : await import("node:http");
  const tls = isTls ? tlsOptions(options) : {};
  const agent = new Agent({ keepAlive: true, ...tls });
  const headers = { ...authorization(config), ...compression(config) };
  const host = hostOf(server);
  let ahead: number | undefined;
  return {
    now: () => (ahead === undefined ? undefined : Date.now() + ahead),
    request: async (request) => {
      const upgrade = /\/(exec|attach|portforward)$/.test(request.path);
      if (upgrade) {
        const { openUpgrade } = await import("./websocket.ts");
        return openUpgrade(
          urlOf(server, request).replace(/^http/, "ws"),
          { ...wireHeaders(request.headers), ...headers },
          tls,
          host,
        );
      }
      const body =
        request.body === undefined || typeof request.body === "string" || request.body instanceof Uint8Array
          ? request.body
          : JSON.stringify(request.body);
      const message = await new Promise<IncomingMessage>((resolve, reject) => {
        const outgoing = open(
          urlOf(server, request),
          {
            method: request.method,
            agent,
            headers: {
              ...headers,
              ...wireHeaders(request.headers),
              ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
            },
            ...(request.signal === undefined ? {} : { signal: request.signal }),
            ...(options.timeoutMs > 0 ? { timeout: options.timeoutMs } : {}),
          },
          resolve,
        );
        outgoing.on("timeout", () =>
          outgoing.destroy(new Error(`net/http: request canceled (Client.Timeout exceeded while awaiting headers)`)),
        );
        outgoing.on("error", (error) => reject(connectionError(host, error)));
        outgoing.end(body);
      });
      ahead = clockOffset(message);
      return toResponse(message, request);
    },
    close: async () => agent.destroy(),
  };
}

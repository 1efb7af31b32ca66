import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import type { ApiResponse } from "../client/transport.ts";
import type { JsonObject } from "../machinery/object.ts";

/** Smaller bodies are not worth compressing. Mirrors the apiserver's defaultGzipThresholdBytes. */
const GZIP_FROM_BYTES = 128 * 1024;

type Body = Extract<ApiResponse, { readonly kind: "object" | "text" }>;
type Stream = Extract<ApiResponse, { readonly kind: "stream" }>;

/** Writes an API response as HTTP. An exec or port-forward answer has no place here: it needs an upgrade. */
export async function writeResponse(
  message: IncomingMessage,
  response: ServerResponse,
  answer: ApiResponse,
  pretty: boolean,
): Promise<void> {
  if (answer.kind === "object" || answer.kind === "text") return writeBody(message, response, answer, pretty);
  if (answer.kind === "stream") return writeStream(response, answer);
  response.writeHead(400, { "content-type": "application/json" });
  response.end(
    JSON.stringify({
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: "Upgrade request required",
      reason: "BadRequest",
      code: 400,
    }),
  );
}

function warningHeaders(warnings: readonly string[] | undefined): Record<string, string[]> {
  if (warnings === undefined || warnings.length === 0) return {};
  return { warning: warnings.map((text) => `299 - "${text.replace(/[\\"]/g, "\\$&").replace(/[^\x20-\x7e]/g, "?")}"`) };
}

function writeBody(message: IncomingMessage, response: ServerResponse, answer: Body, pretty: boolean): void {
  const text =
    answer.kind === "text"
      ? Buffer.from(answer.body as string)
      : Buffer.from(pretty ? `${JSON.stringify(answer.body, null, 2)}\n` : `${JSON.stringify(answer.body)}\n`);
  const headers: Record<string, string | string[]> = {
    "content-type": answer.kind === "text" ? answer.contentType : "application/json",
    "cache-control": "no-cache, private",
    ...answer.headers,
    ...warningHeaders(answer.warnings),
  };
  const gzip = text.length >= GZIP_FROM_BYTES && /\bgzip\b/.test(String(message.headers["accept-encoding"] ?? ""));
  const body = gzip ? gzipSync(text, { level: 1 }) : text;
  if (gzip) {
    headers["content-encoding"] = "gzip";
    headers["vary"] = "Accept-Encoding";
  }
  response.writeHead(answer.code, { ...headers, "content-length": String(body.length) });
  response.end(message.method === "HEAD" ? undefined : body);
}

async function writeStream(response: ServerResponse, answer: Stream): Promise<void> {
  response.writeHead(200, {
    "content-type": answer.contentType,
    "cache-control": "no-cache, private",
    "transfer-encoding": "chunked",
    ...warningHeaders(answer.warnings),
  });
  response.flushHeaders();
  try {
    for await (const frame of answer.frames) {
      if (response.destroyed) return;
      // A slow reader must not make us hold the whole stream in memory.
      if (!response.write(encodeFrame(frame))) await drained(response);
    }
    response.end();
  } catch (error) {
    response.destroy(error as Error);
  }
}

function encodeFrame(frame: JsonObject | string | Uint8Array): string | Uint8Array {
  if (typeof frame === "string" || frame instanceof Uint8Array) return frame;
  return `${JSON.stringify(frame)}\n`;
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.once("drain", done);
    response.once("close", done);
  });
}

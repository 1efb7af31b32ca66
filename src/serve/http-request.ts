import type { IncomingMessage } from "node:http";
import { parseTarget } from "../client/request-target.ts";
import type { ApiRequest, UserInfo } from "../client/transport.ts";
import { requestEntityTooLarge, StatusError } from "../machinery/status-error.ts";

/** The apiserver's limit for a request body, in bytes. Mirrors MaxRequestBodyBytes. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Turns an HTTP request into an API request; the body is read whole. Throws StatusError for one that is none. */
export async function toApiRequest(
  message: IncomingMessage,
  user: UserInfo | undefined,
  signal: AbortSignal,
): Promise<ApiRequest> {
  const method = message.method ?? "GET";
  if (!METHODS.has(method))
    throw new StatusError({
      message: `the server does not allow this method on the requested resource`,
      reason: "MethodNotAllowed",
      code: 405,
    });
  const { path, query } = parseTarget(message.url ?? "/");
  const body = method === "GET" || method === "HEAD" ? undefined : await readBody(message);
  return {
    method: method as ApiRequest["method"],
    path,
    query,
    headers: headersOf(message),
    signal,
    ...(body === undefined || body.length === 0 ? {} : { body }),
    ...(user === undefined ? {} : { user }),
  };
}

/** Header fields by lower-case name; several values of one name are joined as HTTP says. */
export function headersOf(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i]!.toLowerCase();
    const value = message.rawHeaders[i + 1]!;
    headers[name] = headers[name] === undefined ? value : `${headers[name]},${value}`;
  }
  return headers;
}

async function readBody(message: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of message) {
    size += (chunk as Uint8Array).length;
    if (size > MAX_BODY_BYTES) throw requestEntityTooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks);
}

import type { IncomingMessage } from "node:http";
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

/** Splits a request target into the decoded path and its parameters. Throws StatusError where the escapes are wrong. */
export function parseTarget(target: string): Pick<ApiRequest, "path" | "query"> & { query: Record<string, string[]> } {
  const mark = target.indexOf("?");
  const path = decode(mark < 0 ? target : target.slice(0, mark));
  const query: Record<string, string[]> = Object.create(null);
  if (mark >= 0)
    for (const [key, value] of new URLSearchParams(target.slice(mark + 1))) query[key] = [...(query[key] ?? []), value];
  return { path, query };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new StatusError({
      message: `invalid URL escape in ${JSON.stringify(path)}`,
      reason: "BadRequest",
      code: 400,
    });
  }
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

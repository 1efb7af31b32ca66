import type { IncomingMessage } from "node:http";
import { bodyTooLarge, MAX_BODY_BYTES } from "../client/body-limit.ts";
import { parseTarget } from "../client/request-target.ts";
import type { ApiRequest, UserInfo } from "../client/transport.ts";
import { badRequest, StatusError } from "../machinery/status-error.ts";

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

/** Header fields by lower-case name; several values of one name are joined as HTTP says, those of impersonation with line ends, as commas are part of a group's name. */
export function headersOf(message: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = Object.create(null);
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = message.rawHeaders[i]!.toLowerCase();
    const value = message.rawHeaders[i + 1]!;
    const separator = name.startsWith("impersonate-") ? "\n" : ",";
    headers[name] = headers[name] === undefined ? value : `${headers[name]}${separator}${value}`;
  }
  return headers;
}

function readBody(message: IncomingMessage): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const chunks: Uint8Array[] = [];
    let size = 0;
    const tooLarge = (): void => {
      // The rest is read and forgotten, so that the client, which is still sending, gets to see the answer.
      message.off("data", take);
      message.resume();
      reject(bodyTooLarge());
    };
    const take = (chunk: Uint8Array): void => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) tooLarge();
      else chunks.push(chunk);
    };
    if (Number(message.headers["content-length"] ?? 0) > MAX_BODY_BYTES) return tooLarge();
    message.on("data", take);
    message.once("end", () => resolve(Buffer.concat(chunks)));
    message.once("error", reject);
    message.once("close", () => reject(badRequest("unexpected EOF")));
  });
}

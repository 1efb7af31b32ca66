import { requestEntityTooLarge, type StatusError } from "../machinery/status-error.ts";
import type { ApiRequest } from "./transport.ts";

/** The apiserver's limit for a request body, in bytes. Mirrors MaxRequestBodyBytes. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;
const MOST_BYTES_A_UNIT = 3;

/** Whether a body is longer than an apiserver reads, on the way in JSON. */
export function isTooLarge(body: ApiRequest["body"]): boolean {
  if (body === undefined) return false;
  if (body instanceof Uint8Array) return body.length > MAX_BODY_BYTES;
  const text = typeof body === "string" ? body : JSON.stringify(body);
  if (text.length * MOST_BYTES_A_UNIT <= MAX_BODY_BYTES) return false;
  return Buffer.byteLength(text) > MAX_BODY_BYTES;
}

/** The answer to a body that {@link isTooLarge}. */
export function bodyTooLarge(): StatusError {
  return requestEntityTooLarge(`Request entity too large: limit is ${MAX_BODY_BYTES}`);
}

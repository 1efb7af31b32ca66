import type { JsonObject } from "./object.ts";

/** metav1.StatusCause. */
export interface StatusCause {
  reason?: string;
  message?: string;
  field?: string;
}

/** metav1.StatusDetails. `kind` is the resource (plural) for most reasons, as upstream has it; the Kind for Invalid. */
export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** metav1.Status of a failure: what an apiserver answers when it refuses. */
export interface Status {
  kind: "Status";
  apiVersion: "v1";
  metadata: JsonObject;
  status: "Failure" | "Success";
  message?: string;
  reason?: string;
  details?: StatusDetails;
  code?: number;
}

/** A refusal by the API. `status` is the body that goes over the wire. Mirrors apimachinery/pkg/api/errors StatusError. */
export class StatusError extends Error {
  readonly status: Status;
  constructor(
    status: Omit<Status, "kind" | "apiVersion" | "metadata" | "status"> & { readonly metadata?: JsonObject },
  ) {
    super(status.message);
    this.name = "StatusError";
    this.status = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", ...status };
  }
  get reason(): string {
    return this.status.reason ?? "";
  }
  get code(): number {
    return this.status.code ?? 500;
  }
}

/** The resource that an error is about; group "" is core. */
export interface ErrorResource {
  readonly group: string;
  readonly resource: string;
}

const qualified = (r: ErrorResource): string => (r.group === "" ? r.resource : `${r.resource}.${r.group}`);
const about = (r: ErrorResource, name: string): StatusDetails => ({
  ...(name === "" ? {} : { name }),
  ...(r.group === "" ? {} : { group: r.group }),
  kind: r.resource,
});

export function notFound(r: ErrorResource, name: string): StatusError {
  return new StatusError({
    message: `${qualified(r)} "${name}" not found`,
    reason: "NotFound",
    details: about(r, name),
    code: 404,
  });
}

export function alreadyExists(r: ErrorResource, name: string): StatusError {
  return new StatusError({
    message: `${qualified(r)} "${name}" already exists`,
    reason: "AlreadyExists",
    details: about(r, name),
    code: 409,
  });
}

export function conflict(r: ErrorResource, name: string, cause: string): StatusError {
  return new StatusError({
    message: `Operation cannot be fulfilled on ${qualified(r)} "${name}": ${cause}`,
    reason: "Conflict",
    details: about(r, name),
    code: 409,
  });
}

export function forbidden(r: ErrorResource, name: string, cause: string): StatusError {
  const subject =
    r.resource === ""
      ? "forbidden"
      : name === ""
        ? `${qualified(r)} is forbidden`
        : `${qualified(r)} "${name}" is forbidden`;
  return new StatusError({ message: `${subject}: ${cause}`, reason: "Forbidden", details: about(r, name), code: 403 });
}

export function badRequest(message: string): StatusError {
  return new StatusError({ message, reason: "BadRequest", code: 400 });
}

export function methodNotSupported(r: ErrorResource, action: string): StatusError {
  return new StatusError({
    message: `${action} is not supported on resources of kind "${qualified(r)}"`,
    reason: "MethodNotAllowed",
    details: about(r, ""),
    code: 405,
  });
}

/** The answer to a path that names no resource or endpoint. */
export function noSuchResource(): StatusError {
  return new StatusError({
    message: "the server could not find the requested resource",
    reason: "NotFound",
    details: {},
    code: 404,
  });
}

export function gone(message: string): StatusError {
  return new StatusError({ message, reason: "Gone", code: 410 });
}

export function resourceExpired(message: string): StatusError {
  return new StatusError({ message, reason: "Expired", code: 410 });
}

export function unauthorized(message = "Unauthorized"): StatusError {
  return new StatusError({ message, reason: "Unauthorized", code: 401 });
}

export function tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError({ message, reason: "TooManyRequests", details: { retryAfterSeconds }, code: 429 });
}

export function unsupportedMediaType(message: string): StatusError {
  return new StatusError({ message, reason: "UnsupportedMediaType", code: 415 });
}

export function requestEntityTooLarge(message: string): StatusError {
  return new StatusError({ message, reason: "RequestEntityTooLarge", code: 413 });
}

export function internalError(message: string): StatusError {
  return new StatusError({
    message: `Internal error occurred: ${message}`,
    reason: "InternalError",
    details: { causes: [{ message }] },
    code: 500,
  });
}

/** 422: validation has refused it. */
export const isInvalid = (e: unknown): e is StatusError => e instanceof StatusError && e.reason === "Invalid";
export const isNotFound = (e: unknown): e is StatusError => e instanceof StatusError && e.reason === "NotFound";
export const isAlreadyExists = (e: unknown): e is StatusError =>
  e instanceof StatusError && e.reason === "AlreadyExists";
export const isConflict = (e: unknown): e is StatusError => e instanceof StatusError && e.reason === "Conflict";
export const isForbidden = (e: unknown): e is StatusError => e instanceof StatusError && e.reason === "Forbidden";

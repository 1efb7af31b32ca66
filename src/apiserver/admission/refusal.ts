import { forbidden, type StatusError } from "../../machinery/status-error.ts";
import type { AdmissionRequest } from "./admission.ts";

/** A refusal by a plugin; an object that has no name yet goes by its generateName. Mirrors admission.NewForbidden. */
export function admissionForbidden(request: AdmissionRequest, cause: string): StatusError {
  const metadata = request.object?.metadata;
  return forbidden(request.definition, request.name || metadata?.name || metadata?.generateName || "Unknown", cause);
}

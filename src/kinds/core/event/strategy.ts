import { type FieldError, invalid, required, tooLong } from "../../../machinery/field-error.ts";
import { byteLength, qualifiedNameErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { invalidEach } from "../../shared/check.ts";
import type { Event } from "../../types/core_v1.ts";

/** Mirrors pkg/registry/core/event/strategy.go; events.k8s.io stores the same objects (see events/event/convert.ts). */
export const strategy: Strategy<Event> = {
  validate,
  selectableFields(event) {
    const { involvedObject: object = {}, source } = event;
    return {
      "involvedObject.kind": object.kind ?? "",
      "involvedObject.namespace": object.namespace ?? "",
      "involvedObject.name": object.name ?? "",
      "involvedObject.uid": object.uid ?? "",
      "involvedObject.apiVersion": object.apiVersion ?? "",
      "involvedObject.resourceVersion": object.resourceVersion ?? "",
      "involvedObject.fieldPath": object.fieldPath ?? "",
      reason: event.reason ?? "",
      reportingComponent: event.reportingComponent ?? "",
      source: source?.component || event.reportingComponent || "",
      type: event.type ?? "",
    };
  },
  nameRule: "path-segment",
  allowCreateOnUpdate: true,
};

const limits = { action: 128, reason: 128, reportingInstance: 128, message: 1024 } as const;

/** Mirrors pkg/apis/core/validation/events.go legacyValidateEvent, and what newer clients' events (with eventTime) must have. */
function validate(event: Event): FieldError[] {
  const errors: FieldError[] = [];
  const namespace = event.metadata.namespace ?? "";
  const about = event.involvedObject?.namespace ?? "";
  // Objects without a namespace have their events in "default".
  const agrees = about === "" ? namespace === "" || namespace === "default" : about === namespace;
  if (!agrees) errors.push(invalid("involvedObject.namespace", about, "does not match event.namespace"));
  if (!event.eventTime) return errors;
  const component = event.reportingComponent ?? "";
  if (!component) errors.push(required("reportingComponent"));
  else errors.push(...invalidEach("reportingComponent", component, qualifiedNameErrors(component)));
  for (const field of ["reportingInstance", "action", "reason"] as const) {
    if (!event[field]) errors.push(required(field));
    if (byteLength(event[field] ?? "") > limits[field]) errors.push(tooLong(field, limits[field]));
  }
  if (byteLength(event.message ?? "") > limits.message) errors.push(tooLong("message", limits.message));
  return errors;
}

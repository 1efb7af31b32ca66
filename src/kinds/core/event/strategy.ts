import { type FieldError, invalid, required } from "../../../machinery/field-error.ts";
import { byteLength, qualifiedNameErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { RequestedVersion, Strategy } from "../../definition.ts";
import { checkImmutable, invalidEach } from "../../shared/check.ts";
import type { Event } from "../../types/core_v1.ts";

/** Mirrors pkg/registry/core/event/strategy.go; events.k8s.io stores the same objects (see events/event/convert.ts). */
export const strategy: Strategy<Event> = {
  validate,
  validateUpdate,
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

const legacyGroup = "";
const limits = { action: 128, reason: 128, reportingInstance: 128, message: 1024 } as const;

function validate(event: Event, requested?: RequestedVersion): FieldError[] {
  const errors = legacyErrors(event, requested);
  return isStrict(requested) ? [...errors, ...strictErrors(event)] : errors;
}

function validateUpdate(event: Event, old: Event, requested?: RequestedVersion): FieldError[] {
  const errors = legacyErrors(event, requested);
  if (!isStrict(requested)) return errors;
  if (!deepEqual(event.series ?? null, old.series ?? null)) errors.push(...seriesErrors(event));
  for (const [field, json, zero] of fixedFields)
    errors.push(...checkImmutable(event[json] ?? zero, old[json] ?? zero, field));
  return errors;
}

/** events.k8s.io judges where the older group lets pass. */
const isStrict = (requested: RequestedVersion | undefined): boolean =>
  (requested?.group ?? legacyGroup) !== legacyGroup;

// Upstream checks the reason twice.
const fixedFields: readonly (readonly [field: string, json: keyof Event, zero: unknown])[] = [
  ["involvedObject", "involvedObject", {}],
  ["reason", "reason", ""],
  ["message", "message", ""],
  ["source", "source", {}],
  ["firstTimestamp", "firstTimestamp", null],
  ["lastTimestamp", "lastTimestamp", null],
  ["count", "count", 0],
  ["reason", "reason", ""],
  ["type", "type", ""],
  ["eventTime", "eventTime", null],
  ["action", "action", ""],
  ["related", "related", null],
  ["reportingController", "reportingComponent", ""],
  ["reportingInstance", "reportingInstance", ""],
];

/** Mirrors pkg/apis/core/validation/events.go legacyValidateEvent. */
function legacyErrors(event: Event, requested: RequestedVersion | undefined): FieldError[] {
  const errors: FieldError[] = [];
  const namespace = event.metadata.namespace ?? "";
  const about = event.involvedObject?.namespace ?? "";
  const homes = event.eventTime ? ["default", "kube-system"] : ["", "default"];
  // Newer events may be anywhere, about anything that has a namespace.
  const agrees = about === "" ? homes.includes(namespace) : event.eventTime !== undefined || about === namespace;
  if (!agrees) errors.push(invalid("involvedObject.namespace", about, "does not match event.namespace"));
  if (!event.eventTime) return errors;
  const component = event.reportingComponent ?? "";
  const field = isStrict(requested) ? "reportingController" : "reportingComponent";
  if (!component) errors.push(required(field));
  errors.push(...invalidEach(field, component, qualifiedNameErrors(component)));
  for (const name of ["reportingInstance", "action", "reason"] as const) {
    if (!event[name]) errors.push(required(name));
    errors.push(...checkLength(event[name], name));
  }
  return [...errors, ...checkLength(event.message, "message")];
}

function checkLength(text: string | undefined, field: keyof typeof limits): FieldError[] {
  if (byteLength(text ?? "") <= limits[field]) return [];
  return [invalid(field, "", `can have at most ${limits[field]} characters`)];
}

/** Mirrors pkg/apis/core/validation/events.go ValidateEventCreate. */
function strictErrors(event: Event): FieldError[] {
  const errors = seriesErrors(event);
  if (!event.eventTime) errors.push(required("eventTime"));
  const type = event.type ?? "";
  if (type !== "Normal" && type !== "Warning") errors.push(invalid("type", "", `has invalid value: ${type}`));
  const old = { firstTimestamp: event.firstTimestamp, lastTimestamp: event.lastTimestamp, count: event.count };
  for (const [field, value] of Object.entries(old)) if (value) errors.push(invalid(field, "", "needs to be unset"));
  if (event.source?.component || event.source?.host) errors.push(invalid("source", "", "needs to be unset"));
  return errors;
}

function seriesErrors({ series }: Event): FieldError[] {
  if (!series) return [];
  const errors: FieldError[] = [];
  if ((series.count ?? 0) < 2) errors.push(invalid("series.count", "", "should be at least 2"));
  if (!series.lastObservedTime) errors.push(required("series.lastObservedTime"));
  return errors;
}

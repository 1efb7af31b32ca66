import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import type { Conversion } from "../rest/conversion.ts";

/** Fields of events.k8s.io/v1 by their names in the core group. */
const NAMES: Readonly<Record<string, string>> = {
  involvedObject: "regarding",
  message: "note",
  source: "deprecatedSource",
  firstTimestamp: "deprecatedFirstTimestamp",
  lastTimestamp: "deprecatedLastTimestamp",
  count: "deprecatedCount",
  reportingComponent: "reportingController",
};
const BACK: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(NAMES).map(([a, b]) => [b, a]));

function renamed(object: KubeObject, names: Readonly<Record<string, string>>, apiVersion: string): KubeObject {
  const fields: JsonObject = {};
  for (const [field, value] of Object.entries(object))
    fields[Object.hasOwn(names, field) ? names[field]! : field] = value;
  return { ...fields, apiVersion, kind: "Event", metadata: object.metadata };
}

/** events.k8s.io/v1 events are core/v1 events by other names. Mirrors pkg/apis/events/v1/conversion.go. */
export const eventsV1: Conversion = {
  toStorage: (object) => renamed(object, BACK, "v1"),
  fromStorage: (object) => renamed(object, NAMES, "events.k8s.io/v1"),
};

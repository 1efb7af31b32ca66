import type { KubeObject } from "../../../machinery/object.ts";

const names: readonly (readonly [events: string, core: string])[] = [
  ["note", "message"],
  ["regarding", "involvedObject"],
  ["reportingController", "reportingComponent"],
  ["deprecatedSource", "source"],
  ["deprecatedFirstTimestamp", "firstTimestamp"],
  ["deprecatedLastTimestamp", "lastTimestamp"],
  ["deprecatedCount", "count"],
];

const renamed = (object: KubeObject, apiVersion: string, map: ReadonlyMap<string, string>): KubeObject => ({
  ...(Object.fromEntries(Object.entries(object).map(([name, value]) => [map.get(name) ?? name, value])) as KubeObject),
  apiVersion,
});

/** events.k8s.io/v1 as a view of the stored core events: other names, nothing else. Mirrors pkg/apis/events/v1/conversion.go. */
export const eventsV1 = {
  toStorage: (object: KubeObject): KubeObject => renamed(object, "v1", new Map(names)),
  fromStorage: (object: KubeObject): KubeObject =>
    renamed(object, "events.k8s.io/v1", new Map(names.map(([events, core]) => [core, events]))),
};

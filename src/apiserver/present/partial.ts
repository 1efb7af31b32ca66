import type { JsonObject, KubeObject } from "../../machinery/object.ts";

/** A PartialObjectMetadata: the object without all but its metadata. `version` is that of meta.k8s.io. */
export function toPartial(object: KubeObject, version: string): JsonObject {
  return { kind: "PartialObjectMetadata", apiVersion: `meta.k8s.io/${version}`, metadata: object.metadata };
}

/** The list of those. */
export function toPartialList(objects: readonly KubeObject[], metadata: JsonObject, version: string): JsonObject {
  return {
    kind: "PartialObjectMetadataList",
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    items: objects.map((o) => toPartial(o, version)),
  };
}

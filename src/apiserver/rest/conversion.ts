import type { ResourceDefinition } from "../../kinds/definition.ts";
import { apiVersionOf, type KubeObject } from "../../machinery/object.ts";
import { storageOf } from "../resources.ts";

/** Turns objects of one version of a resource into another's. Both take and give whole objects and change neither. */
export interface Conversion {
  toStorage(object: KubeObject): KubeObject;
  fromStorage(object: KubeObject): KubeObject;
}

const identity: Conversion = { toStorage: (o) => o, fromStorage: (o) => o };

const LOADERS: Readonly<Record<string, () => Promise<Conversion>>> = {
  "autoscaling/v1/horizontalpodautoscalers": async () =>
    (await import("../../kinds/autoscaling/horizontal-pod-autoscaler/convert.ts")).horizontalPodAutoscalerV1,
  "events.k8s.io/v1/events": async () => (await import("../../kinds/events/event/convert.ts")).eventsV1,
};

/** The conversion between a resource's own version and the one that is stored; loads its code where there is any. */
export async function conversionOf(definition: ResourceDefinition): Promise<Conversion> {
  if (definition.storage === undefined) return identity;
  const key = `${definition.group}/${definition.version}/${definition.resource}`;
  const load = Object.hasOwn(LOADERS, key) ? LOADERS[key] : undefined;
  return load === undefined ? renaming(definition) : load();
}

/** Versions that differ by name only: custom resources with the conversion strategy None. */
function renaming(definition: ResourceDefinition): Conversion {
  const own = apiVersionOf(definition);
  const stored = apiVersionOf(storageOf(definition));
  return {
    toStorage: (o) => ({ ...o, apiVersion: stored }),
    fromStorage: (o) => ({ ...o, apiVersion: own }),
  };
}

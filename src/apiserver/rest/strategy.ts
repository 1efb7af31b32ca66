import type { ResourceDefinition, Strategy } from "../../kinds/definition.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";

/** Kinds whose objects count the changes of their spec; custom resources do as well. All others have no metadata.generation. */
const WITH_GENERATION = new Set([
  "/pods",
  "/replicationcontrollers",
  "apps/deployments",
  "apps/replicasets",
  "apps/statefulsets",
  "apps/daemonsets",
  "batch/jobs",
  "batch/cronjobs",
  "policy/poddisruptionbudgets",
  "networking.k8s.io/ingresses",
  "networking.k8s.io/ingressclasses",
  "networking.k8s.io/networkpolicies",
  "discovery.k8s.io/endpointslices",
  "apiextensions.k8s.io/customresourcedefinitions",
  "admissionregistration.k8s.io/mutatingwebhookconfigurations",
  "admissionregistration.k8s.io/validatingwebhookconfigurations",
  "admissionregistration.k8s.io/validatingadmissionpolicies",
  "admissionregistration.k8s.io/validatingadmissionpolicybindings",
  "scheduling.k8s.io/priorityclasses",
  "flowcontrol.apiserver.k8s.io/flowschemas",
  "flowcontrol.apiserver.k8s.io/prioritylevelconfigurations",
]);

/** Whether objects of the resource carry metadata.generation. */
export function hasGeneration(definition: ResourceDefinition): boolean {
  return definition.schema !== undefined || WITH_GENERATION.has(`${definition.group}/${definition.resource}`);
}

const hasStatus = (d: ResourceDefinition): boolean => d.subresources?.some((s) => s.name === "status") ?? false;

/** What holds for any kind: status is written through its own endpoint only. A kind's own strategy overrides it method by method. */
export function genericStrategy(definition: ResourceDefinition): Strategy {
  if (!hasStatus(definition)) return { validate: () => [] };
  return {
    prepareForCreate(object) {
      delete object.status;
    },
    prepareForUpdate(object, old) {
      keepField(object, old, "status");
    },
    validate: () => [],
    status: {
      prepareForUpdate(object, old) {
        for (const field of Object.keys({ ...object, ...old }))
          if (field !== "status" && field !== "metadata") keepField(object, old, field);
      },
      validateUpdate: () => [],
    },
  };
}

/** Makes `object` agree with `old` in one field, be it absence. */
export function keepField(object: KubeObject, old: KubeObject, field: string): void {
  if (Object.hasOwn(old, field)) object[field] = old[field];
  else delete object[field];
}

/** The kind's strategy over the generic one; loads the kind's code at its first use. */
export async function loadStrategy(definition: ResourceDefinition): Promise<Strategy> {
  const generic = genericStrategy(definition);
  const own: Strategy | undefined = await definition.facets.strategy?.();
  return own === undefined ? generic : { ...generic, ...own };
}

/** Whether the change from `old` to `object` counts as a new generation: the spec differs; for kinds without spec all but metadata and status. */
export function generationChanges(strategy: Strategy, object: KubeObject, old: KubeObject): boolean {
  if (strategy.generationChanges !== undefined) return strategy.generationChanges(object, old);
  if (object.spec !== undefined || old.spec !== undefined) return !deepEqual(object.spec, old.spec);
  return Object.keys({ ...object, ...old }).some(
    (f) => f !== "metadata" && f !== "status" && f !== "apiVersion" && f !== "kind" && !deepEqual(object[f], old[f]),
  );
}

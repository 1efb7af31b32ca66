import type { Lister } from "../../client/lister.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { workKey } from "../controller.ts";
import { serviceKeysOfPod } from "../shared/service-endpoints.ts";
import { whenGone } from "../shared/watch-keys.ts";
import { type Row, watch } from "./row.ts";

/** The service of a slice that one of the two slice controllers keeps. */
function serviceOfSlice({ metadata }: KubeObject): readonly string[] {
  const service = metadata.labels?.["kubernetes.io/service-name"];
  const managed = metadata.labels?.["endpointslice.kubernetes.io/managed-by"] === "endpointslice-controller.k8s.io";
  return service !== undefined && managed ? [`${metadata.namespace}/${service}`] : [];
}

/** Endpoints and services without a selector; those with one have their own controller. */
function mirroredKeys(object: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] {
  const { namespace, name } = object.metadata;
  const service = object.kind === "Service" ? object : lister.get("", "services", namespace, name!);
  const selects =
    service?.spec?.selector !== undefined && (old?.kind !== "Service" || old.spec?.selector !== undefined);
  return selects || (service === undefined && old === undefined) ? [] : [workKey(object)];
}

/** The APIServices that name the service of an object. */
const apisOf =
  (serviceOf: (object: KubeObject) => string | undefined) =>
  (object: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] => {
    const name = serviceOf(object);
    return lister
      .list<KubeObject>("apiregistration.k8s.io", "apiservices")
      .filter(({ spec }) => spec?.service?.name === name && spec?.service?.namespace === object.metadata.namespace)
      .map(workKey);
  };

/** The names of the APIServices for the versions of a definition, present and former. */
function apisOfDefinition(definition: KubeObject, old: KubeObject | undefined): readonly string[] {
  const names = [definition, old].flatMap((d) =>
    (d?.spec?.versions ?? []).map((v: { name: string }) => `${v.name}.${d?.spec?.group}`),
  );
  return [...new Set(names)];
}

/** The controllers behind services. */
export const serviceRows: readonly Row[] = [
  {
    name: "endpoint-controller",
    maxRetries: 15,
    watches: [
      watch("", "services"),
      watch(
        "",
        "endpoints",
        whenGone("", "endpoints", (o) => [workKey(o)]),
      ),
      watch("", "pods", serviceKeysOfPod),
    ],
    load: async () => (await import("../endpoint/endpoints-controller.ts")).endpointsController,
  },
  {
    name: "endpoint-slice-controller",
    account: "endpointslice-controller",
    maxRetries: 15,
    watches: [
      watch("", "services"),
      watch("discovery.k8s.io", "endpointslices", (o) => serviceOfSlice(o)),
      watch("", "pods", serviceKeysOfPod),
    ],
    load: async () => (await import("../endpointslice/endpointslice-controller.ts")).endpointSliceController,
  },
  {
    name: "endpoint-slice-mirroring-controller",
    account: "endpointslicemirroring-controller",
    maxRetries: 15,
    watches: [watch("", "endpoints", mirroredKeys), watch("", "services", mirroredKeys)],
    load: async () => (await import("../endpointslice/mirroring-controller.ts")).endpointSliceMirroringController,
  },
  {
    // Part of the apiserver, as the next.
    name: "autoregister",
    user: "system:apiserver",
    manager: "kube-apiserver",
    watches: [watch("apiextensions.k8s.io", "customresourcedefinitions", apisOfDefinition)],
    load: async () => (await import("../api-service/autoregister-controller.ts")).autoregisterController,
  },
  {
    name: "apiservice-status-remote-available-controller",
    user: "system:apiserver",
    manager: "kube-apiserver",
    watches: [
      watch("apiregistration.k8s.io", "apiservices"),
      watch(
        "",
        "services",
        apisOf((o) => o.metadata.name),
      ),
      watch(
        "discovery.k8s.io",
        "endpointslices",
        apisOf((o) => o.metadata.labels?.["kubernetes.io/service-name"]),
      ),
    ],
    load: async () => (await import("../api-service/availability-controller.ts")).availabilityController,
  },
];

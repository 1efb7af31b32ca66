import type { Lister } from "../../client/lister.ts";
import type { Pod, Service, ServicePort } from "../../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { type WorkKey, workKey } from "../controller.ts";
import { isPodFinished, isPodReady } from "./pods.ts";
import { matchesLabels } from "./selector.ts";

/** A service without a cluster IP. Mirrors helper.IsServiceIPSet, negated. */
export function isHeadless(service: Service): boolean {
  const ip = service.spec?.clusterIP;
  return ip === undefined || ip === "" || ip === "None";
}

/** Whether a controller makes endpoints for the service at all. */
export function selectsPods(service: Service): boolean {
  return service.spec?.type !== "ExternalName" && service.spec?.selector !== undefined;
}

/** The pods that a service selects. */
export function podsOf(lister: Lister, service: Service): Pod[] {
  return lister
    .list<Pod>("", "pods", service.metadata.namespace)
    .filter((pod) => matchesLabels(service.spec?.selector, pod.metadata.labels));
}

/** Whether a pod belongs among the endpoints. Mirrors endpointsliceutil.ShouldPodBeInEndpoints. */
export function belongsToEndpoints(pod: Pod, includeTerminating: boolean): boolean {
  if (isPodFinished(pod) || podIp(pod, "IPv4") === undefined) return false;
  return includeTerminating || pod.metadata.deletionTimestamp === undefined;
}

/** The pod's address of a family. */
export function podIp(pod: Pod, family: string): string | undefined {
  const ips = (pod.status?.podIPs ?? []).map((x) => x.ip).filter((ip) => ip !== "");
  if (ips.length === 0 && pod.status?.podIP) ips.push(pod.status.podIP);
  return ips.find((ip) => ip.includes(":") === (family === "IPv6"));
}

/** Whether the pod's hostname is part of its endpoint. Mirrors endpointsliceutil.ShouldSetHostname. */
export function showsHostname(pod: Pod, service: Service): boolean {
  return Boolean(pod.spec?.hostname) && pod.spec?.subdomain === service.metadata.name;
}

/** The number behind a service port in a pod; undefined where the pod has no port of that name. Mirrors podutil.FindPort. */
export function findPort(pod: Pod, port: ServicePort): number | undefined {
  const target = port.targetPort ?? port.port;
  if (typeof target === "number") return target;
  const sidecars = (pod.spec?.initContainers ?? []).filter((c) => c.restartPolicy === "Always");
  for (const container of [...(pod.spec?.containers ?? []), ...sidecars]) {
    for (const candidate of container.ports ?? []) {
      if (candidate.name === target && (candidate.protocol ?? "TCP") === (port.protocol ?? "TCP"))
        return candidate.containerPort;
    }
  }
  return undefined;
}

const relevant = (pod: KubeObject): unknown => [
  pod.metadata.labels,
  pod.metadata.deletionTimestamp,
  pod.status?.podIP,
  pod.status?.phase,
  pod.spec?.nodeName,
  isPodReady(pod as unknown as Pod),
];

/** The keys of the services that select a pod or did so before: for watches on pods. Mirrors endpointsliceutil.GetServicesToUpdateOnPodChange. */
export function serviceKeysOfPod(object: KubeObject, old: KubeObject | undefined, lister: Lister): readonly WorkKey[] {
  if (old !== undefined && lister.get("", "pods", object.metadata.namespace, object.metadata.name!) !== undefined) {
    if (deepEqual(relevant(object), relevant(old))) return [];
  }
  const keys = new Set<WorkKey>();
  for (const service of lister.list<Service>("", "services", object.metadata.namespace)) {
    if (!selectsPods(service)) continue;
    for (const version of old === undefined ? [object] : [object, old])
      if (matchesLabels(service.spec?.selector, version.metadata.labels)) keys.add(workKey(service));
  }
  return [...keys];
}

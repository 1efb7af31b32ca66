import type { Lister } from "../../client/lister.ts";
import type { Node, Pod, Service } from "../../kinds/types/core_v1.ts";
import type { Endpoint, EndpointPort } from "../../kinds/types/discovery_v1.ts";
import { canonicalJson } from "../shared/hash.ts";
import { isPodReady } from "../shared/pods.ts";
import { belongsToEndpoints, findPort, podIp, podsOf, showsHostname } from "../shared/service-endpoints.ts";

/** Endpoints that share an address family and ports, and so may share slices. */
export interface EndpointGroup {
  readonly addressType: string;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: readonly Endpoint[];
}

/** The identity of a group: pods whose named ports differ end in different ones. */
export const groupId = (addressType: string, ports: readonly EndpointPort[] | undefined): string =>
  `${addressType} ${canonicalJson(ports ?? [])}`;

const ZONE = "topology.kubernetes.io/zone";

/** What a service's slices should hold. Mirrors endpointslice's reconciler up to the distribution over slices. */
export function desiredGroups(lister: Lister, service: Service): EndpointGroup[] {
  const groups = new Map<string, { addressType: string; ports: EndpointPort[]; endpoints: Endpoint[] }>();
  const families = service.spec?.ipFamilies ?? ["IPv4"];
  for (const pod of podsOf(lister, service)) {
    if (!belongsToEndpoints(pod, true)) continue;
    const ports = portsOf(service, pod);
    for (const addressType of families) {
      const ip = podIp(pod, addressType);
      if (ip === undefined) continue;
      const id = groupId(addressType, ports);
      const group = groups.get(id) ?? { addressType, ports, endpoints: [] };
      group.endpoints.push(endpointOf(lister, service, pod, ip));
      groups.set(id, group);
    }
  }
  for (const addressType of families)
    if (![...groups.values()].some((g) => g.addressType === addressType))
      groups.set(`placeholder ${addressType}`, { addressType, ports: [], endpoints: [] });
  return [...groups.values()];
}

function portsOf(service: Service, pod: Pod): EndpointPort[] {
  const ports: EndpointPort[] = [];
  for (const port of service.spec?.ports ?? []) {
    const number = findPort(pod, port);
    if (number === undefined) continue;
    const { name = "", protocol, appProtocol } = port;
    ports.push({ name, port: number, protocol, ...(appProtocol === undefined ? {} : { appProtocol }) });
  }
  return ports.sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** Mirrors podToEndpoint. */
function endpointOf(lister: Lister, service: Service, pod: Pod, ip: string): Endpoint {
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const nodeName = pod.spec?.nodeName;
  const node = nodeName ? lister.get<Node>("", "nodes", undefined, nodeName) : undefined;
  const zone = node?.metadata.labels?.[ZONE];
  const serving = isPodReady(pod);
  const terminating = deletionTimestamp !== undefined;
  const ready = service.spec?.publishNotReadyAddresses === true || (serving && !terminating);
  const close = service.spec?.trafficDistribution === "PreferClose" && zone !== undefined && ready;
  return {
    addresses: [ip],
    conditions: { ready, serving, terminating },
    ...(showsHostname(pod, service) ? { hostname: pod.spec!.hostname } : {}),
    ...(nodeName ? { nodeName } : {}),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(zone === undefined ? {} : { zone }),
    ...(close ? { hints: { forZones: [{ name: zone }] } } : {}),
  };
}

import type { EndpointSubset, Endpoints, Service } from "../../kinds/types/core_v1.ts";
import type { Endpoint, EndpointPort } from "../../kinds/types/discovery_v1.ts";
import { type Controller, splitKey } from "../controller.ts";
import type { EndpointGroup } from "./desired.ts";
import { MANAGED_BY, reconcileSlices, remove, SERVICE_NAME, slicesOf } from "./slices.ts";

const MANAGER = "endpointslicemirroring-controller.k8s.io";
const SKIP = "endpointslice.kubernetes.io/skip-mirror";
const LEADER = "control-plane.alpha.kubernetes.io/leader";
const NOT_MIRRORED = [
  "endpoints.kubernetes.io/last-change-trigger-time",
  "kubectl.kubernetes.io/last-applied-configuration",
];

/** Mirrors Endpoints that users keep for services without a selector into EndpointSlices. Mirrors pkg/controller/endpointslicemirroring. */
export const endpointSliceMirroringController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const service = context.lister.get<Service>("", "services", namespace, name);
    const endpoints = context.lister.get<Endpoints>("", "endpoints", namespace, name);
    const existing = slicesOf(context, namespace, name, MANAGER);
    if (endpoints === undefined || service === undefined || !isMirrored(service, endpoints)) {
      for (const slice of existing) await remove(context, slice);
      return undefined;
    }
    const labels = { ...endpoints.metadata.labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER };
    const annotations = { ...endpoints.metadata.annotations };
    for (const skipped of NOT_MIRRORED) delete annotations[skipped];
    const groups = (endpoints.subsets ?? []).flatMap(groupsOf);
    await reconcileSlices(context, { owner: endpoints, name, labels, annotations }, existing, groups);
    return undefined;
  },
};

function isMirrored(service: Service, { metadata }: Endpoints): boolean {
  if (service.spec?.selector !== undefined || metadata.deletionTimestamp !== undefined) return false;
  return metadata.labels?.[SKIP] !== "true" && metadata.annotations?.[LEADER] === undefined;
}

function groupsOf(subset: EndpointSubset): EndpointGroup[] {
  const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
  const slicePorts = ports.map(({ name = "", ...port }): EndpointPort => ({ name, ...port }));
  const convert =
    (ready: boolean) =>
    (address: (typeof addresses)[number]): Endpoint => {
      const { ip, ...rest } = address;
      return { addresses: [ip], conditions: { ready }, ...rest };
    };
  const endpoints = [...addresses.map(convert(true)), ...notReadyAddresses.map(convert(false))];
  return ["IPv4", "IPv6"].flatMap((addressType) => {
    const own = endpoints.filter((e) => e.addresses[0]!.includes(":") === (addressType === "IPv6"));
    return own.length === 0 ? [] : [{ addressType, ports: slicePorts, endpoints: own }];
  });
}

import type { EndpointAddress, EndpointPort, EndpointSubset } from "../../types/core_v1.ts";

interface Listed {
  readonly address: EndpointAddress;
  readonly ready: boolean;
  readonly ports: Map<string, EndpointPort>;
}

const portKey = (p: EndpointPort): string =>
  JSON.stringify([p.name ?? "", p.protocol ?? "", p.port, p.appProtocol ?? ""]);
const addressKey = (a: EndpointAddress): string =>
  JSON.stringify([a.ip, a.targetRef?.uid ?? "", a.hostname ?? "", a.nodeName ?? ""]);
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** One subset for each set of ports, addresses sorted, each address once (ready where it is ready anywhere). Mirrors api/v1/endpoints RepackSubsets. */
export function repackSubsets(subsets: readonly EndpointSubset[]): EndpointSubset[] {
  const addresses = new Map<string, Listed>();
  for (const subset of subsets)
    for (const [list, ready] of [
      [subset.addresses, true],
      [subset.notReadyAddresses, false],
    ] as const)
      for (const address of list ?? []) collect(addresses, address, ready, subset.ports ?? []);
  const groups = new Map<string, Listed[]>();
  for (const listed of addresses.values()) {
    const key = [...listed.ports.keys()].sort().join("\n");
    groups.set(key, [...(groups.get(key) ?? []), listed]);
  }
  return [...groups].sort(([a], [b]) => compare(a, b)).map(([, members]) => toSubset(members));
}

function collect(
  addresses: Map<string, Listed>,
  address: EndpointAddress,
  ready: boolean,
  ports: readonly EndpointPort[],
): void {
  const key = addressKey(address);
  const known = addresses.get(key);
  const merged = new Map(known?.ports);
  for (const port of ports) merged.set(portKey(port), port);
  addresses.set(key, { address: known?.address ?? address, ready: ready || (known?.ready ?? false), ports: merged });
}

function toSubset(members: readonly Listed[]): EndpointSubset {
  const sorted = [...members].sort((a, b) => compare(addressKey(a.address), addressKey(b.address)));
  const pick = (ready: boolean): EndpointAddress[] => sorted.filter((m) => m.ready === ready).map((m) => m.address);
  const [addresses, notReadyAddresses] = [pick(true), pick(false)];
  const ports = [...members[0]!.ports].sort(([a], [b]) => compare(a, b)).map(([, port]) => port);
  return {
    ...(addresses.length > 0 ? { addresses } : {}),
    ...(notReadyAddresses.length > 0 ? { notReadyAddresses } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  };
}

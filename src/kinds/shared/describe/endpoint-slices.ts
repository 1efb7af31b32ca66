import type { DescribeContext } from "../../definition.ts";
import type { EndpointSlice } from "../../types/discovery_v1.ts";
import { joinHostPort } from "../table/cells.ts";

const maxShown = 3;

/** The slices of a service. */
export async function slicesOfService(
  namespace: string | undefined,
  service: string,
  context: DescribeContext,
): Promise<readonly EndpointSlice[]> {
  const labelSelector = `kubernetes.io/service-name=${service}`;
  const found = await context.list("discovery.k8s.io", "v1", "endpointslices", namespace, { labelSelector });
  return found as readonly unknown[] as EndpointSlice[];
}

const readyAddresses = (slice: EndpointSlice): string[] =>
  (slice.endpoints ?? []).filter((e) => e.conditions?.ready ?? true).map((e) => e.addresses[0] ?? "");

function addressesOf(slice: EndpointSlice, portName: string): string[] {
  if (!slice.ports?.length) return readyAddresses(slice);
  return slice.ports
    .filter((p) => (p.name ?? "") === portName)
    .flatMap((p) => readyAddresses(slice).map((a) => joinHostPort(a, p.port ?? 0)));
}

/** "10.244.1.2:80,10.244.2.2:80 + 1 more...": the ready endpoints of one port. Mirrors describe.formatEndpointSlices. */
export function endpointsText(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return "<none>";
  const all = slices.flatMap((s) => addressesOf(s, portName));
  const shown = all.slice(0, maxShown).join(",");
  // Upstream notices that there is more when it looks at a fourth endpoint, ready or not.
  return looksFurther(slices, portName) ? `${shown} + ${all.length - maxShown} more...` : shown;
}

function looksFurther(slices: readonly EndpointSlice[], portName: string): boolean {
  let listed = 0;
  for (const slice of slices) {
    const passes = slice.ports?.length ? slice.ports.filter((p) => (p.name ?? "") === portName).length : 1;
    for (let pass = 0; pass < passes; pass++)
      for (const endpoint of slice.endpoints ?? []) {
        if (listed === maxShown) return true;
        if (endpoint.conditions?.ready ?? true) listed++;
      }
  }
  return false;
}

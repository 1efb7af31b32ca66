import type { Endpoint, EndpointPort, EndpointSlice } from "../../kinds/types/discovery_v1.ts";
import { deepEqual, type TypedObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { controllerReference } from "../shared/owners.ts";
import { path } from "../shared/paths.ts";
import { isNamespaceTerminating } from "../shared/pod-control.ts";
import { type EndpointGroup, groupId } from "./desired.ts";

/** The labels by which slices belong to a service and a controller. */
export const SERVICE_NAME = "kubernetes.io/service-name";
export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";
const MAX_ENDPOINTS = 100;

/** What the slices of one owner have in common. */
export interface SliceOwner {
  readonly owner: TypedObject;
  /** The service's name. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

const at = (namespace: string | undefined) => path("discovery.k8s.io", "v1", "endpointslices", namespace);

/** Changes, creates and deletes slices until they hold the groups, disturbing as few as possible. Mirrors endpointslice's reconcileByPortMapping and finalize. */
export async function reconcileSlices(
  context: ReconcileContext,
  owner: SliceOwner,
  existing: readonly EndpointSlice[],
  groups: readonly EndpointGroup[],
): Promise<void> {
  const spare = existing.filter((slice) => !groups.some((group) => holds(slice, group)));
  for (const group of groups) {
    const own = existing.filter((slice) => holds(slice, group));
    const shares = distribute(own, group.endpoints);
    for (const endpoints of shares) {
      // A slice whose ports no longer fit is better rewritten than replaced: its name stays.
      const slice = own.shift() ?? takeOfType(spare, group.addressType);
      await write(context, owner, slice, group, endpoints);
    }
    spare.push(...own);
  }
  for (const slice of spare) await remove(context, slice);
}

const holds = (slice: EndpointSlice, group: EndpointGroup): boolean =>
  groupId(slice.addressType, slice.ports) === groupId(group.addressType, group.ports);

function takeOfType(spare: EndpointSlice[], addressType: string): EndpointSlice | undefined {
  const index = spare.findIndex((slice) => slice.addressType === addressType);
  return index < 0 ? undefined : spare.splice(index, 1)[0];
}

const idOf = (endpoint: Endpoint): string => `${endpoint.targetRef?.uid ?? ""} ${endpoint.addresses.join(",")}`;

/** The endpoints of each slice: where they are now if they are anywhere, new ones where there is room. */
function distribute(slices: readonly EndpointSlice[], endpoints: readonly Endpoint[]): Endpoint[][] {
  const wanted = new Map(endpoints.map((e) => [idOf(e), e]));
  const shares = slices.map((slice) => {
    const kept: Endpoint[] = [];
    for (const endpoint of slice.endpoints ?? []) {
      const found = wanted.get(idOf(endpoint));
      if (found === undefined) continue;
      wanted.delete(idOf(endpoint));
      kept.push(found);
    }
    return kept;
  });
  for (const endpoint of wanted.values()) {
    const room = shares.find((share) => share.length < MAX_ENDPOINTS);
    if (room === undefined) shares.push([endpoint]);
    else room.push(endpoint);
  }
  const filled = shares.filter((share) => share.length > 0);
  // One slice stays even if it is empty: "no endpoints" differs from "not looked at".
  return filled.length === 0 ? [[]] : filled;
}

async function write(
  context: ReconcileContext,
  { owner, name, labels, annotations = {} }: SliceOwner,
  slice: EndpointSlice | undefined,
  group: EndpointGroup,
  endpoints: Endpoint[],
): Promise<void> {
  const ports: EndpointPort[] = [...group.ports];
  const { namespace } = owner.metadata;
  const base = slice?.metadata ?? {
    generateName: `${name}-`,
    namespace,
    ownerReferences: [controllerReference(owner)],
  };
  const { [TRIGGER]: _, ...noted } = slice?.metadata.annotations ?? {};
  const same =
    slice !== undefined &&
    deepEqual(slice.endpoints ?? [], endpoints) &&
    deepEqual(slice.ports ?? [], ports) &&
    deepEqual(slice.metadata.labels ?? {}, labels) &&
    deepEqual(noted, annotations);
  if (same) return;
  const metadata = {
    ...base,
    labels: { ...labels },
    annotations: { ...annotations, [TRIGGER]: formatTime(context.now) },
  };
  const { addressType } = group;
  const wanted: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    ...slice,
    metadata,
    addressType,
    ports,
    endpoints,
  };
  try {
    if (slice === undefined) await context.client.create(at(namespace), wanted);
    else await context.client.update(at(namespace), wanted);
  } catch (error) {
    if (!isNamespaceTerminating(error)) throw error;
  }
}

/** Deletes a slice; one that is gone already is fine. */
export async function remove(context: ReconcileContext, slice: EndpointSlice): Promise<void> {
  try {
    await context.client.delete(at(slice.metadata.namespace), slice.metadata.name!);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** The slices of a service that a controller manages. */
export function slicesOf(
  context: ReconcileContext,
  namespace: string,
  service: string,
  manager: string,
): EndpointSlice[] {
  return context.lister
    .list<EndpointSlice>("discovery.k8s.io", "endpointslices", namespace)
    .filter(({ metadata: { labels = {} } }) => labels[SERVICE_NAME] === service && labels[MANAGED_BY] === manager)
    .filter((slice) => slice.metadata.deletionTimestamp === undefined);
}

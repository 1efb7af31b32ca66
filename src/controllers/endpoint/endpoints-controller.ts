import type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  Endpoints,
  Pod,
  Service,
} from "../../kinds/types/core_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { canonicalJson } from "../shared/hash.ts";
import { core } from "../shared/paths.ts";
import { errorText, isNamespaceTerminating } from "../shared/pod-control.ts";
import { isPodReady } from "../shared/pods.ts";
import {
  belongsToEndpoints,
  findPort,
  isHeadless,
  podIp,
  podsOf,
  selectsPods,
  showsHostname,
} from "../shared/service-endpoints.ts";

const HEADLESS = "service.kubernetes.io/headless";
const MANAGED_BY = "endpoints.kubernetes.io/managed-by";
const TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time";
const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
const CAPACITY = 1000;

/** Keeps the Endpoints of services with a selector. Mirrors pkg/controller/endpoint/endpoints_controller.go syncService. */
export const endpointsController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const service = context.lister.get<Service>("", "services", namespace, name);
    if (service === undefined) await remove(context, namespace, name);
    else if (selectsPods(service)) await sync(context, service);
    return undefined;
  },
};

async function remove(context: ReconcileContext, namespace: string, name: string): Promise<void> {
  if (context.lister.get("", "endpoints", namespace, name) === undefined) return;
  try {
    await context.client.delete(core("endpoints", namespace), name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

async function sync(context: ReconcileContext, service: Service): Promise<void> {
  const { namespace, name } = service.metadata;
  const current = context.lister.get<Endpoints>("", "endpoints", namespace, name!);
  const { subsets, truncated } = truncate(subsetsOf(context, service));
  const labels: Record<string, string> = { ...service.metadata.labels, [MANAGED_BY]: "endpoint-controller" };
  if (isHeadless(service)) labels[HEADLESS] = "";
  else delete labels[HEADLESS];
  const overCapacity = current?.metadata.annotations?.[OVER_CAPACITY] !== undefined;
  if (
    current !== undefined &&
    deepEqual(current.subsets ?? [], subsets) &&
    deepEqual(current.metadata.labels ?? {}, labels) &&
    overCapacity === truncated
  )
    return;
  const { [OVER_CAPACITY]: _, ...annotations } = current?.metadata.annotations ?? {};
  annotations[TRIGGER] = formatTime(context.now);
  if (truncated) annotations[OVER_CAPACITY] = "truncated";
  const base: Endpoints = current ?? { apiVersion: "v1", kind: "Endpoints", metadata: { name, namespace } };
  const wanted: Endpoints = { ...base, metadata: { ...base.metadata, labels, annotations }, subsets };
  await write(context, wanted, current === undefined, service);
}

async function write(context: ReconcileContext, wanted: Endpoints, create: boolean, service: Service): Promise<void> {
  const { namespace, name } = service.metadata;
  try {
    if (create) await context.client.create(core("endpoints", namespace), wanted);
    else await context.client.update(core("endpoints", namespace), wanted);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    const [reason, text] = create
      ? ["FailedToCreateEndpoint", `Failed to create endpoint for service ${namespace}/${name}`]
      : ["FailedToUpdateEndpoint", `Failed to update endpoint ${namespace}/${name}`];
    await context.events.event({ object: wanted }, "Warning", reason!, `${text}: ${errorText(error)}`);
    throw error;
  }
}

interface Entry {
  readonly port: EndpointPort | undefined;
  readonly address: EndpointAddress;
  readonly ready: boolean;
}

function entriesOf(service: Service, pod: Pod): Entry[] {
  const family = service.spec?.ipFamilies?.[0] ?? "IPv4";
  const ip = podIp(pod, family);
  const publishNotReady = service.spec?.publishNotReadyAddresses === true;
  if (ip === undefined || !belongsToEndpoints(pod, publishNotReady)) return [];
  const { name, namespace, uid } = pod.metadata;
  const address: EndpointAddress = {
    ip,
    ...(pod.spec?.nodeName ? { nodeName: pod.spec.nodeName } : {}),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(showsHostname(pod, service) ? { hostname: pod.spec!.hostname } : {}),
  };
  const ready = publishNotReady || isPodReady(pod);
  const ports = service.spec?.ports ?? [];
  if (ports.length === 0) return service.spec?.clusterIP === "None" ? [{ port: undefined, address, ready }] : [];
  const entries: Entry[] = [];
  for (const { name: portName, protocol, appProtocol, ...rest } of ports) {
    const number = findPort(pod, { name: portName, protocol, ...rest });
    if (number === undefined) continue;
    const port = {
      ...(portName ? { name: portName } : {}),
      port: number,
      protocol,
      ...(appProtocol ? { appProtocol } : {}),
    };
    entries.push({ port, address, ready });
  }
  return entries;
}

/** Ports that the same addresses offer share a subset. Mirrors endpoints.RepackSubsets. */
function subsetsOf(context: ReconcileContext, service: Service): EndpointSubset[] {
  const byPort = new Map<string, { port: EndpointPort | undefined; entries: Entry[] }>();
  for (const entry of podsOf(context.lister, service).flatMap((pod) => entriesOf(service, pod))) {
    const id = canonicalJson(entry.port);
    const group = byPort.get(id) ?? { port: entry.port, entries: [] };
    group.entries.push(entry);
    byPort.set(id, group);
  }
  const bySet = new Map<string, { ports: EndpointPort[]; entries: Entry[] }>();
  for (const [, { port, entries }] of [...byPort].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const sorted = entries.sort((a, b) => order(a.address, b.address));
    const id = canonicalJson(sorted.map((e) => [e.address, e.ready]));
    const subset = bySet.get(id) ?? { ports: [], entries: sorted };
    if (port !== undefined) subset.ports.push(port);
    bySet.set(id, subset);
  }
  return [...bySet.values()].map(({ ports, entries }) => {
    const addresses = entries.filter((e) => e.ready).map((e) => e.address);
    const notReadyAddresses = entries.filter((e) => !e.ready).map((e) => e.address);
    return {
      ...(addresses.length === 0 ? {} : { addresses }),
      ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
}

function order(a: EndpointAddress, b: EndpointAddress): number {
  if (a.ip !== b.ip) return a.ip < b.ip ? -1 : 1;
  return (a.targetRef?.uid ?? "") < (b.targetRef?.uid ?? "") ? -1 : 1;
}

/** Cuts what is beyond a thousand addresses, unready ones first. Mirrors truncateEndpoints. */
function truncate(subsets: EndpointSubset[]): { readonly subsets: EndpointSubset[]; readonly truncated: boolean } {
  const count = (pick: (s: EndpointSubset) => readonly unknown[] | undefined): number =>
    subsets.reduce((n, s) => n + (pick(s)?.length ?? 0), 0);
  const ready = count((s) => s.addresses);
  const unready = count((s) => s.notReadyAddresses);
  if (ready + unready <= CAPACITY) return { subsets, truncated: false };
  let roomReady = Math.min(ready, CAPACITY);
  let roomUnready = CAPACITY - roomReady;
  const cut = subsets.map((subset): EndpointSubset => {
    const { addresses: all = [], notReadyAddresses: rest = [], ports } = subset;
    const addresses = all.slice(0, Math.min(roomReady, Math.ceil((all.length / Math.max(ready, 1)) * CAPACITY)));
    const notReadyAddresses = rest.slice(0, roomUnready);
    roomReady -= addresses.length;
    roomUnready -= notReadyAddresses.length;
    return {
      ...(addresses.length === 0 ? {} : { addresses }),
      ...(notReadyAddresses.length === 0 ? {} : { notReadyAddresses }),
      ...(ports === undefined ? {} : { ports }),
    };
  });
  return { subsets: cut, truncated: true };
}

import type { Lister } from "../../client/lister.ts";
import type { Node, Pod, Service, ServicePort } from "../../kinds/types/core_v1.ts";
import type { Endpoint, EndpointSlice } from "../../kinds/types/discovery_v1.ts";
import type { ConnectionFailure } from "../runtime/machine/outside.ts";

/** Where a connection ends up. `source`: the address that the receiver sees, where it is not the sender's own. */
export type Route =
  | { readonly kind: "pod"; readonly pod: Pod; readonly port: number; readonly source?: string }
  | { readonly kind: "apiserver" }
  | { readonly kind: "failed"; readonly why: ConnectionFailure };

/** What decides which endpoint a connection gets. */
export interface Dice {
  /** How many connections the service has had: they take turns, as with the round robin of kube-proxy's ipvs mode, so that whoever tries three times meets three pods. */
  connection(service: string): number;
  /** [0, 1), the same for the same client: session affinity. */
  client(service: string, client: string): number;
}

interface Sender {
  readonly ip: string;
  /** The node it is on; undefined outside the cluster. */
  readonly nodeName: string | undefined;
}

const failed = (why: ConnectionFailure): Route => ({ kind: "failed", why });

const nodeIPs = (node: Node): string[] =>
  (node.status?.addresses ?? []).filter((a) => a.type !== "Hostname").map((a) => a.address);

/** Follows a connection through kube-proxy's rules to a pod. Mirrors pkg/proxy/iptables. */
export function route(
  lister: Lister,
  ip: string,
  port: number,
  protocol: "TCP" | "UDP",
  sender: Sender,
  dice: Dice,
): Route {
  const services = lister.list<Service>("", "services");
  for (const service of services) {
    const external = externalAddresses(service).includes(ip);
    if (!external && !clusterIPs(service).includes(ip)) continue;
    const match = service.spec?.ports?.find((p) => p.port === port && (p.protocol ?? "TCP") === protocol);
    // Nothing owns a service's address: what no rule catches gets lost.
    if (match === undefined) return failed("timeout");
    return toEndpoint(lister, service, match, sender, external, dice);
  }
  const node = lister.list<Node>("", "nodes").find((n) => nodeIPs(n).includes(ip));
  if (node !== undefined) return toNode(lister, services, node, port, protocol, sender, dice);
  return toAddress(lister, ip, port);
}

function clusterIPs(service: Service): readonly string[] {
  return (service.spec?.clusterIPs ?? [service.spec?.clusterIP ?? ""]).filter((ip) => ip !== "" && ip !== "None");
}

/** Where a service is reached from outside: externalIPs and its load balancer. */
export function externalAddresses(service: Service): string[] {
  const ingress = service.spec?.type === "LoadBalancer" ? (service.status?.loadBalancer?.ingress ?? []) : [];
  return [...(service.spec?.externalIPs ?? []), ...ingress.map((i) => i.ip ?? "")].filter((ip) => ip !== "");
}

/** The slices of a service. */
export function slicesOf(lister: Lister, service: Service): EndpointSlice[] {
  return lister
    .list<EndpointSlice>("discovery.k8s.io", "endpointslices", service.metadata.namespace)
    .filter(
      (slice) =>
        slice.metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name && slice.addressType === "IPv4",
    );
}

export const isReady = (endpoint: Endpoint): boolean => endpoint.conditions?.ready !== false;

interface Target {
  readonly ip: string;
  readonly port: number;
  readonly nodeName: string | undefined;
  readonly endpoint: Endpoint;
}

function targetsOf(lister: Lister, service: Service, port: ServicePort): Target[] {
  const targets: Target[] = [];
  for (const slice of slicesOf(lister, service)) {
    const found = (slice.ports ?? []).find(
      (p) => (p.name ?? "") === (port.name ?? "") && (p.protocol ?? "TCP") === (port.protocol ?? "TCP"),
    );
    if (found === undefined) continue;
    for (const endpoint of slice.endpoints)
      targets.push({
        ip: endpoint.addresses[0] ?? "",
        port: found.port ?? port.port,
        nodeName: endpoint.nodeName,
        endpoint,
      });
  }
  const ready = targets.filter(({ endpoint }) => isReady(endpoint));
  // With none ready, endpoints that still serve while they terminate are used.
  return ready.length > 0
    ? ready
    : targets.filter(
        ({ endpoint }) => endpoint.conditions?.serving === true && endpoint.conditions.terminating === true,
      );
}

/** All the addresses that connections to an address end at: a service's endpoints, or the address itself. */
export function targetsAt(
  lister: Lister,
  ip: string,
  port: number,
): readonly { readonly ip: string; readonly port: number }[] {
  const isAt = (service: Service): boolean =>
    clusterIPs(service).includes(ip) || externalAddresses(service).includes(ip);
  const service = lister.list<Service>("", "services").find(isAt);
  if (service === undefined) return [{ ip, port }];
  const match = service.spec?.ports?.find((p) => p.port === port && (p.protocol ?? "TCP") === "TCP");
  return match === undefined ? [] : targetsOf(lister, service, match);
}

function toEndpoint(
  lister: Lister,
  service: Service,
  port: ServicePort,
  sender: Sender,
  external: boolean,
  dice: Dice,
  entry?: string,
): Route {
  const { spec } = service;
  let targets = targetsOf(lister, service, port);
  if (targets.length === 0) return failed("refused");
  const local =
    external || entry !== undefined ? spec?.externalTrafficPolicy === "Local" : spec?.internalTrafficPolicy === "Local";
  // A load balancer only sends to nodes with endpoints; a node port is entered on one given node.
  const node = entry ?? (external && sender.nodeName === undefined ? undefined : sender.nodeName);
  if (local && node !== undefined) targets = targets.filter((target) => target.nodeName === node);
  if (targets.length === 0) return failed("timeout");
  const key = `${service.metadata.uid}/${port.port}`;
  const turn =
    spec?.sessionAffinity === "ClientIP"
      ? Math.floor(dice.client(key, sender.ip) * targets.length)
      : dice.connection(key) % targets.length;
  const target = targets[turn]!;
  if (service.metadata.name === "kubernetes" && service.metadata.namespace === "default") return { kind: "apiserver" };
  const found = toAddress(lister, target.ip, target.port);
  if (found.kind !== "pod" || local || (!external && entry === undefined)) return found;
  const address = nodeAddress(lister, entry ?? target.nodeName);
  return address === undefined ? found : { ...found, source: address };
}

function nodeAddress(lister: Lister, name: string | undefined): string | undefined {
  const node = name === undefined ? undefined : lister.get<Node>("", "nodes", undefined, name);
  return node === undefined ? undefined : nodeIPs(node)[0];
}

function toNode(
  lister: Lister,
  services: readonly Service[],
  node: Node,
  port: number,
  protocol: "TCP" | "UDP",
  sender: Sender,
  dice: Dice,
): Route {
  for (const service of services) {
    if (service.spec?.type !== "NodePort" && service.spec?.type !== "LoadBalancer") continue;
    const match = service.spec.ports?.find((p) => p.nodePort === port && (p.protocol ?? "TCP") === protocol);
    if (match !== undefined) return toEndpoint(lister, service, match, sender, false, dice, node.metadata.name);
  }
  const pods = lister.list<Pod>("", "pods").filter((pod) => pod.spec?.nodeName === node.metadata.name && isAlive(pod));
  for (const pod of pods) {
    const ports = pod.spec?.containers.flatMap((container) => container.ports ?? []) ?? [];
    const hostPort = ports.find((p) => p.hostPort === port && (p.protocol ?? "TCP") === protocol);
    if (hostPort !== undefined) return { kind: "pod", pod, port: hostPort.containerPort };
  }
  if (port === 6443 && node.metadata.labels?.["node-role.kubernetes.io/control-plane"] !== undefined)
    return { kind: "apiserver" };
  const host = pods.find(
    (pod) =>
      pod.spec?.hostNetwork === true && pod.spec.containers.some((c) => c.ports?.some((p) => p.containerPort === port)),
  );
  return host === undefined ? failed("refused") : { kind: "pod", pod: host, port };
}

function isAlive(pod: Pod): boolean {
  return pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed";
}

function toAddress(lister: Lister, ip: string, port: number): Route {
  const pod = podAt(lister, ip);
  if (pod !== undefined) return { kind: "pod", pod, port };
  return failed(/^10\.244\./.test(ip) ? "unreachable" : "timeout");
}

/** The pod that has an address of its own. */
export function podAt(lister: Lister, ip: string): Pod | undefined {
  return lister
    .list<Pod>("", "pods")
    .find((pod) => pod.status?.podIP === ip && pod.spec?.hostNetwork !== true && isAlive(pod));
}

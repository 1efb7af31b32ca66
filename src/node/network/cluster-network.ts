import type { Lister } from "../../client/lister.ts";
import type { Pod, Service } from "../../kinds/types/core_v1.ts";
import type { Instant } from "../../machinery/time.ts";
import { header } from "../runtime/http-text.ts";
import { bytesOf, rawOf } from "../runtime/machine/bytes.ts";
import type {
  ConnectionFailure,
  HttpReply,
  HttpRequest,
  NetworkCall,
  OutsideAnswer,
} from "../runtime/machine/outside.ts";
import type { HttpAnswer, HttpExchange } from "../runtime/runtime.ts";
import { inCidr } from "./addresses.ts";
import { answerDns, answerPublic } from "./dns.ts";
import { routeIngress } from "./ingress.ts";
import { isPublicAddress, isPublicResolver, publicPage, publicPortIsOpen } from "./internet.ts";
import type { ClusterNetwork, NetworkSource } from "./network.ts";
import { type End, policiesAllow } from "./policy.ts";
import { type Dice, externalAddresses, podAt, type Route, route } from "./service-proxy.ts";

/** How connections reach the containers of a pod. */
export interface PodPorts {
  http(podUid: string, port: number, request: HttpExchange, at: Instant): Promise<HttpAnswer | undefined>;
  tcp(podUid: string, port: number, data: Uint8Array, peer: string, at: Instant): Promise<Uint8Array | undefined>;
}

export interface NetworkDependencies {
  readonly lister: Lister;
  chance(purpose: string): number;
  /** Counts a service's connections, from 0. */
  connectionNumber(service: string): number;
  /** The runtime; asked late, because it is made with this network. */
  pods(): PodPorts;
  /** The apiserver behind the kubernetes service, for programs that call the API; absent: connections to it time out. */
  apiserver?(request: HttpRequest, client: string): Promise<HttpReply>;
  /** Whether a node is up; absent: all are. */
  isRunning?(node: string): boolean;
}

const CONTROLLER_LABELS: Readonly<Record<string, string>> = {
  "ingress-nginx": "k8s.io/ingress-nginx",
  traefik: "traefik.io/ingress-controller",
};

/** For finding out whether there is a way, without taking a turn. */
const LOOKING: Dice = { connection: () => 0, client: () => 0 };

/** The network of a cluster over its objects: kube-proxy, CoreDNS, network policies and ingress controllers. */
export function createClusterNetwork(deps: NetworkDependencies): ClusterNetwork {
  const { lister } = deps;

  const dice: Dice = {
    connection: (service) => deps.connectionNumber(service),
    client: (service, client) => deps.chance(`affinity/${service}/${client}`),
  };

  /** Finds the way and asks the policies; the failure where one of them says no. */
  const find = (ip: string, port: number, protocol: "TCP" | "UDP", from: NetworkSource | undefined): Route => {
    const sender = { ip: from?.podIP ?? OUTSIDE, nodeName: from?.nodeName };
    const found = route(lister, ip, port, protocol, sender, dice);
    if (found.kind === "failed") return policyOnly(found, ip, port, protocol, from);
    if (found.kind === "apiserver")
      return allowed(from, { ip }, 6443, protocol) ? found : { kind: "failed", why: "timeout" };
    if (deps.isRunning?.(found.pod.spec?.nodeName ?? "") === false) return { kind: "failed", why: "unreachable" };
    const to: End = { ip: found.pod.status?.podIP ?? ip, pod: found.pod };
    if (!allowed(from, to, found.port, protocol, found.source)) return { kind: "failed", why: "timeout" };
    return found;
  };

  /** An egress policy swallows even what would be refused. */
  const policyOnly = (
    found: Route & { kind: "failed" },
    ip: string,
    port: number,
    protocol: "TCP" | "UDP",
    from: NetworkSource | undefined,
  ): Route =>
    found.why === "refused" && !allowed(from, { ip }, port, protocol) ? { kind: "failed", why: "timeout" } : found;

  const allowed = (
    from: NetworkSource | undefined,
    to: End,
    port: number,
    protocol: "TCP" | "UDP" | "ICMP",
    source?: string,
  ): boolean => policiesAllow(lister, { from: senderOf(lister, from, source), to, port, protocol });

  /** Whether the address is on the internet, and no service took it for its own. */
  const isPublic = (ip: string): boolean =>
    isPublicAddress(ip) &&
    !lister.list<Service>("", "services").some((service) => externalAddresses(service).includes(ip));

  const reachesPublic = (ip: string, port: number, from: NetworkSource | undefined): boolean =>
    publicPortIsOpen(ip, port) && allowed(from, { ip }, port, "TCP");

  const http = async (
    call: NetworkCall & { kind: "http" },
    from: NetworkSource | undefined,
    at: Instant,
    hops: number,
  ): Promise<OutsideAnswer> => {
    const found = find(call.ip, call.port, "TCP", from);
    if (found.kind === "failed" && isPublic(call.ip))
      return reachesPublic(call.ip, call.port, from) && !isPublicResolver(call.ip)
        ? reply(publicPage(call.request))
        : fail("timeout");
    if (found.kind === "failed") return fail(found.why);
    if (found.kind === "apiserver") {
      if (deps.apiserver === undefined) return fail("timeout");
      if (!call.tls) return reply(plainToTls());
      return reply(await deps.apiserver(call.request, from?.podIP ?? OUTSIDE));
    }
    const { pod, port } = found;
    const peer = found.source ?? from?.podIP ?? OUTSIDE;
    const through = hops < 3 ? controllerOf(pod) : undefined;
    const upstream = through === undefined ? undefined : await viaIngress(through, pod, call, at, hops);
    const request =
      upstream === undefined
        ? call.request
        : { ...call.request, headers: { ...call.request.headers, "x-drykube-upstream": upstream.note } };
    const answer = await deps.pods().http(pod.metadata.uid!, port, { ...request, body: rawOf(request.body), peer }, at);
    if (answer === undefined) return fail("refused");
    return reply(upstream?.reply ?? { ...answer, body: bytesOf(answer.body) });
  };

  /** What an ingress controller's backend answers. */
  const viaIngress = async (
    controller: string,
    pod: Pod,
    call: NetworkCall & { kind: "http" },
    at: Instant,
    hops: number,
  ): Promise<{ reply?: HttpReply; note: string }> => {
    const host = (header(call.request.headers, "host") ?? "").replace(/:\d+$/, "");
    const target = routeIngress(lister, controller, host, call.request.url);
    if (target === undefined) return { note: "404 -" };
    const name = `${target.ingress.metadata.namespace}-${target.service?.metadata.name ?? "-"}-${target.port}`;
    const ip = target.service?.spec?.clusterIP;
    if (target.service === undefined || ip === undefined || ip === "None") return { note: `503 ${name}` };
    const headers = {
      ...call.request.headers,
      "X-Forwarded-For": OUTSIDE,
      "X-Forwarded-Host": host,
      "X-Forwarded-Proto": call.tls ? "https" : "http",
      "X-Real-IP": OUTSIDE,
    };
    const answer = await http(
      { ...call, ip, port: target.port, tls: false, request: { ...call.request, url: target.path, headers } },
      podSource(pod),
      at,
      hops + 1,
    );
    if (answer.kind === "http") return { reply: answer.reply, note: `${answer.reply.status} ${name}` };
    const why = answer.kind === "failed" ? answer.why : "timeout";
    return {
      note: `${why === "refused" && !hasEndpoints(target.service) ? 503 : why === "timeout" ? 504 : 502} ${name}`,
    };
  };

  const hasEndpoints = (service: Service): boolean =>
    (service.spec?.ports ?? []).some(
      (p) =>
        route(lister, service.spec?.clusterIP ?? "", p.port, "TCP", { ip: OUTSIDE, nodeName: undefined }, LOOKING)
          .kind === "pod",
    );

  const dns = (call: NetworkCall & { kind: "dns" }, from: NetworkSource | undefined): OutsideAnswer => {
    const found = find(call.server, 53, "UDP", from);
    if (found.kind === "pod") return { ms: 1, kind: "dns", ...answerDns(lister, call.name, call.type) };
    if (found.kind === "failed" && isClusterAddress(lister, call.server)) return fail(found.why);
    // A node's own resolver, or one of the internet.
    const known = isPrivate(call.server) || isPublicResolver(call.server);
    return known && allowed(from, { ip: call.server }, 53, "UDP")
      ? { ms: 4, kind: "dns", ...answerPublic(call.name, call.type) }
      : fail("timeout");
  };

  return {
    async ask(call, from, at) {
      if (call.kind === "dns") return dns(call, from);
      if (call.kind === "http") return http(call, from, at, 0);
      if (call.kind === "ping") {
        const pod = podAt(lister, call.ip);
        const alive = pod !== undefined || isNode(lister, call.ip) || isPublic(call.ip);
        return alive && allowed(from, { ip: call.ip, pod }, 0, "ICMP")
          ? { ms: 0.08 + deps.chance(`ping/${call.ip}/${at}`) * 0.08, kind: "pong" }
          : fail("timeout");
      }
      const found = find(call.ip, call.port, "TCP", from);
      if (found.kind === "failed" && isPublic(call.ip) && reachesPublic(call.ip, call.port, from))
        return { ms: 4, kind: "tcp", data: "" };
      if (found.kind !== "pod") return found.kind === "failed" ? fail(found.why) : { ms: 1, kind: "tcp", data: "" };
      const peer = found.source ?? from?.podIP ?? OUTSIDE;
      const data = await deps.pods().tcp(found.pod.metadata.uid!, found.port, rawOf(call.data), peer, at);
      return data === undefined ? fail("refused") : { ms: 1, kind: "tcp", data: bytesOf(data) };
    },
  };
}

/** Where requests from outside the cluster come from: the host's side of the container network. */
const OUTSIDE = "172.18.0.1";

function fail(why: ConnectionFailure): OutsideAnswer {
  return { ms: 1, kind: "failed", why };
}

function reply(answer: HttpReply): OutsideAnswer {
  return { ms: 2, kind: "http", reply: answer };
}

/** What Go's TLS listener says to a request in the clear. */
function plainToTls(): HttpReply {
  return {
    status: 400,
    statusText: "Bad Request",
    headers: [],
    body: "Client sent an HTTP request to an HTTPS server.\n",
  };
}

function senderOf(lister: Lister, from: NetworkSource | undefined, source: string | undefined): End {
  if (from === undefined) return { ip: source ?? OUTSIDE };
  const pod = lister.get<Pod>("", "pods", from.namespace, from.podName);
  return { ip: from.podIP, pod };
}

function podSource(pod: Pod): NetworkSource {
  return {
    namespace: pod.metadata.namespace ?? "",
    podName: pod.metadata.name ?? "",
    podUid: pod.metadata.uid ?? "",
    podIP: pod.status?.podIP ?? "",
    nodeName: pod.spec?.nodeName ?? "",
    hostNetwork: pod.spec?.hostNetwork === true,
  };
}

/** The ingress controller that a pod runs, by its recommended label. */
function controllerOf(pod: Pod): string | undefined {
  const name = pod.metadata.labels?.["app.kubernetes.io/name"] ?? "";
  const component = pod.metadata.labels?.["app.kubernetes.io/component"];
  if (component !== undefined && component !== "controller") return undefined;
  return Object.hasOwn(CONTROLLER_LABELS, name) ? CONTROLLER_LABELS[name] : undefined;
}

function isClusterAddress(lister: Lister, ip: string): boolean {
  return lister.list<Service>("", "services").some((service) => service.spec?.clusterIP === ip);
}

function isPrivate(ip: string): boolean {
  return ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8"].some((cidr) => inCidr(ip, cidr));
}

function isNode(lister: Lister, ip: string): boolean {
  return lister
    .list<{ status?: { addresses?: { address: string }[] } }>("", "nodes")
    .some((node) => node.status?.addresses?.some((a) => a.address === ip));
}

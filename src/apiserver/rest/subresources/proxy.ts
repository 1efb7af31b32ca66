import type { ApiResponse } from "../../../client/transport.ts";
import type { JsonObject, KubeObject } from "../../../machinery/object.ts";
import { badRequest, notFound, StatusError } from "../../../machinery/status-error.ts";
import type { HttpExchange } from "../../../node/runtime/runtime.ts";
import { type ObjectStore, storeKey, storePrefix } from "../../../store/object-store.ts";
import type { RequestContext, ResourceContext } from "../../context.ts";
import { queryText } from "../../query.ts";
import type { SubresourceHandler } from "./registry.ts";

/** Where a proxied request goes. */
export interface Target {
  readonly pod: KubeObject;
  readonly port: number;
}

/** {pods,services,nodes}/NAME/proxy/…: forwards plain HTTP. Mirrors registry/core/{pod,service,node} ResourceLocation. */
export const serveProxy: SubresourceHandler = async (ctx): Promise<ApiResponse> => {
  const { name, port } = splitSchemeNamePort(ctx.info.name);
  if (ctx.definition.resource === "nodes") return nodeProxy(ctx, name, port);
  const target =
    ctx.definition.resource === "pods"
      ? podTarget(ctx, name, port)
      : serviceTarget(ctx.server.store, ctx.info.namespace, name, port);
  return forward(ctx, target, restPath(ctx));
};

/** Sends the request on to a pod, to another path; throws the 503 of a connection that is refused. */
export async function forward(ctx: RequestContext, target: Target, path: string): Promise<ApiResponse> {
  const answer = await ctx.server.nodes.http(target.pod, target.port, exchangeOf(ctx, path));
  if (answer === undefined) throw refused(target);
  const contentType = answer.headers.find(([h]) => h.toLowerCase() === "content-type")?.[1] ?? "text/plain";
  return {
    kind: "text",
    code: answer.status,
    contentType,
    body: answer.body,
    headers: Object.fromEntries(answer.headers),
  };
}

/** "https:web:8080" → its parts; throws BadRequest for anything else. Mirrors util/net SplitSchemeNamePort. */
function splitSchemeNamePort(id: string): { name: string; port: string } {
  const parts = id.split(":");
  if (parts.length === 1) return { name: parts[0]!, port: "" };
  if (parts.length === 2) return { name: parts[0]!, port: parts[1]! };
  if (parts.length === 3 && ["http", "https", ""].includes(parts[0]!)) return { name: parts[1]!, port: parts[2]! };
  throw badRequest(`invalid service request ${JSON.stringify(id)}`);
}

function podTarget(ctx: ResourceContext, name: string, port: string): Target {
  const pod = ctx.server.store.get(storeKey("", "pods", ctx.info.namespace, name))?.object;
  if (pod === undefined) throw notFound(ctx.definition, name);
  const first = pod.spec?.containers?.flatMap((c: JsonObject) => c.ports ?? [])[0]?.containerPort;
  const named = pod.spec?.containers
    ?.flatMap((c: JsonObject) => c.ports ?? [])
    .find((p: JsonObject) => p.name === port)?.containerPort;
  return { pod, port: port === "" ? (first ?? 80) : (named ?? Number(port)) };
}

/** A ready endpoint of a service; throws where there is no such service, port or endpoint. `port`: its name or number, empty for the only one. */
export function serviceTarget(store: ObjectStore, namespace: string, name: string, port: string): Target {
  const service = store.get(storeKey("", "services", namespace, name))?.object;
  if (service === undefined) throw notFound({ group: "", resource: "services" }, name);
  const ports: JsonObject[] = service.spec?.ports ?? [];
  const wanted = port === "" ? ports[0] : ports.find((p) => p.name === port || String(p.port) === port);
  if (wanted === undefined || (port === "" && ports.length !== 1))
    throw unavailable(`no service port ${JSON.stringify(port)} found for service ${JSON.stringify(name)}`);
  const slices = store
    .list(storePrefix("discovery.k8s.io", "endpointslices", namespace))
    .map((s) => s.object)
    .filter((s) => s.metadata.labels?.["kubernetes.io/service-name"] === name);
  for (const slice of slices) {
    const endpointPort = (slice.ports ?? []).find((p: JsonObject) => (p.name ?? "") === (wanted.name ?? ""))?.port;
    const endpoint = (slice.endpoints ?? []).find(
      (e: JsonObject) => e.conditions?.ready !== false && e.targetRef?.kind === "Pod",
    );
    const pod = endpoint && store.get(storeKey("", "pods", namespace, endpoint.targetRef.name))?.object;
    if (pod !== undefined && endpointPort !== undefined) return { pod, port: endpointPort };
  }
  throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
}

const unavailable = (message: string): StatusError =>
  new StatusError({ message, reason: "ServiceUnavailable", code: 503 });

const refused = ({ pod, port }: Target): StatusError =>
  unavailable(
    `error trying to reach service: dial tcp ${pod.status?.podIP ?? ""}:${port}: connect: connection refused`,
  );

const KUBELET_PORT = 10250;

/** What a kubelet answers at its own port. Mirrors registry/core/node/strategy.go ResourceLocation. */
async function nodeProxy(ctx: ResourceContext, name: string, port: string): Promise<ApiResponse> {
  const { store, nodes } = ctx.server;
  const node = store.get(storeKey("", "nodes", undefined, name))?.object;
  if (node === undefined) throw notFound(ctx.definition, name);
  const unreachable = (why: string): StatusError => {
    const addresses = (node.status?.addresses ?? []) as JsonObject[];
    const address = addresses.find((a) => a["type"] === "InternalIP")?.["address"] ?? name;
    return unavailable(
      `error trying to reach service: dial tcp ${address}:${port === "" ? KUBELET_PORT : port}: connect: ${why}`,
    );
  };
  if (port !== "" && Number(port) !== KUBELET_PORT) throw unreachable("connection refused");
  const pods = store
    .list(storePrefix("", "pods"))
    .map(({ object }) => object)
    .filter((pod) => pod.spec?.nodeName === name);
  const answer = await nodes.kubelet({ node, pods, exchange: exchangeOf(ctx, restPath(ctx)) });
  if (answer === undefined) throw unreachable("no route to host");
  const { status, contentType, body } = answer;
  if (typeof body === "string") return { kind: "text", code: status, contentType, body };
  if (queryText(ctx.request, "follow") === "true") return { kind: "stream", code: 200, contentType, frames: body };
  let whole = "";
  for await (const chunk of body) whole += chunk;
  return { kind: "text", code: status, contentType, body: whole };
}

/** What stands behind /proxy, with the slash at its end where there is one. */
function restPath({ info }: ResourceContext): string {
  const slash = info.path.endsWith("/") && info.rest.length > 0 ? "/" : "";
  return `/${encodeURI(info.rest.join("/"))}${slash}`;
}

/** The request as the other side sees it: to another path, without what was for the apiserver. */
function exchangeOf({ request }: RequestContext, path: string): HttpExchange {
  return {
    method: request.method,
    url: `${path}${queryString(request.query)}`,
    headers: Object.fromEntries(
      Object.entries(request.headers ?? {}).filter(([h]) => h !== "authorization" && !h.startsWith("impersonate-")),
    ),
    ...(request.body instanceof Uint8Array
      ? { body: request.body }
      : typeof request.body === "string"
        ? { body: new TextEncoder().encode(request.body) }
        : {}),
  };
}

function queryString(query: RequestContext["request"]["query"]): string {
  const pairs = Object.entries(query ?? {}).flatMap(([name, value]) =>
    (typeof value === "string" ? [value] : value).map((v) => `${encodeURIComponent(name)}=${encodeURIComponent(v)}`),
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

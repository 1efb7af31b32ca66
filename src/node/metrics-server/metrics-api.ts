import { parseTarget } from "../../client/request-target.ts";
import type { Node, Pod } from "../../kinds/types/core_v1.ts";
import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { fieldsMatch, parseFieldSelector } from "../../machinery/selectors/field.ts";
import { labelsMatch, parseLabelSelector } from "../../machinery/selectors/label.ts";
import { noSuchResource, notFound, StatusError } from "../../machinery/status-error.ts";
import { formatTime, type Instant } from "../../machinery/time.ts";
import type { HttpAnswer, HttpExchange } from "../runtime/runtime.ts";
import {
  type PodSample,
  type Sample,
  type ScrapeSources,
  sampleNode,
  samplePods,
  scrapedAt,
  windowText,
} from "./scrape.ts";
import { metricsTable } from "./table.ts";

const API_VERSION = "metrics.k8s.io/v1beta1";
const ROOT = `/apis/${API_VERSION}`;
const group = "metrics.k8s.io";

/** Answers for a metrics-server container: the resource metrics API over what the kubelets tell. Mirrors kubernetes-sigs/metrics-server pkg/api. */
export async function answerMetrics(
  sources: ScrapeSources,
  request: HttpExchange,
  now: Instant,
): Promise<HttpAnswer | undefined> {
  const { path, query } = parseTarget(request.url);
  if (!path.startsWith("/apis")) return undefined;
  try {
    const asked: Asked = {
      sources,
      now,
      selector: query["labelSelector"]?.[0] ?? "",
      fields: query["fieldSelector"]?.[0] ?? "",
    };
    const body = await serve(asked, path, request.method);
    const table = /application\/json;[^,]*\bas=Table\b/.test(request.headers["accept"] ?? "");
    return json(200, table && body["kind"] !== "APIResourceList" ? metricsTable(body) : body);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return json(error.code, error.status as unknown as JsonObject);
  }
}

interface Asked {
  readonly sources: ScrapeSources;
  readonly now: Instant;
  readonly selector: string;
  readonly fields: string;
}

function json(status: number, body: JsonObject): HttpAnswer {
  const bytes = new TextEncoder().encode(`${JSON.stringify(body)}\n`);
  const headers = [
    ["Content-Type", "application/json"],
    ["Content-Length", String(bytes.length)],
  ] as const;
  return { status, statusText: status === 200 ? "OK" : "Not Found", headers, body: bytes };
}

async function serve(asked: Asked, path: string, method: string): Promise<JsonObject> {
  if (path === ROOT || path === `${ROOT}/`) return resources;
  const parts = path.startsWith(`${ROOT}/`) ? path.slice(ROOT.length + 1).split("/") : [];
  const namespaced = parts[0] === "namespaces" && parts.length >= 3;
  const [resource, name, ...rest] = namespaced ? parts.slice(2) : parts;
  const namespace = namespaced ? parts[1]! : "";
  const known = resource === "pods" ? namespaced || name === undefined : resource === "nodes" && !namespaced;
  if (!known || rest.length > 0) throw noSuchResource();
  if (method !== "GET")
    throw new StatusError({
      message: "the server does not allow this method on the requested resource",
      reason: "MethodNotAllowed",
      details: { group, kind: resource! },
      code: 405,
    });
  if (resource === "nodes") return name === undefined ? listNodes(asked) : getNode(asked, name);
  return name === undefined ? listPods(asked, namespace) : getPod(asked, namespace, name);
}

const resources: JsonObject = {
  kind: "APIResourceList",
  apiVersion: "v1",
  groupVersion: API_VERSION,
  resources: [
    { name: "nodes", singularName: "", namespaced: false, kind: "NodeMetrics", verbs: ["get", "list"] },
    { name: "pods", singularName: "", namespaced: true, kind: "PodMetrics", verbs: ["get", "list"] },
  ],
};

/** The objects of a kind that the selectors want. */
function select<T extends KubeObject>({ sources, selector, fields }: Asked, resource: string, namespace: string): T[] {
  const labels = parseLabelSelector(selector);
  const terms = parseFieldSelector(fields);
  return sources.lister
    .list<T>("", resource, namespace === "" ? undefined : namespace)
    .filter(({ metadata }) => labelsMatch(labels, metadata.labels))
    .filter(({ metadata }) =>
      fieldsMatch(terms, { "metadata.name": metadata.name ?? "", "metadata.namespace": metadata.namespace ?? "" }),
    );
}

async function listPods(asked: Asked, namespace: string): Promise<JsonObject> {
  const samples = await samplePods(asked.sources, select<Pod>(asked, "pods", namespace), asked.now);
  const items = samples.map((sample) => podMetrics(asked, sample));
  return { kind: "PodMetricsList", apiVersion: API_VERSION, metadata: {}, items };
}

async function getPod(asked: Asked, namespace: string, name: string): Promise<JsonObject> {
  const pod = asked.sources.lister.get<Pod>("", "pods", namespace, name);
  if (pod === undefined) throw notFound({ group: "", resource: "pods" }, name);
  const [sample] = await samplePods(asked.sources, [pod], asked.now);
  if (sample === undefined) throw notFound({ group, resource: "podmetrics" }, `${namespace}/${name}`);
  return { kind: "PodMetrics", apiVersion: API_VERSION, ...podMetrics(asked, sample) };
}

async function listNodes(asked: Asked): Promise<JsonObject> {
  const items: JsonObject[] = [];
  for (const node of select<Node>(asked, "nodes", "")) {
    const sample = await sampleNode(asked.sources, node, asked.now);
    if (sample !== undefined) items.push(nodeMetrics(asked, node, sample));
  }
  return { kind: "NodeMetricsList", apiVersion: API_VERSION, metadata: {}, items };
}

async function getNode(asked: Asked, name: string): Promise<JsonObject> {
  const node = asked.sources.lister.get<Node>("", "nodes", undefined, name);
  // The typed lister's word for it.
  if (node === undefined) throw notFound({ group: "", resource: "node" }, name);
  const sample = await sampleNode(asked.sources, node, asked.now);
  if (sample === undefined) throw notFound({ group, resource: "nodemetrics" }, name);
  return { kind: "NodeMetrics", apiVersion: API_VERSION, ...nodeMetrics(asked, node, sample) };
}

const usage = ({ nanoCpu, memoryBytes }: Sample): JsonObject => ({
  cpu: nanoCpu === 0 ? "0" : `${nanoCpu}n`,
  memory: `${Math.ceil(memoryBytes / 1024)}Ki`,
});

function head({ sources, now }: Asked, { metadata }: KubeObject): JsonObject {
  const { name, namespace, labels } = metadata;
  const at = scrapedAt(now);
  return {
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      creationTimestamp: formatTime(now),
      ...(labels === undefined ? {} : { labels }),
    },
    timestamp: formatTime(at),
    window: windowText(sources, `${namespace ?? ""}/${name}`, at),
  };
}

function podMetrics(asked: Asked, { pod, containers }: PodSample): JsonObject {
  return { ...head(asked, pod as KubeObject), containers: containers.map((c) => ({ name: c.name, usage: usage(c) })) };
}

const nodeMetrics = (asked: Asked, node: Node, sample: Sample): JsonObject => ({
  ...head(asked, node as KubeObject),
  usage: usage(sample),
});

import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import type { ContainerRuntime, HttpExchange } from "../runtime/runtime.ts";
import { kubeletConfiguration } from "./configuration.ts";

/** What a kubelet's own HTTPS server needs to answer. */
export interface KubeletServerDependencies {
  readonly runtime: Pick<ContainerRuntime, "usage">;
  /** A container's log; throws StatusError in the kubelet's words. */
  logs(pod: KubeObject, container: string, options: JsonObject): Promise<AsyncIterable<string>>;
  now(): Instant;
}

/** An answer of a kubelet; a log that is followed goes on. */
export interface KubeletAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | AsyncIterable<string>;
}

/** One request to a kubelet. */
export interface KubeletRequest {
  readonly node: KubeObject;
  /** The pods that are bound to the node. */
  readonly pods: readonly KubeObject[];
  readonly exchange: HttpExchange;
}

const PLAIN = "text/plain; charset=utf-8";
const METRICS = "text/plain; version=0.0.4; charset=utf-8";
const NOT_FOUND: KubeletAnswer = { status: 404, contentType: PLAIN, body: "404 page not found\n" };

const json = (body: JsonObject): KubeletAnswer => ({
  status: 200,
  contentType: "application/json",
  body: JSON.stringify(body),
});
const text = (body: string, contentType = PLAIN): KubeletAnswer => ({ status: 200, contentType, body });

/** Answers at port 10250 as far as that is simulated: health, pods, statistics, metrics, configuration and logs of containers. Mirrors pkg/kubelet/server/server.go. */
export async function serveKubelet(
  dependencies: KubeletServerDependencies,
  request: KubeletRequest,
): Promise<KubeletAnswer> {
  const { method, url } = request.exchange;
  const [path = "/", search = ""] = url.split("?", 2);
  const parts = path.split("/").filter((part) => part !== "");
  if (method !== "GET" && method !== "HEAD")
    return { status: 405, contentType: PLAIN, body: "405: Method Not Allowed\n" };
  switch (parts.join("/")) {
    case "healthz":
    case "healthz/ping":
    case "healthz/log":
    case "healthz/syncloop":
      return text("ok");
    case "pods":
      return json({ kind: "PodList", apiVersion: "v1", metadata: {}, items: [...request.pods] });
    case "runningpods":
      return json({
        kind: "PodList",
        apiVersion: "v1",
        metadata: {},
        items: request.pods.filter(runs).map(runningPod),
      });
    case "configz":
      return json({ kubeletconfig: kubeletConfiguration });
    case "stats/summary":
      return json(await summary(dependencies, request));
    case "metrics":
      return text(ownMetrics(request), METRICS);
    case "metrics/resource":
      return text(await resourceMetrics(dependencies, request), METRICS);
    default:
      return parts[0] === "containerLogs" ? containerLogs(dependencies, request, parts.slice(1), search) : NOT_FOUND;
  }
}

const runs = (pod: KubeObject): boolean => pod.status?.phase === "Running";

/** Mirrors pkg/kubelet/container/helpers.go ToAPIPod: what the runtime alone knows of a pod. */
function runningPod(pod: KubeObject): JsonObject {
  const { name, namespace, uid } = pod.metadata;
  const containers = (pod.spec?.containers ?? []) as JsonObject[];
  return {
    metadata: { name, namespace, uid, creationTimestamp: null },
    spec: { containers: containers.map((c) => ({ name: c["name"], image: c["image"], resources: {} })) },
    status: {},
  };
}

async function containerLogs(
  { logs }: KubeletServerDependencies,
  { pods }: KubeletRequest,
  [namespace, name, container]: readonly string[],
  search: string,
): Promise<KubeletAnswer> {
  const pod = pods.find((p) => p.metadata.namespace === namespace && p.metadata.name === name);
  const bad = (body: string): KubeletAnswer => ({ status: 404, contentType: PLAIN, body });
  if (pod === undefined) return bad(`pod ${JSON.stringify(name ?? "")} does not exist\n`);
  const known = ((pod.spec?.containers ?? []) as JsonObject[]).some((c) => c["name"] === container);
  if (container === undefined || !known)
    return bad(`container ${JSON.stringify(container ?? "")} not found in pod ${JSON.stringify(name)}\n`);
  const query = new Map(search.split("&").map((pair) => pair.split("=", 2) as [string, string]));
  const lines = query.get("tailLines");
  const frames = await logs(pod, container, {
    ...(lines !== undefined && /^\d{1,9}$/.test(lines) ? { tailLines: Number(lines) } : {}),
    ...(query.get("follow") === "true" ? { follow: true } : {}),
    ...(query.get("previous") === "true" ? { previous: true } : {}),
    ...(query.get("timestamps") === "true" ? { timestamps: true } : {}),
  });
  return { status: 200, contentType: "text/plain", body: frames };
}

interface Usage {
  readonly container: string;
  readonly startedAt: string;
  readonly milliCpu: number;
  readonly memoryBytes: number;
  /** CPU time since the start, in seconds: as if it had been like this all the time. */
  readonly cpuSeconds: number;
}

async function usageOf({ runtime, now }: KubeletServerDependencies, pod: KubeObject): Promise<Usage[]> {
  const usages: Usage[] = [];
  for (const status of (pod.status?.containerStatuses ?? []) as JsonObject[]) {
    const startedAt: string | undefined = status["state"]?.running?.startedAt;
    const id = String(status["containerID"] ?? "").replace("containerd://", "");
    const used = startedAt === undefined ? undefined : await runtime.usage(id, now());
    if (used === undefined || startedAt === undefined) continue;
    const cpuSeconds = (used.milliCpu * Math.max(0, now() - parseTime(startedAt))) / 1e6;
    usages.push({ container: status["name"], startedAt, ...used, cpuSeconds });
  }
  return usages;
}

interface Sum {
  readonly milliCpu: number;
  readonly memoryBytes: number;
  readonly cpuSeconds: number;
}

const total = (all: readonly Sum[]): Sum => ({
  milliCpu: all.reduce((sum, one) => sum + one.milliCpu, 0),
  memoryBytes: all.reduce((sum, one) => sum + one.memoryBytes, 0),
  cpuSeconds: all.reduce((sum, one) => sum + one.cpuSeconds, 0),
});

const figures = (time: string, { milliCpu, memoryBytes, cpuSeconds }: Sum): JsonObject => ({
  cpu: { time, usageNanoCores: milliCpu * 1_000_000, usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9) },
  memory: { time, usageBytes: memoryBytes, workingSetBytes: memoryBytes, rssBytes: memoryBytes },
});

/** Mirrors kubelet/pkg/apis/stats/v1alpha1 Summary: CPU and memory, which are what is simulated. */
async function summary(dependencies: KubeletServerDependencies, { node, pods }: KubeletRequest): Promise<JsonObject> {
  const time = formatTime(dependencies.now());
  const startTime = node.metadata.creationTimestamp;
  const all: { pod: KubeObject; used: Usage[] }[] = [];
  for (const pod of pods.filter(runs)) all.push({ pod, used: await usageOf(dependencies, pod) });
  return {
    node: { nodeName: node.metadata.name, startTime, ...figures(time, total(all.flatMap(({ used }) => used))) },
    pods: all.map(({ pod, used }) => ({
      podRef: { name: pod.metadata.name, namespace: pod.metadata.namespace, uid: pod.metadata.uid },
      startTime: pod.status?.startTime,
      containers: used.map((one) => ({ name: one.container, startTime: one.startedAt, ...figures(time, one) })),
      ...figures(time, total(used)),
    })),
  };
}

const labelled = (labels: Readonly<Record<string, string>>): string =>
  `{${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",")}}`;

const family = (name: string, type: string, help: string, samples: readonly string[]): string =>
  [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...samples.map((sample) => `${name}${sample}`), ""].join("\n");

/** Mirrors pkg/kubelet/metrics/collectors/resource_metrics.go. */
async function resourceMetrics(dependencies: KubeletServerDependencies, { pods }: KubeletRequest): Promise<string> {
  const at = dependencies.now();
  const containers: { labels: Record<string, string>; used: Usage }[] = [];
  const sums: { labels: Record<string, string>; used: Sum }[] = [];
  for (const pod of pods.filter(runs)) {
    const of = { namespace: pod.metadata.namespace ?? "", pod: pod.metadata.name ?? "" };
    const used = await usageOf(dependencies, pod);
    for (const one of used) containers.push({ labels: { container: one.container, ...of }, used: one });
    sums.push({ labels: of, used: total(used) });
  }
  const samples = (all: readonly { labels: Record<string, string>; used: Sum }[], value: (used: Sum) => number) =>
    all.map(({ labels, used }) => `${labelled(labels)} ${value(used)} ${at}`);
  const node = total(sums.map(({ used }) => used));
  const cpu = (used: Sum): number => used.cpuSeconds;
  const memory = (used: Sum): number => used.memoryBytes;
  const cpuHelp = (of: string): string => `Cumulative cpu time consumed by the ${of} in core-seconds`;
  const memoryHelp = (of: string): string => `Current working set of the ${of} in bytes`;
  const started = containers.map(({ labels, used }) => `${labelled(labels)} ${parseTime(used.startedAt) / 1000}`);
  return [
    family("container_cpu_usage_seconds_total", "counter", cpuHelp("container"), samples(containers, cpu)),
    family("container_memory_working_set_bytes", "gauge", memoryHelp("container"), samples(containers, memory)),
    family("container_start_time_seconds", "gauge", "Start time of the container since unix epoch in seconds", started),
    family("node_cpu_usage_seconds_total", "counter", cpuHelp("node"), [` ${node.cpuSeconds} ${at}`]),
    family("node_memory_working_set_bytes", "gauge", memoryHelp("node"), [` ${node.memoryBytes} ${at}`]),
    family("pod_cpu_usage_seconds_total", "counter", cpuHelp("pod"), samples(sums, cpu)),
    family("pod_memory_working_set_bytes", "gauge", memoryHelp("pod"), samples(sums, memory)),
    family("resource_scrape_error", "gauge", "1 if there was an error while getting container metrics, 0 otherwise", [
      " 0",
    ]),
  ].join("");
}

/** The kubelet's own figures, as far as they follow from the pods. */
function ownMetrics({ node, pods }: KubeletRequest): string {
  const running = pods.filter(runs);
  const states = running.flatMap((pod) => (pod.status?.containerStatuses ?? []) as JsonObject[]);
  const count = (state: string): number => states.filter((status) => status["state"]?.[state] !== undefined).length;
  return [
    family("kubelet_node_name", "gauge", "The node's name. The count is always 1.", [
      `${labelled({ node: node.metadata.name ?? "" })} 1`,
    ]),
    family("kubelet_running_containers", "gauge", "Number of containers currently running", [
      ...(["running", "terminated"] as const).map((state) => {
        const name = state === "running" ? "running" : "exited";
        return `${labelled({ container_state: name })} ${count(state)}`;
      }),
    ]),
    family("kubelet_running_pods", "gauge", "Number of pods that have a running pod sandbox", [` ${running.length}`]),
    family(
      "kubernetes_build_info",
      "gauge",
      "A metric with a constant '1' value labeled by major, minor, git version, git commit, git tree state, build date, Go version, and compiler from which Kubernetes was built, and platform on which it is running.",
      [`${labelled({ git_version: node.status?.nodeInfo?.kubeletVersion ?? "" })} 1`],
    ),
  ].join("");
}

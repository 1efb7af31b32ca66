import type { NodeBackend } from "../apiserver/node-backend.ts";
import type { Pod } from "../kinds/types/core_v1.ts";
import type { JsonObject, KubeObject } from "../machinery/object.ts";
import { badRequest, StatusError } from "../machinery/status-error.ts";
import type { NodeState } from "./kubelet/dependencies.ts";
import { podUid } from "./kubelet/static-pods.ts";
import type { ContainerRuntime, HttpAnswer, HttpExchange } from "./runtime/runtime.ts";

/** What the backend is made of. */
export interface NodeBackendDependencies {
  readonly runtime: ContainerRuntime;
  readonly nodes: NodeState;
  readonly now: () => number;
  /** Called when something from outside has reached a pod's containers, so that its kubelet looks again. */
  touched?(pod: KubeObject): void;
  /** Answers for a metrics-server, which asks every kubelet; undefined: its own process does. */
  metrics?(request: HttpExchange): Promise<HttpAnswer | undefined>;
}

const METRICS_SERVER = /(^|\/)metrics-server(?=[:@]|$)/;

const isMetricsServer = (pod: KubeObject): boolean =>
  (pod.spec?.containers ?? []).some((c: JsonObject) => METRICS_SERVER.test(String(c["image"] ?? "")));

const kubeletPort = 10250;
const nothing = async function* (): AsyncIterable<string> {};

/** The apiserver's way to the kubelets: logs, exec, attach, port-forward and plain HTTP, with the kubelet's refusals. */
export function createNodeBackend(dependencies: NodeBackendDependencies): NodeBackend {
  const { runtime } = dependencies;
  const backend: NodeBackend = {
    async logs(pod, container, options) {
      if (!pod.spec?.nodeName) return nothing();
      reachable(dependencies, pod, `containerLogs/${pod.metadata.namespace}/${pod.metadata.name}/${container}`);
      const id = logId(pod, container, options.previous === true);
      const { previous: _previous, ...rest } = options;
      return id === undefined ? nothing() : runtime.logs(id, rest);
    },
    async exec(pod, container, command, options, channels) {
      reachable(dependencies, pod, `exec/${pod.metadata.namespace}/${pod.metadata.name}/${container}`);
      const id = runningId(pod, container);
      if (id === undefined) throw new Error(`unable to upgrade connection: container not found ("${container}")`);
      try {
        return execStatus(await runtime.exec(id, command, options, channels));
      } finally {
        dependencies.touched?.(pod);
      }
    },
    async attach(pod, container, options, channels) {
      reachable(dependencies, pod, `attach/${pod.metadata.namespace}/${pod.metadata.name}/${container}`);
      const id = runningId(pod, container);
      if (id === undefined) {
        const name = `${pod.metadata.name}_${pod.metadata.namespace}`;
        throw new Error(`unable to upgrade connection: container ${container} not found in pod ${name}`);
      }
      try {
        await runtime.attach(id, options, channels);
        return success();
      } finally {
        dependencies.touched?.(pod);
      }
    },
    async portForward(pod, connection) {
      reachable(dependencies, pod, `portForward/${pod.metadata.namespace}/${pod.metadata.name}`);
      if (pod.status?.phase !== "Running")
        throw new Error(`unable to forward port because pod is not running. Current status=${pod.status?.phase}`);
      await runtime.portForward(podUid(pod as unknown as Pod), connection);
    },
    async http(pod, port, request) {
      if (!pod.spec?.nodeName || !dependencies.nodes.isRunning(pod.spec.nodeName)) return undefined;
      const uid = podUid(pod as unknown as Pod);
      const { metrics } = dependencies;
      if (metrics !== undefined && isMetricsServer(pod) && (await runtime.listens(uid, port, dependencies.now()))) {
        const answer = await metrics(request);
        if (answer !== undefined) return answer;
      }
      return runtime.http(uid, port, request, dependencies.now());
    },
    async kubelet(request) {
      if (!dependencies.nodes.isRunning(request.node.metadata.name ?? "")) return undefined;
      const { serveKubelet } = await import("./kubelet/http-server.ts");
      return serveKubelet({ runtime, logs: backend.logs, now: dependencies.now }, request);
    },
  };
  return backend;
}

/** Throws what an apiserver says when a node's kubelet does not answer. */
function reachable({ nodes }: NodeBackendDependencies, pod: KubeObject, path: string): void {
  const node = pod.spec?.nodeName ?? "";
  if (nodes.isRunning(node)) return;
  const host = `${pod.status?.hostIP ?? node}:${kubeletPort}`;
  throw new StatusError({
    message: `Get "https://${host}/${path}": dial tcp ${host}: connect: no route to host`,
    code: 500,
  });
}

function statusOf(pod: KubeObject, container: string): JsonObject | undefined {
  const { containerStatuses = [], initContainerStatuses = [], ephemeralContainerStatuses = [] } = pod.status ?? {};
  return [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses].find(
    (status: JsonObject) => status.name === container,
  );
}

const bareId = (id: string | undefined): string | undefined => id?.replace(/^containerd:\/\//, "") || undefined;

const runningId = (pod: KubeObject, container: string): string | undefined => {
  const status = statusOf(pod, container);
  return status?.state?.running ? bareId(status.containerID) : undefined;
};

/** The run whose log is meant. Mirrors pkg/kubelet/kubelet_pods.go validateContainerLogStatus. */
function logId(pod: KubeObject, container: string, previous: boolean): string | undefined {
  const status = statusOf(pod, container);
  const what = `container "${container}" in pod "${pod.metadata.name}"`;
  if (status === undefined) throw badRequest(`${what} is not available`);
  const { running, terminated, waiting } = status.state ?? {};
  const last = bareId(status.lastState?.terminated?.containerID);
  if (previous) {
    if (last === undefined) throw badRequest(`previous terminated ${what} not found`);
    return last;
  }
  if (running) return bareId(status.containerID);
  const ended = bareId(terminated?.containerID) ?? last;
  if (ended !== undefined) return ended;
  if (terminated) throw badRequest(`${what} is terminated`);
  if (!waiting) throw badRequest(`${what} is waiting to start - no logs yet`);
  if (waiting.reason === "ErrImagePull") throw badRequest(`${what} is waiting to start: image can't be pulled`);
  if (waiting.reason === "ImagePullBackOff")
    throw badRequest(`${what} is waiting to start: trying and failing to pull image`);
  throw badRequest(`${what} is waiting to start: ${waiting.reason}`);
}

const success = (): JsonObject => ({ kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" });

/** The v1.Status in which a kubelet reports how a command ended. Mirrors kubelet/pkg/cri/streaming/remotecommand ServeExec. */
function execStatus(result: { readonly exitCode: number; readonly error?: string }): JsonObject {
  const failure = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure" };
  if (result.error !== undefined) {
    const cause = `error executing command in container: ${result.error}`;
    return {
      ...failure,
      reason: "InternalError",
      message: `Internal error occurred: ${cause}`,
      details: { causes: [{ message: cause }] },
      code: 500,
    };
  }
  if (result.exitCode === 0) return success();
  return {
    ...failure,
    reason: "NonZeroExitCode",
    message: `command terminated with non-zero exit code: exit status ${result.exitCode}`,
    details: { causes: [{ reason: "ExitCode", message: String(result.exitCode) }] },
  };
}

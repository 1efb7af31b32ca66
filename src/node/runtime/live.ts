import type { Instant } from "../../machinery/time.ts";
import { createExclusive } from "./exclusive.ts";
import { attach, exec, probe } from "./exec.ts";
import type { RuntimeDependencies, RuntimeHost } from "./host.ts";
import { createImageSource } from "./images.ts";
import { podOfContainer } from "./journal.ts";
import { readLogs } from "./logs.ts";
import { bytesOf, rawOf } from "./machine/bytes.ts";
import { type PodContext, PodRun } from "./pod.ts";
import { forwardPort } from "./port-forward.ts";
import type { HttpAnswer, HttpExchange } from "./runtime.ts";
import { usageAt } from "./usage.ts";

/** Makes the host of all pods of a runtime. */
export function createRuntimeHost(deps: RuntimeDependencies): RuntimeHost {
  const pods = new Map<string, PodRun>();
  const disks = new Map<string, Readonly<Record<string, string>>>();
  const context: PodContext = {
    store: deps.store,
    network: deps.network,
    images: createImageSource(),
    chance: (purpose) => deps.chance(purpose),
    async loadNode(node) {
      if (!disks.has(node)) disks.set(node, (await deps.nodeFiles?.(node)) ?? {});
    },
    nodeFiles: (node) => disks.get(node) ?? {},
    nodeChanged: (node) => deps.nodeChanged?.(node),
    token: async (source) => (await deps.token?.(source)) ?? "",
  };
  const pod = (uid: string): PodRun => {
    let run = pods.get(uid);
    if (run === undefined) {
      run = new PodRun(uid, context);
      pods.set(uid, run);
      if (pods.size > KEPT_PODS) rest(pods, run);
    }
    return run;
  };
  const podOf = (id: string): PodRun | undefined => {
    const uid = podOfContainer(deps.store, id);
    return uid === undefined ? undefined : pod(uid);
  };
  const exists = (uid: string): boolean => deps.store.keys(`/containers/${uid}/run/`).length > 0;
  const exclusive = createExclusive();
  const host: RuntimeHost = {
    deps,
    podOf,
    pod,
    exclusive,
    start: (spec, at) => exclusive(() => pod(spec.podUid).start(spec, at)),
    outlook: (id, at) => exclusive(async () => podOf(id)?.outlook(at)),
    nextActivity: (id, at) => exclusive(async () => podOf(id)?.nextActivity(id, at)),
    input: (id, input) =>
      exclusive(async () => {
        const run = podOf(id);
        await run?.input(input);
        await run?.outlook(input.at);
      }),
    forget(uid) {
      if (pods.get(uid)?.idle === true) pods.delete(uid);
    },
    remove(uid, id) {
      if (pod(uid).remove(id)) pods.delete(uid);
    },
    exec: (id, command, options, channels) => exec(host, id, command, options, channels),
    attach: (id, options, channels) => attach(host, id, options, channels),
    logs: (id, options) => readLogs(host, id, options),
    portForward: (podUid, connection) => forwardPort(host, podUid, connection),
    http: (podUid, port, request, at) => exclusive(() => answerHttp(host, exists, podUid, port, request, at)),
    tcp: (podUid, port, data, peer, at) =>
      exclusive(async () => {
        if (!exists(podUid) || (await pod(podUid).at(at)).network.find(port, false) === undefined) return undefined;
        const reply = await pod(podUid).input({ k: "tcp", at, port, data: bytesOf(data), ip: peer });
        await pod(podUid).outlook(at);
        return rawOf(typeof reply === "string" ? reply : "");
      }),
    listens: (podUid, port, at) =>
      exclusive(async () => exists(podUid) && (await pod(podUid).at(at)).network.find(port, false) !== undefined),
    grpcHealth: (podUid, port, service, at) =>
      exclusive(async () => {
        const listener = exists(podUid) ? (await pod(podUid).at(at)).network.find(port, false)?.listener : undefined;
        return listener?.kind === "http" ? listener.health?.(service) : undefined;
      }),
    diskUsage: (podUid, at) => exclusive(async () => (exists(podUid) ? pod(podUid).diskUsage(at) : undefined)),
    probe: (id, command, at) => exclusive(() => probe(host, id, command, at)),
    usage: (id, at, load) =>
      exclusive(async () => {
        const run = podOf(id);
        if (run === undefined) return undefined;
        const machine = await run.at(at);
        const container = run.container(id);
        const requests = [...(load?.requests ?? []), ...run.recentRequests(at, load?.senders)];
        return container === undefined ? undefined : usageAt(machine, container, at, requests);
      }),
  };
  return host;
}

/** So many pods keep their machines in memory; those of others are replayed when somebody looks. */
const KEPT_PODS = 100;

function rest(pods: Map<string, PodRun>, latest: PodRun): void {
  for (const [uid, run] of pods) {
    if (pods.size <= KEPT_PODS) return;
    if (run !== latest && run.idle) pods.delete(uid);
  }
}

/** A request that comes in from outside the pod. */
async function answerHttp(
  host: RuntimeHost,
  exists: (uid: string) => boolean,
  podUid: string,
  port: number,
  request: HttpExchange,
  at: Instant,
): Promise<HttpAnswer | undefined> {
  if (!exists(podUid)) return undefined;
  const run = host.pod(podUid);
  const machine = await run.at(at);
  if (machine.network.find(port, false) === undefined) return undefined;
  const before = run.motion(machine);
  const { method, url, headers, body } = request;
  const reply = await run.input({
    k: "http",
    at,
    port,
    request: { method, url, headers, body: body === undefined ? "" : bytesOf(body) },
    ip: request.peer ?? gateway(machine.podIP),
  });
  if (!run.unmoved(machine, before)) {
    await run.outlook(at);
    const spec = machine.containers.values().next().value?.spec;
    if (spec !== undefined)
      host.deps.changed?.({ uid: podUid, namespace: spec.namespace, name: spec.podName, nodeName: spec.nodeName });
  }
  if (reply === undefined || typeof reply === "string") return undefined;
  return { status: reply.status, statusText: reply.statusText, headers: reply.headers, body: rawOf(reply.body) };
}

/** The address from which a node reaches its pods: the first of their subnet. */
function gateway(podIP: string): string {
  return podIP.replace(/\.\d+$/, ".1");
}

import type { Instant } from "../../machinery/time.ts";
import { resolveImage } from "../images/registry.ts";
import type { ClusterNetwork } from "../network/network.ts";
import { attach, exec, probe } from "./exec.ts";
import { createImageSource } from "./images.ts";
import { type Outlook, podOfContainer, type RuntimeStore } from "./journal.ts";
import { readLogs } from "./logs.ts";
import { bytesOf, rawOf } from "./machine/bytes.ts";
import { type PodContext, PodRun } from "./pod.ts";
import { forwardPort } from "./port-forward.ts";
import type { ContainerRuntime, ContainerState, HttpAnswer, HttpExchange, TokenSource } from "./runtime.ts";
import { usageAt } from "./usage.ts";

/** What the runtime needs of the rest of the house. */
export interface RuntimeDependencies {
  /** Persisted records, under "/containers/". */
  readonly store: RuntimeStore;
  /** [0, 1), a pure function of the cluster's seed and `purpose`. */
  chance(purpose: string): number;
  /** The present simulated instant, for exec, attach, followed logs and port-forward. */
  now(): Instant;
  readonly network: ClusterNetwork;
  /** Lets live calls wait for simulated time to pass. */
  sleep(ms: number): Promise<void>;
  /** A service account token for a projected volume; absent: programs read an empty file. */
  token?(source: TokenSource): string;
  /** Something from outside has changed how the pod's containers will go on: its kubelet should look again. */
  changed?(pod: {
    readonly uid: string;
    readonly namespace: string;
    readonly name: string;
    readonly nodeName: string;
  }): void;
}

/** The live side of a runtime: what its parts share. */
export interface RuntimeHost {
  readonly deps: RuntimeDependencies;
  /** The pod run of a container; undefined where there is no such container. */
  podOf(id: string): PodRun | undefined;
  pod(uid: string): PodRun;
}

/** The simulated container runtime over a store. Nothing touches the host: no files, no network, no shell. */
export function createContainerRuntime(deps: RuntimeDependencies): ContainerRuntime {
  const pods = new Map<string, PodRun>();
  const context: PodContext = {
    store: deps.store,
    network: deps.network,
    images: createImageSource(),
    chance: deps.chance,
    token: (source) => deps.token?.(source) ?? "",
  };
  const pod = (uid: string): PodRun => {
    let run = pods.get(uid);
    if (run === undefined) {
      run = new PodRun(uid, context);
      pods.set(uid, run);
    }
    return run;
  };
  const podOf = (id: string): PodRun | undefined => {
    const uid = podOfContainer(deps.store, id);
    return uid === undefined ? undefined : pod(uid);
  };
  const host: RuntimeHost = { deps, podOf, pod };
  const inspect = async (id: string, at: Instant): Promise<ContainerState | undefined> => {
    const run = podOf(id);
    if (run === undefined) return undefined;
    const known = run.journal.outlook(id);
    if (known === undefined) return undefined;
    if (known.exit === undefined && known.nextChange !== undefined && known.nextChange <= at) await run.outlook(at);
    return stateAt(run.journal.outlook(id) ?? known, at);
  };
  return {
    resolveImage,
    async start(spec, at) {
      const run = pod(spec.podUid);
      await run.start(spec, at);
      return stateAt(run.journal.outlook(spec.id)!, at);
    },
    inspect,
    async signal(id, signal, at) {
      const run = podOf(id);
      const state = await inspect(id, at);
      if (run === undefined || state === undefined || state.state === "exited") return state;
      await run.input({ k: "signal", at, id, pid: 0, signal: signal.slice(3), outside: true });
      await run.outlook(at);
      return inspect(id, at);
    },
    async updateMount(id, mountPath, files, at) {
      const run = podOf(id);
      if (run?.journal.outlook(id) === undefined) return;
      await run.input({ k: "mount", at, id, mountPath, files });
      await run.outlook(at);
    },
    remove(id) {
      const uid = podOfContainer(deps.store, id);
      if (uid !== undefined && pod(uid).remove(id)) pods.delete(uid);
    },
    exec: (id, command, options, channels) => exec(host, id, command, options, channels),
    attach: (id, options, channels) => attach(host, id, options, channels),
    logs: (id, options) => readLogs(host, id, options),
    portForward: (podUid, connection) => forwardPort(host, podUid, connection),
    http: (podUid, port, request, at) => answerHttp(host, podUid, port, request, at),
    async listens(podUid, port, at) {
      if (deps.store.keys(`/containers/${podUid}/`).length === 0) return false;
      return (await pod(podUid).at(at)).network.find(port, false) !== undefined;
    },
    execProbe: (id, command, at) => probe(host, id, command, at),
    async nextActivity(id, at) {
      const run = podOf(id);
      return run === undefined ? undefined : run.nextActivity(id, at);
    },
    async usage(id, at) {
      const run = podOf(id);
      if (run === undefined) return undefined;
      const machine = await run.at(at);
      const container = run.container(id);
      return container === undefined ? undefined : usageAt(machine, container, at);
    },
  };
}

/** The state that an outlook foretells for an instant. */
function stateAt(outlook: Outlook, at: Instant): ContainerState {
  const { exit, startedAt } = outlook;
  if (exit === undefined)
    return {
      state: "running",
      startedAt,
      ...(outlook.nextChange === undefined ? {} : { nextChange: outlook.nextChange }),
    };
  if (exit.at > at) return { state: "running", startedAt, nextChange: exit.at };
  const { at: finishedAt, ...rest } = exit;
  return { state: "exited", startedAt, finishedAt, ...rest };
}

/** A request that comes in from outside the pod. */
async function answerHttp(
  host: RuntimeHost,
  podUid: string,
  port: number,
  request: HttpExchange,
  at: Instant,
): Promise<HttpAnswer | undefined> {
  if (host.deps.store.keys(`/containers/${podUid}/`).length === 0) return undefined;
  const run = host.pod(podUid);
  const machine = await run.at(at);
  if (machine.network.find(port, false) === undefined) return undefined;
  const { method, url, headers, body } = request;
  const reply = await run.input({
    k: "http",
    at,
    port,
    request: { method, url, headers, body: body === undefined ? "" : bytesOf(body) },
    ip: request.peer ?? gateway(machine.podIP),
  });
  await run.outlook(at);
  if (reply === undefined || typeof reply === "string") return undefined;
  return { status: reply.status, statusText: reply.statusText, headers: reply.headers, body: rawOf(reply.body) };
}

/** The address from which a node reaches its pods: the first of their subnet. */
function gateway(podIP: string): string {
  return podIP.replace(/\.\d+$/, ".1");
}

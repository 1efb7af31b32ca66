import type { Instant } from "../../machinery/time.ts";
import { resolveImage } from "../images/registry.ts";
import type { PodPorts } from "../network/cluster-network.ts";
import type { RuntimeDependencies, RuntimeHost } from "./host.ts";
import { type Outlook, outlookOf, podOfContainer, podRecords, type SteadyUse } from "./journal.ts";
import type { ContainerRuntime, ContainerState } from "./runtime.ts";

/**
 * The simulated container runtime over a store. Nothing touches the host: no files, no network, no shell. What the
 * records answer by themselves (how a container stands) loads nothing; machine, shell and images come when needed.
 */
export function createContainerRuntime(deps: RuntimeDependencies): ContainerRuntime & PodPorts {
  let loaded: Promise<RuntimeHost> | undefined;
  const load = (): Promise<RuntimeHost> => {
    loaded ??= import("./live.ts").then((module) => {
      ready = module.createRuntimeHost(deps);
      return ready;
    });
    return loaded;
  };
  let ready: RuntimeHost | undefined;
  const { store } = deps;
  const inspect = async (id: string, at: Instant): Promise<ContainerState | undefined> => {
    const known = outlookOf(store, id);
    if (known === undefined) return undefined;
    if (known.exit === undefined && known.nextChange !== undefined && known.nextChange <= at)
      await (await load()).outlook(id, at);
    return stateAt(outlookOf(store, id) ?? known, at);
  };
  return {
    resolveImage,
    inspect,
    async start(spec, at) {
      await (await load()).start(spec, at);
      return stateAt(outlookOf(store, spec.id)!, at);
    },
    async signal(id, signal, at) {
      const state = await inspect(id, at);
      if (state === undefined || state.state === "exited") return state;
      await (await load()).input(id, { k: "signal", at, id, pid: 0, signal: signal.slice(3), outside: true });
      return inspect(id, at);
    },
    async updateMount(id, mountPath, files, at) {
      if (outlookOf(store, id) === undefined) return;
      await (await load()).input(id, { k: "mount", at, id, mountPath, files });
    },
    async resize(id, limits, at) {
      if (outlookOf(store, id) !== undefined) await (await load()).input(id, { k: "limits", at, id, ...limits });
    },
    forget: (podUid) => ready?.forget(podUid),
    remove(id) {
      const uid = podOfContainer(store, id);
      if (uid === undefined) return;
      if (ready === undefined) podRecords(store, uid).remove(id);
      else ready.remove(uid, id);
    },
    exec: async (id, command, options, channels) => (await load()).exec(id, command, options, channels),
    attach: async (id, options, channels) => (await load()).attach(id, options, channels),
    async *logs(id, options) {
      yield* (await load()).logs(id, options);
    },
    portForward: async (podUid, connection) => (await load()).portForward(podUid, connection),
    http: async (podUid, port, request, at) => (await load()).http(podUid, port, request, at),
    tcp: async (podUid, port, data, peer, at) => (await load()).tcp(podUid, port, data, peer, at),
    listens: async (podUid, port, at) => (await load()).listens(podUid, port, at),
    grpcHealth: async (podUid, port, service, at) => (await load()).grpcHealth(podUid, port, service, at),
    diskUsage: async (podUid, at) => (await load()).diskUsage(podUid, at),
    execProbe: async (id, command, at) => (await load()).probe(id, command, at),
    nextActivity: async (id, at) => (await load()).nextActivity(id, at),
    async usage(id, at, others) {
      const { exit, steady } = outlookOf(store, id) ?? {};
      if (exit !== undefined && exit.at <= at) return undefined;
      return steady === undefined ? (await load()).usage(id, at, others) : steadyUsage(deps, id, steady, at);
    },
    traffic: (id) => outlookOf(store, id)?.steady?.traffic ?? [],
  };
}

/** What a container in a steady rhythm uses, without running it on. */
function steadyUsage(deps: RuntimeDependencies, id: string, steady: SteadyUse, at: Instant) {
  const { milliCpu, memoryBytes, cpuLimit = Number.POSITIVE_INFINITY } = steady;
  const wobble = 0.98 + deps.chance(`usage/${id}/${Math.floor(at / 15_000)}`) * 0.04;
  return { milliCpu: Math.round(Math.min(milliCpu * wobble, cpuLimit)), memoryBytes: Math.round(memoryBytes * wobble) };
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

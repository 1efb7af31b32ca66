import type { NodeBackend } from "../apiserver/node-backend.ts";
import { createApiServer } from "../apiserver/server.ts";
import type { Handler } from "../client/transport.ts";
import { catalog } from "../kinds/catalog.ts";
import type { Instant } from "../machinery/time.ts";
import { chanceOf } from "../sim/chance.ts";
import type { KeyValueState } from "../store/key-value-state.ts";
import { createObjectStore, type StateObjectStore } from "../store/memory-store.ts";
import type { Engine } from "./engine.ts";
import type { RuntimeRecords } from "./runtime-records.ts";
import { createRuntimeRecords } from "./runtime-records.ts";
import { type ClusterSettings, readKeys, readSettings } from "./settings.ts";

/** A control plane over a state, before anybody decided when to save. */
export interface OpenCluster {
  readonly state: KeyValueState;
  readonly store: StateObjectStore;
  readonly settings: ClusterSettings;
  readonly handler: Handler;
  /** What containers wrote and the state does not hold yet. */
  readonly runtimeRecords: RuntimeRecords;
  /** Simulated time: the running reconcile's instant, else the wall clock plus the cluster's offset. */
  now(): Instant;
  /** Simulation, controllers, scheduler and kubelets; loaded when something must move. */
  engine(): Promise<Engine>;
  /** The machines, and who moves the cluster. */
  nodeSide(): Promise<NodeSide>;
  /** Another process has written to a pod's containers. */
  forgetPod(uid: string): void;
  /** The engine, where it is loaded already. */
  loadedEngine(): Engine | undefined;
}

export interface OpenClusterOptions {
  readonly state: KeyValueState;
  /** The wall clock. */
  wallClock(): Instant;
  sleep(ms: number): Promise<void>;
  readSchema(file: string): string;
  /** See ObjectStoreOptions. */
  readonly deriveHistory?: boolean;
  onError?(error: unknown, owner: string, key: string): void;
}

/** Puts a control plane together: the only place that knows every part. What only writes or containers need is loaded when they come. */
export function openCluster(options: OpenClusterOptions): OpenCluster {
  const { state } = options;
  const settings = readSettings(state);
  const store = createObjectStore(state, { deriveHistory: options.deriveHistory === true });
  const runtimeRecords = createRuntimeRecords(state);
  const chance = (purpose: string): number => chanceOf(state.meta.seed, purpose);
  let engine: Engine | undefined;
  const now = (): Instant =>
    engine?.running ? engine.now : Math.max(state.meta.now, options.wallClock() + state.meta.clockOffsetMs);

  let nodeSide: Promise<NodeSide> | undefined;
  let loadedNodeSide: NodeSide | undefined;
  const loadNodeSide = (): Promise<NodeSide> => {
    nodeSide ??= import("./node-side.ts").then((m) => {
      loadedNodeSide = m.createNodeSide({
        state,
        store,
        settings,
        runtimeRecords,
        handler: () => handler,
        chance,
        now,
        sleep: options.sleep,
      });
      return loadedNodeSide;
    });
    return nodeSide;
  };

  const handler = createApiServer({
    store,
    catalog,
    readSchema: options.readSchema,
    now,
    chance,
    after: (ms, callback) => {
      const timer = setTimeout(callback, ms);
      // A watch that is left open must not keep a process from ending.
      timer.unref();
      return () => clearTimeout(timer);
    },
    onDefect: (error, request) => options.onError?.(error, "kube-apiserver", request),
    nodes: lazyBackend(async () => (await loadNodeSide()).backend),
    settings: {
      gitVersion: settings.gitVersion,
      serviceCidr: settings.serviceCidr,
      nodePortRange: [30000, 32767],
      serviceAccountKey: () => readKeys(state).serviceAccountKey,
      serverAddress: `https://127.0.0.1:${settings.port}`,
    },
  });

  return {
    state,
    store,
    settings,
    handler,
    runtimeRecords,
    now,
    nodeSide: loadNodeSide,
    forgetPod: (uid) => loadedNodeSide?.forgetPod(uid),
    loadedEngine: () => engine,
    async engine() {
      if (engine === undefined) {
        const [{ createEngine }, { registrations }] = await Promise.all([import("./engine.ts"), loadNodeSide()]);
        engine ??= createEngine({
          state,
          store,
          handler,
          registrations,
          chance,
          ...(options.onError ? { onError: options.onError } : {}),
        });
      }
      return engine as Engine;
    },
  };
}

type NodeSide = import("./node-side.ts").NodeSide;

/** A backend that is loaded at its first use. */
function lazyBackend(load: () => Promise<NodeBackend>): NodeBackend {
  return {
    logs: async (...args) => (await load()).logs(...args),
    exec: async (...args) => (await load()).exec(...args),
    attach: async (...args) => (await load()).attach(...args),
    portForward: async (...args) => (await load()).portForward(...args),
    http: async (...args) => (await load()).http(...args),
    kubelet: async (...args) => (await load()).kubelet(...args),
  };
}

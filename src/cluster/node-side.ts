import type { NodeBackend } from "../apiserver/node-backend.ts";
import type { Handler } from "../client/transport.ts";
import { type ControllerRegistration, workKey } from "../controllers/controller.ts";
import { STOPPED_AT } from "../controllers/node-lifecycle/stopped-at.ts";
import { registrations as controllers } from "../controllers/registry.ts";
import type { JsonObject } from "../machinery/object.ts";
import { type Instant, parseTime } from "../machinery/time.ts";
import { createNodeBackend } from "../node/backend.ts";
import type { NodeState } from "../node/kubelet/dependencies.ts";
import { kubeletRegistration } from "../node/kubelet/registration.ts";
import type { ClusterNetwork } from "../node/network/network.ts";
import { createContainerRuntime } from "../node/runtime/create-runtime.ts";
import { registrations as scheduler } from "../scheduler/registration.ts";
import type { KeyValueState } from "../store/key-value-state.ts";
import { type ObjectStore, storeKey } from "../store/object-store.ts";
import { answerPod, tokenFor } from "./pod-requests.ts";
import type { RuntimeRecords } from "./runtime-records.ts";
import type { ClusterSettings, NodeSettings } from "./settings.ts";
import { createStoreLister } from "./store-lister.ts";

/** Everything that is not the apiserver: who moves the cluster, and the machines below. */
export interface NodeSide {
  readonly registrations: readonly ControllerRegistration[];
  readonly backend: NodeBackend;
  readonly nodes: NodeState;
  readonly network: ClusterNetwork;
  /** Another process has written to a pod's containers. */
  forgetPod(uid: string): void;
}

export interface NodeSideOptions {
  readonly state: KeyValueState;
  readonly store: ObjectStore;
  readonly settings: ClusterSettings;
  readonly runtimeRecords: RuntimeRecords;
  /** The apiserver, for programs in pods that call it. */
  handler(): Handler;
  chance(purpose: string): number;
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

/** Puts controllers, scheduler, kubelets and the container runtime together. */
export function createNodeSide(options: NodeSideOptions): NodeSide {
  const { runtimeRecords, settings } = options;
  const nodes = createNodeState(options.store, new Set(settings.nodes.map((n) => n.name)));
  const nodesOf = (name: string): NodeSettings[] => settings.nodes.filter((n) => n.name === name);
  let loading: Promise<ClusterNetwork> | undefined;
  const network: ClusterNetwork = {
    async ask(call, from, at) {
      loading ??= import("../node/network/cluster-network.ts").then(({ createClusterNetwork }) =>
        createClusterNetwork({
          lister: createStoreLister(options.store),
          chance: options.chance,
          connectionNumber: (service) => nextConnection(runtimeRecords, service),
          pods: () => runtime,
          apiserver: (request) => answerPod(options.handler(), request),
          isRunning: (name) => nodes.isRunning(name),
        }),
      );
      return (await loading).ask(call, from, at);
    },
  };
  const runtime = createContainerRuntime({
    store: runtimeRecords,
    chance: options.chance,
    now: options.now,
    sleep: options.sleep,
    network,
    async nodeFiles(name) {
      const [node] = nodesOf(name);
      return node === undefined ? {} : (await import("./addons/node-files.ts")).nodeFiles(settings, node);
    },
    nodeChanged: (name) => runtimeRecords.touch(name),
    token: (source) => tokenFor(options.handler(), source),
    changed: ({ namespace, name }) => runtimeRecords.touch(`${namespace}/${name}`),
  });
  const kubelet = kubeletRegistration(async () => {
    const { manifestsOf, nodeHasFile } = await import("./node-manifests.ts");
    return {
      runtime,
      nodes,
      records: {
        get: (key) => runtimeRecords.get(recordKey(key)),
        put: (key, value) => runtimeRecords.set(recordKey(key), value),
      },
      staticPods: (name: string): readonly JsonObject[] =>
        nodesOf(name).flatMap((node) => manifestsOf(settings, node, runtimeRecords)),
      nodeHasFile: (name, path) => nodesOf(name).some((node) => nodeHasFile(settings, node, runtimeRecords, path)),
    };
  });
  return {
    registrations: [...controllers, ...scheduler, kubelet],
    nodes,
    network,
    forgetPod: (uid) => runtime.forget?.(uid),
    backend: createNodeBackend({
      runtime,
      nodes,
      now: options.now,
      touched: (pod) => runtimeRecords.touch(workKey(pod)),
      metrics: async (request) =>
        (await import("../node/metrics-server/metrics-api.ts")).answerMetrics(
          { lister: createStoreLister(options.store), runtime, nodes, chance: options.chance },
          request,
          options.now(),
        ),
    }),
  };
}

/** Counts a service's connections, across commands. */
function nextConnection(records: RuntimeRecords, service: string): number {
  const key = `/nodes/connections/${service}`;
  const count = (records.get(key)?.["count"] as number | undefined) ?? 0;
  records.set(key, { count: count + 1 });
  return count;
}

const recordKey = (key: string): string => `/nodes/records/${key}`;

/** Which machines are up: the annotation on a node's Lease says since when its kubelet is silent. */
function createNodeState(store: ObjectStore, machines: ReadonlySet<string>): NodeState {
  const stoppedAt = (name: string): Instant | undefined => {
    const lease = store.get(storeKey("coordination.k8s.io", "leases", "kube-node-lease", name))?.object;
    const since = parseTime(lease?.metadata.annotations?.[STOPPED_AT]);
    return Number.isNaN(since) ? undefined : since;
  };
  // A pod can be sent to a node that never was: no kubelet will hear of it.
  const exists = (name: string): boolean =>
    machines.has(name) || store.get(storeKey("", "nodes", undefined, name)) !== undefined;
  return { isRunning: (name) => stoppedAt(name) === undefined && exists(name), stoppedAt };
}

import type { NodeBackend } from "../apiserver/node-backend.ts";
import type { ControllerRegistration } from "../controllers/controller.ts";
import { registrations as controllers } from "../controllers/registry.ts";
import type { JsonObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";
import type { NodeState } from "../node/kubelet/dependencies.ts";
import { kubeletRegistration } from "../node/kubelet/registration.ts";
import { registrations as scheduler } from "../scheduler/registration.ts";
import type { KeyValueState } from "../store/key-value-state.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { createInterimRuntime } from "./interim-runtime.ts";
import type { RuntimeRecords } from "./runtime-records.ts";
import type { ClusterSettings } from "./settings.ts";

/** Everything that is not the apiserver: who moves the cluster, and the machines below. */
export interface NodeSide {
  readonly registrations: readonly ControllerRegistration[];
  readonly backend: NodeBackend;
  readonly nodes: MachineState;
}

export interface NodeSideOptions {
  readonly state: KeyValueState;
  readonly store: ObjectStore;
  readonly settings: ClusterSettings;
  readonly runtimeRecords: RuntimeRecords;
  chance(purpose: string): number;
  now(): Instant;
  sleep(ms: number): Promise<void>;
}

const notYet = async (): Promise<never> => {
  throw new Error("containers do not run programs yet");
};

/** Puts controllers, scheduler, kubelets and the container runtime together. */
export function createNodeSide(options: NodeSideOptions): NodeSide {
  const { runtimeRecords, settings } = options;
  const nodes = createNodeState(runtimeRecords);
  const kubelet = kubeletRegistration(async () => {
    const { staticPods } = await import("./addons/static-pods.ts");
    return {
      runtime: createInterimRuntime(runtimeRecords),
      nodes,
      records: {
        get: (key) => runtimeRecords.get(recordKey(key)),
        put: (key, value) => runtimeRecords.set(recordKey(key), value),
      },
      staticPods: (name: string): readonly JsonObject[] => {
        const node = settings.nodes.find((n) => n.name === name);
        return node?.role === "control-plane" && settings.addons.includes("kube-system")
          ? staticPods(settings, node)
          : [];
      },
    };
  });
  return {
    registrations: [...controllers, ...scheduler, kubelet],
    nodes,
    backend: { logs: notYet, exec: notYet, attach: notYet, portForward: notYet, http: notYet },
  };
}

const recordKey = (key: string): string => `/nodes/records/${key}`;
const machineKey = (node: string): string => `/nodes/machines/${node}`;

/** Which machines are up, and the switch. */
export interface MachineState extends NodeState {
  set(name: string, stoppedAt: Instant | undefined): void;
}

/** Which machines are up: a record exists for those that are stopped. */
export function createNodeState(records: RuntimeRecords): MachineState {
  const stoppedAt = (name: string): Instant | undefined => records.get(machineKey(name))?.["stoppedAt"];
  return {
    isRunning: (name) => stoppedAt(name) === undefined,
    stoppedAt,
    set: (name, at) => records.set(machineKey(name), at === undefined ? undefined : { stoppedAt: at }),
  };
}

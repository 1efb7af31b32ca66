import type { JsonObject } from "../../machinery/object.ts";
import type { Instant } from "../../machinery/time.ts";
import type { ContainerRuntime } from "../runtime/runtime.ts";

/** Whether the machine under a node is up: `drykube node stop|start` writes it, kubelets and the node lifecycle controller read it. */
export interface NodeState {
  isRunning(name: string): boolean;
  /** When the machine was stopped; undefined while it runs. */
  stoppedAt(name: string): Instant | undefined;
}

/** Where kubelets keep what a real one keeps in memory and under /var/lib/kubelet: plain JSON by key, saved with the cluster. A lost record is rebuilt from the pod's status. */
export interface RecordStore {
  /** Shared: copy before changing. */
  get(key: string): JsonObject | undefined;
  /** undefined removes. */
  put(key: string, value: JsonObject | undefined): void;
}

/** What cluster/ gives to the kubelets. */
export interface KubeletDependencies {
  readonly runtime: ContainerRuntime;
  readonly nodes: NodeState;
  readonly records: RecordStore;
  /** The manifests in a node's /etc/kubernetes/manifests, as Pod objects named without the node's suffix. */
  staticPods?(node: string): readonly JsonObject[];
  /** Whether a file is on a node's disk. */
  nodeHasFile?(node: string, path: string): boolean;
}

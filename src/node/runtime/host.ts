import type { ChannelSet, PortConnection } from "../../client/transport.ts";
import type { Instant } from "../../machinery/time.ts";
import type { ClusterNetwork } from "../network/network.ts";
import type { Exclusive } from "./exclusive.ts";
import type { Input, RuntimeStore } from "./journal.ts";
import type { PodRun } from "./pod.ts";
import type {
  ContainerSpec,
  DiskUsage,
  GrpcHealth,
  HttpAnswer,
  HttpExchange,
  LogOptions,
  ProbeResult,
  ServerLoad,
  TokenSource,
} from "./runtime.ts";

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
  token?(source: TokenSource): Promise<string>;
  /** A node's own files by path, as hostPath volumes show them; absent: none beyond the system's. */
  nodeFiles?(node: string): Promise<Readonly<Record<string, string>>>;
  /** A program has written to a node's disk: its kubelet should look at its manifests. */
  nodeChanged?(node: string): void;
  /** Something from outside has changed how the pod's containers will go on: its kubelet should look again. */
  changed?(pod: {
    readonly uid: string;
    readonly namespace: string;
    readonly name: string;
    readonly nodeName: string;
  }): void;
}

/** The part of the runtime that runs programs: pods as they are loaded, and everything that reaches into them. */
export interface RuntimeHost {
  readonly deps: RuntimeDependencies;
  /** The pod run of a container; undefined where there is no such container. */
  podOf(id: string): PodRun | undefined;
  pod(uid: string): PodRun;
  /** One thing at a time: everything that runs a machine goes through it, waiting for real time does not. */
  readonly exclusive: Exclusive;
  start(spec: ContainerSpec, at: Instant): Promise<void>;
  outlook(id: string, at: Instant): Promise<void>;
  nextActivity(id: string, at: Instant): Promise<Instant | undefined>;
  input(id: string, input: Input): Promise<void>;
  /** Drops what is held of a pod in memory, because another process has written to its journal. */
  forget(uid: string): void;
  remove(uid: string, id: string): void;
  exec(
    id: string,
    command: readonly string[],
    options: { tty: boolean; stdin: boolean },
    channels: ChannelSet,
  ): Promise<{ exitCode: number; error?: string }>;
  attach(id: string, options: { tty: boolean; stdin: boolean }, channels: ChannelSet): Promise<void>;
  logs(id: string, options: LogOptions): AsyncIterable<string>;
  portForward(podUid: string, connection: PortConnection): Promise<void>;
  http(podUid: string, port: number, request: HttpExchange, at: Instant): Promise<HttpAnswer | undefined>;
  tcp(podUid: string, port: number, data: Uint8Array, peer: string, at: Instant): Promise<Uint8Array | undefined>;
  listens(podUid: string, port: number, at: Instant): Promise<boolean>;
  grpcHealth(podUid: string, port: number, service: string, at: Instant): Promise<GrpcHealth | undefined>;
  diskUsage(podUid: string, at: Instant): Promise<DiskUsage | undefined>;
  probe(id: string, command: readonly string[], at: Instant): Promise<ProbeResult & { exitCode: number }>;
  usage(id: string, at: Instant, load?: ServerLoad): Promise<{ milliCpu: number; memoryBytes: number } | undefined>;
}

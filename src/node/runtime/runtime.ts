import type { ChannelSet, PortConnection } from "../../client/transport.ts";
import type { JsonObject } from "../../machinery/object.ts";
import type { Instant } from "../../machinery/time.ts";

/** What came of resolving an image: the registry of simulated images knows, without any network. */
export type ImageResolution =
  | {
      readonly found: true /** "docker.io/library/nginx:1.27" */;
      readonly canonical: string /** canonical@sha256:… */;
      readonly imageId: string;
      readonly sizeBytes: number /** How long a first pull takes. */;
      readonly pullMs: number;
      readonly config: ImageConfig;
    }
  | {
      readonly found: false;
      /** What the CRI's PullImage fails with, complete: 'rpc error: code = NotFound desc = failed to pull and unpack image …' or 'failed to pull …: pull access denied, …'. The kubelet puts 'Failed to pull image "X": ' before it. */
      readonly error: string;
      readonly pullMs: number;
    };

/** What a Dockerfile would have set. */
export interface ImageConfig {
  readonly entrypoint?: readonly string[];
  readonly cmd?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly workingDir?: string;
  readonly user?: number;
  /** The groups that the image's /etc/group adds to root. */
  readonly groups?: readonly number[];
  readonly exposedPorts?: readonly number[];
}

/** A file that a volume puts into a container. */
export interface MountedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode?: number;
  /** Instead of `content` (then ""): a service account token, to be asked for when a program reads the file. */
  readonly token?: TokenSource;
}

/** What a projected service account token is made of (a TokenRequest bound to the pod). */
export interface TokenSource {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Empty: the API server's. */
  readonly audience: string;
  readonly expirationSeconds: number;
  readonly podName: string;
  readonly podUid: string;
}

/** One volume mount as the container sees it. */
export interface Mount {
  readonly mountPath: string;
  readonly readOnly: boolean;
  /** Paths of `files` are relative to the volume's root; with `subPath` the mount shows only that file or folder of it. Who else sees the same files: "pod/UID/volume/NAME" (emptyDir), "node/NAME" (hostPath; `subPath` is the path), "pv/NAME" (claims). Absent: private, `files` only. */
  readonly sharedId?: string;
  readonly subPath?: string;
  readonly files?: readonly MountedFile[];
}

/** Everything that decides what one run of a container does. Pure data: with the inputs that reach it later it determines every log line and the exit. */
export interface ContainerSpec {
  /** The container's id without "containerd://": 64 hex digits, a function of pod uid, name and attempt. */
  readonly id: string;
  readonly podUid: string;
  readonly podName: string;
  readonly namespace: string;
  readonly nodeName: string;
  readonly name: string;
  readonly image: string;
  /** The pod's: entrypoint override and arguments after $(VAR) expansion; absent: the image's. */
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly workingDir?: string;
  readonly tty: boolean;
  readonly stdin: boolean;
  /** The first attach session that ends closes the program's stdin (`kubectl run -i`). */
  readonly stdinOnce?: boolean;
  /** Default /dev/termination-log. */
  readonly terminationMessagePath?: string;
  /** "File" (default) or "FallbackToLogsOnError". */
  readonly terminationMessagePolicy?: string;
  readonly mounts: readonly Mount[];
  readonly hostname: string;
  /** "web-0.nginx.default.svc.cluster.local", where the pod has a subdomain. */
  readonly fullHostname?: string;
  /** The name without its domain, where `hostname` has it (setHostnameAsFQDN). */
  readonly shortHostname?: string;
  readonly podIP: string;
  readonly hostNetwork: boolean;
  readonly shareProcessNamespace: boolean;
  /** The container whose processes it sees and can signal (`kubectl debug --target`). */
  readonly targetContainer?: string;
  readonly securityContext: JsonObject;
  readonly readOnlyRootFilesystem: boolean;
  /** Memory limit in bytes, for OOM kills. */
  readonly memoryLimit?: number;
  /** CPU limit in millicores, for usage. */
  readonly cpuLimit?: number;
  readonly dns: {
    readonly nameservers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly hostAliases: readonly { readonly ip: string; readonly hostnames: readonly string[] }[];
  readonly containerPorts: readonly { readonly port: number; readonly protocol: string; readonly name?: string }[];
}

/** How a run of a container stands at an instant. */
export type ContainerState =
  | {
      readonly state: "running";
      readonly startedAt: Instant /** The earliest instant at which this could change without outside input; undefined: never. */;
      readonly nextChange?: Instant;
    }
  | {
      readonly state: "exited";
      readonly startedAt: Instant;
      readonly finishedAt: Instant;
      readonly exitCode: number;
      readonly signal?: number;
      readonly reason:
        | "Completed"
        | "Error"
        | "OOMKilled"
        | "ContainerCannotRun"
        | "StartError" /** terminationMessagePath's content, or why it could not start. */;
      readonly message?: string;
    };

/** What a container may use: memory in bytes, CPU in millicores; absent: no limit. */
export interface Limits {
  readonly memoryLimit?: number;
  readonly cpuLimit?: number;
}

/** The answer to one probe or hook. */
export interface ProbeResult {
  readonly success: boolean;
  /** The kubelet's words for a failure: 'HTTP probe failed with statuscode: 404', 'Get "http://…": dial tcp …: connect: connection refused', an exec's output. */
  readonly output: string;
  /** How long the answer took in simulated time; absent: no time worth counting. */
  readonly durationMs?: number;
}

/** The answers of grpc.health.v1.Health/Check; "unknown": no such service. */
export type GrpcHealth = "SERVING" | "NOT_SERVING" | "unknown";

/** Bytes on disk: of containers (their own layer and their log) by id, of emptyDir volumes by name. */
export interface DiskUsage {
  readonly containers: Readonly<Record<string, number>>;
  readonly volumes: Readonly<Record<string, number>>;
}

export interface HttpExchange {
  /** The client's address as the server sees it; absent: the pod's node. */
  readonly peer?: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
}

export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly sinceTime?: Instant;
  readonly limitBytes?: number;
  readonly timestamps?: boolean;
  readonly signal?: AbortSignal;
}

/** Requests that go from a container to an address, again and again. */
export interface Traffic {
  readonly ip: string;
  readonly port: number;
  readonly perSecond: number;
}

/** What reaches a pod without being delivered to it request by request. */
export interface ServerLoad {
  readonly requests: readonly { readonly port: number; readonly perSecond: number }[];
  /** The addresses whose requests are counted in `requests`. */
  readonly senders: ReadonlySet<string>;
}

/**
 * The simulated container runtime (CRI, containerd and the images in one). The kubelet starts and stops containers
 * through it; the apiserver's log, exec, attach, port-forward and proxy reach it through an interface that cluster/
 * injects. Programs run on virtual time. What is persisted of a container is its spec, start, and the inputs that
 * reached it from outside; all else is derived by replay. Everything that may run a program is asynchronous, because
 * images, shell and applets are loaded when first needed; none of it waits for real time except exec, attach, followed
 * logs and port-forward.
 */
export interface ContainerRuntime {
  resolveImage(image: string): ImageResolution;
  /** Starts a run at `at`. Throws nothing: a program that cannot start is "exited" with StartError and containerd's words. */
  start(spec: ContainerSpec, at: Instant): Promise<ContainerState>;
  /** How the run stands at `at` (not before the last call for it). Undefined: no such container. */
  inspect(id: string, at: Instant): Promise<ContainerState | undefined>;
  /** Sends a signal at `at`; with SIGTERM the answer says when it will be over if the program handles it (undefined: it ignores it until killed). */
  signal(
    id: string,
    signal: "SIGTERM" | "SIGKILL" | "SIGINT" | "SIGHUP",
    at: Instant,
  ): Promise<ContainerState | undefined>;
  /** The kubelet has written new files into a mount (an updated ConfigMap or Secret; never with subPath). */
  updateMount(id: string, mountPath: string, files: readonly MountedFile[], at: Instant): Promise<void>;
  /** Gives a running container other limits; memory that it already holds beyond them ends it. */
  resize(id: string, limits: Limits, at: Instant): Promise<void>;
  /** Another process has written to a pod's records: what is held of it in memory is out of date. */
  forget?(podUid: string): void;
  /** Forgets a run and its logs. */
  remove(id: string): void;
  exec(
    id: string,
    command: readonly string[],
    options: { tty: boolean; stdin: boolean },
    channels: ChannelSet,
    /** With `error` the command could not be started: 'failed to exec in container: failed to start exec "…": OCI runtime exec failed: …: unknown'. */
  ): Promise<{ exitCode: number; error?: string }>;
  attach(id: string, options: { tty: boolean; stdin: boolean }, channels: ChannelSet): Promise<void>;
  logs(id: string, options: LogOptions): AsyncIterable<string>;
  portForward(podUid: string, connection: PortConnection): Promise<void>;
  /** Connects to a listening container of the pod (podIP:port), as http probes, services and `curl` do; undefined: connection refused. */
  http(podUid: string, port: number, request: HttpExchange, at: Instant): Promise<HttpAnswer | undefined>;
  /** Whether something in the pod listens on the port. */
  listens(podUid: string, port: number, at: Instant): Promise<boolean>;
  /** What the gRPC health service on a port of the pod says of a service; undefined: nothing there speaks gRPC. */
  grpcHealth(podUid: string, port: number, service: string, at: Instant): Promise<GrpcHealth | undefined>;
  /** What the pod's containers and emptyDir volumes hold on the node's disk, in bytes; undefined: no such pod. */
  diskUsage(podUid: string, at: Instant): Promise<DiskUsage | undefined>;
  execProbe(id: string, command: readonly string[], at: Instant): Promise<ProbeResult & { exitCode: number }>;
  /**
   * The next instant after `at` at which a process of the container acts by itself (a sleep ends, a timer fires), so that
   * a probe's answer could change; undefined: it waits for input only. Absent: nextChange of inspect is taken for it.
   */
  nextActivity?(id: string, at: Instant): Promise<Instant | undefined>;
  /** CPU in millicores and memory in bytes that the container uses at `at`, with the `load` that others put on it (metrics-server, HPA). */
  usage(id: string, at: Instant, load?: ServerLoad): Promise<{ milliCpu: number; memoryBytes: number } | undefined>;
  /** The requests that a container in a steady rhythm goes on sending. They are not delivered one by one: nobody looks. */
  traffic(id: string): readonly Traffic[];
}

import type { Client } from "../client/client.ts";
import type { RestMapper } from "../client/rest-mapper.ts";
import type { Transport } from "../client/transport.ts";
import type { Instant } from "../machinery/time.ts";

/** The standard streams of one command. Writing is synchronous, so that a process may exit right after. */
export interface Streams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly stdin: InputStream;
}

export interface OutputStream {
  write(text: string | Uint8Array): void;
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Called when the terminal's size changes. Returns the way to stop. */
  onResize(listener: () => void): () => void;
}

export interface InputStream {
  readonly isTTY: boolean;
  /** All of standard input. */
  readAll(): Promise<string>;
  /** Standard input as it comes, for exec -i and attach. */
  chunks(signal?: AbortSignal): AsyncIterable<Uint8Array>;
  /** Switches a terminal to raw mode and back. */
  setRawMode(on: boolean): void;
}

/** What the process gives: files relative to `cwd`, environment, streams, the wall clock. main.ts makes the real one, tests make their own. */
export interface Host {
  /** "kubectl" or "drykube": how the program was called, as messages quote it. */
  readonly program: "kubectl" | "drykube";
  readonly streams: Streams;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Ends long commands on SIGINT or SIGTERM. From when it is asked for, or something sleeps, signals are caught; before, they kill. */
  readonly signal: AbortSignal;
  /** Catches signals from now on. Says which exit codes they have; of others the process dies in the end, as if nobody had caught them. */
  exitOn(codes: SignalExits): void;
  /** The wall clock. */
  now(): Instant;
  /** Waits; ends early, without a throw, when `signal` is aborted. */
  sleep(ms: number): Promise<void>;
  /** Reads one file of schemas/ ("core_v1.json"), or of the descriptions that the build makes ("docs/core_v1.json"). Throws where there is none. */
  readSchema(file: string): string;
  /** "linux/amd64", as `version` tells it. */
  readonly platform: string;
  /** The process's id, for log lines and temporary names. */
  readonly pid: number;
}

/** Exit codes by signal. */
export type SignalExits = Readonly<Partial<Record<"SIGINT" | "SIGTERM" | "SIGHUP", number>>>;

/** What a command may touch of the host and the cluster. */
export interface Session extends Host {
  /** The global flags (--namespace, --context, --kubeconfig, --as, …), parsed, with camelCase keys. */
  readonly globals: Readonly<Record<string, any>>;
  /** The cluster's time as far as the connection tells it, for ages and stamps; else the wall clock, which is what time-outs count by. */
  clusterNow(): Instant;
  /** The connection that kubeconfig and flags select; opened at the first use. */
  transport(): Promise<Transport>;
  client(): Promise<Client>;
  /** What the server offers. `tries` is how often kubectl asks before it gives up, which shows in its log where the server cannot be asked; default 1. */
  mapper(tries?: number): Promise<RestMapper>;
  /** The namespace in force, and whether a flag said so. */
  namespace(): Promise<{ name: string; explicit: boolean }>;
  /** The server's URL as the kubeconfig names it. */
  server(): Promise<string>;
}

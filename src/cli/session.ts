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

/** What a command may touch of the host: files relative to `cwd`, environment, streams, the wall clock. main.ts makes the real one, tests make their own. */
export interface Session {
  /** "kubectl" or "drykube": how the program was called, as messages quote it. */
  readonly program: "kubectl" | "drykube";
  readonly streams: Streams;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The global flags (--namespace, --context, --kubeconfig, --as, …), parsed. */
  readonly globals: Readonly<Record<string, any>>;
  /** Ends long commands on SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** The wall clock. */
  now(): Instant;
  sleep(ms: number): Promise<void>;
  /** The connection that kubeconfig and flags select; opened at the first use. */
  transport(): Promise<Transport>;
  client(): Promise<Client>;
  mapper(): Promise<RestMapper>;
  /** The namespace in force, and whether a flag said so. */
  namespace(): Promise<{ name: string; explicit: boolean }>;
}

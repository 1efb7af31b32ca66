import type { JsonObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";

/** Who asks, as authentication found it. Mirrors user.Info. */
export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** One request to an apiserver, in-process or over HTTPS. */
export interface ApiRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";
  /** The path, decoded, without the query: "/api/v1/namespaces/default/pods/nginx". */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  /** Names in lower case. `accept`, `content-type`, `user-agent`, `authorization`, `impersonate-*` carry meaning. Several values of an `impersonate-*` header stand on a line each, as commas are part of a group's name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is decoded by the server according to content-type (strictly, so it sees duplicate keys); an object is taken as decoded JSON and never changed. */
  readonly body?: string | Uint8Array | JsonObject | readonly JsonObject[];
  /** Set by a transport that has authenticated already (client certificate, in-process); absent: the server authenticates by headers. */
  readonly user?: UserInfo;
  /** Ends a watch, a followed log or a long call. */
  readonly signal?: AbortSignal;
}

/** How far whoever reads an output is behind. Absent: it is not known, and nothing waits. */
export interface Backlog {
  /** Whether a writer should wait: much has been written that is not read. */
  readonly full: boolean;
  /** Calls back once when there is room, or when nobody reads any more. */
  onRoom(callback: () => void): void;
}

/** The channels of exec and attach, as the container side sees them. Bytes, not text. */
export interface ChannelSet {
  readonly stdin?: AsyncIterable<Uint8Array>;
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
  /** Of stdout and stderr together. */
  readonly backlog?: Backlog;
  /** Terminal sizes as they change; absent without a TTY. */
  readonly resize?: AsyncIterable<{ readonly width: number; readonly height: number }>;
  readonly signal: AbortSignal;
}

/** The channels of port-forward: one duplex byte stream a connection. */
export interface PortConnection {
  readonly port: number;
  readonly input: AsyncIterable<Uint8Array>;
  output(chunk: Uint8Array): void;
  readonly backlog?: Backlog;
  readonly signal: AbortSignal;
}

export type ApiResponse =
  /** A JSON body: an object, a list, a Table, or a Status. Shared with the store: never change it. */
  | {
      readonly kind: "object";
      readonly code: number;
      readonly body: JsonObject;
      readonly warnings?: readonly string[];
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A body that is not JSON to us: health checks, logs, OpenAPI documents, proxied answers. */
  | {
      readonly kind: "text";
      readonly code: number;
      readonly contentType: string;
      readonly body: string | Uint8Array;
      readonly warnings?: readonly string[];
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A body that goes on: watch events (objects) or followed logs (text, bytes). */
  | {
      readonly kind: "stream";
      readonly code: 200;
      readonly contentType: string;
      readonly frames: AsyncIterable<JsonObject | string | Uint8Array>;
      readonly warnings?: readonly string[];
    }
  /** exec and attach: resolves with the v1.Status that kubectl reads the exit code from (status Success, or Failure with reason NonZeroExitCode and cause ExitCode). */
  | { readonly kind: "exec"; connect(channels: ChannelSet): Promise<JsonObject> }
  /** port-forward: serves one connection; rejects with an Error whose message goes to the error stream. */
  | { readonly kind: "portforward"; connect(connection: PortConnection): Promise<void> };

/** The whole apiserver, seen from outside. Never throws for what a client did: a refusal is a Status object. */
export type Handler = (request: ApiRequest) => Promise<ApiResponse>;

/** How the CLI, controllers and tests reach an apiserver; in-process or HTTPS. */
export interface Transport {
  request(request: ApiRequest): Promise<ApiResponse>;
  close?(): Promise<void>;
  /** The server's clock, where it is another one than the machine's: a simulated cluster's time can be moved. undefined where no answer has told it. */
  now?(): Instant | undefined;
}

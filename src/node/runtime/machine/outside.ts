import type { TokenSource } from "../runtime.ts";

/** An HTTP request inside the simulation; bodies are byte strings, header names as they were sent. */
export interface HttpRequest {
  readonly method: string;
  /** Path and query: "/healthz?verbose". */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The reply to it. */
export interface HttpReply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: string;
}

/** What a program asks of the network. Pure data, so that the answers can be journalled. */
export type NetworkCall =
  | { readonly kind: "dns"; readonly server: string; readonly name: string; readonly type: string }
  | {
      readonly kind: "http";
      readonly ip: string;
      readonly port: number;
      readonly tls: boolean;
      readonly request: HttpRequest;
    }
  | { readonly kind: "tcp"; readonly ip: string; readonly port: number; readonly data: string }
  | { readonly kind: "ping"; readonly ip: string };

/** What a program asks of the world outside its pod: the network, or a service account token that a file stands for. */
export type OutsideCall = NetworkCall | { readonly kind: "token"; readonly source: TokenSource };

/** Why a connection did not come about. */
export type ConnectionFailure = "refused" | "timeout" | "unreachable";

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly ttl: number;
  readonly data: string;
}

/** The answer to a call, with the milliseconds that it took. */
export type OutsideAnswer = { readonly ms: number } & (
  | {
      readonly kind: "dns";
      readonly code: "NOERROR" | "NXDOMAIN" | "SERVFAIL" | "REFUSED";
      readonly records: readonly DnsRecord[];
    }
  | { readonly kind: "failed"; readonly why: ConnectionFailure }
  | { readonly kind: "http"; readonly reply: HttpReply }
  /** The connection was accepted; `data`: what came back. */
  | { readonly kind: "tcp"; readonly data: string }
  | { readonly kind: "pong" }
  | { readonly kind: "token"; readonly token: string }
);

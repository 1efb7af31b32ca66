import type { GrpcHealth } from "../runtime.ts";
import { type OpenFile, socketPair, WaitQueue } from "./open-file.ts";
import type { HttpReply, HttpRequest } from "./outside.ts";
import type { Process, Run } from "./process.ts";

/** Who is at the other end of a connection. */
export interface Peer {
  readonly ip: string;
  readonly port: number;
}

/** A stream protocol that is spoken without a coroutine: bytes in, bytes out. */
export interface Conversation {
  /** What the server says first. */
  readonly greeting?: string;
  data(bytes: string): { readonly reply: string; readonly close?: boolean };
}

/** What answers on a port. */
export type Listener =
  | {
      readonly kind: "http";
      readonly tls?: boolean;
      handle(request: HttpRequest, peer: Peer): HttpReply;
      /** The gRPC health service, where there is one. */
      health?(service: string): GrpcHealth;
    }
  | { readonly kind: "stream"; open(peer: Peer): Conversation }
  | { readonly kind: "accept"; readonly queue: { socket: OpenFile; peer: Peer }[]; readonly arrived: WaitQueue };

/** A bound port. */
export interface Bound {
  readonly process: Process;
  readonly listener: Listener;
  /** "0.0.0.0", "127.0.0.1" or the pod's address. */
  readonly address: string;
}

/** The ports of a pod's network namespace. */
export class PodNetwork {
  readonly bound = new Map<number, Bound>();
  readonly udp = new Map<number, Process>();

  /** Binds a port; false where it is taken. */
  listen(process: Process, port: number, listener: Listener, address = "0.0.0.0"): boolean {
    if (this.bound.has(port)) return false;
    this.bound.set(port, { process, listener, address });
    return true;
  }

  /** A listener whose connections a process accepts one by one. */
  accepting(process: Process, port: number): (Listener & { kind: "accept" }) | undefined {
    const listener = { kind: "accept" as const, queue: [], arrived: new WaitQueue() };
    return this.listen(process, port, listener) ? listener : undefined;
  }

  /** Frees what a process had bound. */
  release(process: Process): void {
    for (const [port, bound] of this.bound) if (bound.process === process) this.bound.delete(port);
  }

  /** Who listens where a connection from `local` (inside the pod) or from outside would arrive. */
  find(port: number, local: boolean): Bound | undefined {
    const bound = this.bound.get(port);
    return bound !== undefined && !local && bound.address.startsWith("127.") ? undefined : bound;
  }

  /** Puts a connection into an accepting listener's queue and answers the caller's end. */
  connect(listener: Listener & { kind: "accept" }, peer: Peer, at: number): OpenFile {
    const [mine, theirs] = socketPair();
    mine.refs = 1;
    listener.queue.push({ socket: theirs, peer });
    listener.arrived.wake(at);
    return mine;
  }
}

/** accept(2). */
export function* accept(listener: Listener & { kind: "accept" }): Run<OpenFile> {
  while (listener.queue.length === 0) yield { queues: [listener.arrived] };
  return listener.queue.shift()!.socket;
}

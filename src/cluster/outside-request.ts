import type { HttpReply, HttpRequest } from "../node/runtime/machine/outside.ts";
import { storePrefix } from "../store/object-store.ts";
import type { Movable } from "./controls.ts";

/** Where a request from outside the cluster goes. `host`: an address, or the name of a node. */
export interface OutsideTarget {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
}

/** What became of it; `why` as a socket would say, "name" where the host is neither an address nor a node. */
export type OutsideResult =
  | { readonly reply: HttpReply }
  | { readonly why: "refused" | "timeout" | "unreachable" | "name"; readonly ms: number };

/** Sends one HTTP request from the machine that the nodes run on: to a node port, an external IP, or a pod. */
export async function requestFromOutside(
  movable: Movable,
  target: OutsideTarget,
  request: HttpRequest,
): Promise<OutsideResult> {
  const ip = addressOf(movable, target.host);
  if (ip === undefined) return { why: "name", ms: 0 };
  return movable.transaction(async () => {
    const { network } = await movable.cluster.nodeSide();
    const { port, tls } = target;
    const answer = await network.ask({ kind: "http", ip, port, tls, request }, undefined, movable.cluster.now());
    if (answer.kind === "http") return { reply: answer.reply };
    return { why: answer.kind === "failed" ? answer.why : "unreachable", ms: Math.round(answer.ms) };
  });
}

function addressOf(movable: Movable, host: string): string | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host)) return host;
  for (const { object } of movable.cluster.store.list(storePrefix("", "nodes"))) {
    if (object.metadata.name !== host) continue;
    const addresses = object["status"]?.addresses as { type: string; address: string }[] | undefined;
    return addresses?.find((a) => a.type === "InternalIP")?.address;
  }
  return undefined;
}

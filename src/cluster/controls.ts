import { createClient } from "../client/create-client.ts";
import { createInProcessTransport } from "../client/in-process.ts";
import { STOPPED_AT } from "../controllers/node-lifecycle/stopped-at.ts";
import { formatMicroTime, formatTime, type Instant } from "../machinery/time.ts";
import type { HttpRequest } from "../node/runtime/machine/outside.ts";
import { storeKey } from "../store/object-store.ts";
import { ADMIN } from "./admin.ts";
import type { OpenCluster } from "./open-cluster.ts";
import { type OutsideResult, type OutsideTarget, requestFromOutside } from "./outside-request.ts";

/** What a simulated cluster offers beyond the API, in this process or in the one that serves it. */
export interface ClusterControls {
  /** The simulated time, after going forward by so many milliseconds with all that happens meanwhile. */
  clock(advanceMs: number): Promise<Instant>;
  /** Switches the machine under a node on or off: whether that changed anything, undefined where there is no such node. */
  setNodePower(name: string, on: boolean): Promise<boolean | undefined>;
  requestFromOutside(target: OutsideTarget, request: HttpRequest): Promise<OutsideResult>;
  close(): Promise<void>;
}

/** A cluster with its way to move it. */
export interface Movable {
  readonly cluster: OpenCluster;
  /** Runs `work` alone, with time caught up; what it wrote is durable when it resolves. */
  transaction<T>(work: () => T | Promise<T>): Promise<T>;
}

/** The controls of a cluster that this process holds. */
export function localControls(movable: Movable, close: () => Promise<void>): ClusterControls {
  const { cluster, transaction } = movable;
  return {
    async clock(advanceMs) {
      if (advanceMs > 0) {
        const { state } = cluster;
        await transaction(() => state.setMeta({ clockOffsetMs: state.meta.clockOffsetMs + advanceMs }));
        await transaction(() => undefined);
      }
      return cluster.now();
    },
    setNodePower: (name, on) => transaction(() => setNodePower(cluster, name, on)),
    requestFromOutside: (target, request) => requestFromOutside(movable, target, request),
    close,
  };
}

async function setNodePower(cluster: OpenCluster, name: string, on: boolean): Promise<boolean | undefined> {
  if (cluster.store.get(storeKey("", "nodes", undefined, name)) === undefined) return undefined;
  const { nodes } = await cluster.nodeSide();
  if (nodes.isRunning(name) === on) return false;
  const client = createClient(createInProcessTransport(cluster.handler, ADMIN));
  const leases = { group: "coordination.k8s.io", version: "v1", resource: "leases", namespace: "kube-node-lease" };
  await client.patch(leases, name, "application/merge-patch+json", {
    metadata: { annotations: { [STOPPED_AT]: on ? null : formatTime(cluster.now()) } },
    spec: { renewTime: formatMicroTime(cluster.now()) },
  });
  (await cluster.engine()).wakeNode(name);
  return true;
}

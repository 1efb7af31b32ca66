import type { Client } from "../client/client.ts";
import type { EventRecorder } from "../client/events.ts";
import type { Lister } from "../client/lister.ts";
import type { Json, KubeObject } from "../machinery/object.ts";
import type { Instant } from "../machinery/time.ts";

/** What a work queue holds: "NAMESPACE/NAME", or "NAME" for cluster-wide objects. A controller may use keys of its own (a node's name, "sync"). */
export type WorkKey = string;

/** What a controller works with. It sees the cluster through the API only. */
export interface ReconcileContext {
  /** The instant of this reconcile in simulated time: the instant of the event that caused it, not the wall clock. */
  readonly now: Instant;
  readonly client: Client;
  /** Reads from the shared cache. Results are shared: copy before changing. */
  readonly lister: Lister;
  readonly events: EventRecorder;
  /** A number in [0, 1) that follows from the cluster's seed and `purpose` alone; the same on every replay. */
  chance(purpose: string): number;
  /** What the controller noted under `key` the last time, JSON; a cache that may be lost. */
  recall(key: string): Json | undefined;
  /** Notes something for the next reconcile; undefined forgets it. */
  remember(key: string, value: Json | undefined): void;
  /** The cluster's certificate authority, which signs client and serving certificates. Absent where the cluster has none. */
  certificateAuthority?(): Promise<CertificateAuthority>;
}

/** A certificate and its private key, PEM. */
export interface CertificateAuthority {
  readonly certificate: string;
  readonly privateKey: string;
}

/**
 * Brings the world one step closer to what an object asks for. Level-driven: it looks at the present state, never at
 * the change that woke it. The answer is the next instant at which something observable changes by time alone
 * (undefined: only another change matters). A throw is retried with upstream's rate-limited back-off.
 */
export interface Controller {
  reconcile(key: WorkKey, context: ReconcileContext): Promise<ReconcileAnswer | undefined>;
}

/** When to look again; `key`: at another key than the one just looked at (a delay that no object records). */
export interface ReconcileAnswer {
  readonly at: Instant;
  readonly key?: WorkKey;
}

/** Which changes wake a controller, as data plus a pure key function, so that a change finds its controllers without loading them. */
export interface WatchRow {
  readonly group: string;
  /** The plural; "*" (with group "*") for everything, as the garbage collector watches. */
  readonly resource: string;
  /**
   * The keys to look at after `object` changed (`old`: before; undefined where it was added). Default: the object's own
   * key. `at` is where a watch of everything finds the object.
   */
  keys?(object: KubeObject, old: KubeObject | undefined, lister: Lister, at: WatchedAt): readonly WorkKey[];
}

/** The resource that changed. */
export interface WatchedAt {
  readonly group: string;
  readonly resource: string;
}

/** One row of the registry. */
export interface ControllerRegistration {
  /** Upstream's name: "deployment-controller"; also the user agent and field manager's suffix. */
  readonly name: string;
  readonly watches: readonly WatchRow[];
  /** Who it acts as; "system:serviceaccount:kube-system:NAME" or "system:kube-scheduler"; kubelets as "system:node:NAME". */
  readonly user: string;
  /** The field manager of its writes: "kube-controller-manager", "kube-scheduler", "kubelet". */
  readonly manager: string;
  /** After this many failures in a row a key is dropped until the next change; absent: retried for ever. */
  readonly maxRetries?: number;
  load(): Promise<Controller>;
}

/** "NAMESPACE/NAME" of an object. */
export function workKey(object: {
  readonly metadata: { readonly namespace?: string; readonly name?: string };
}): WorkKey {
  const { namespace, name = "" } = object.metadata;
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** The reverse of {@link workKey}. */
export function splitKey(key: WorkKey): { namespace: string; name: string } {
  const slash = key.indexOf("/");
  return slash < 0 ? { namespace: "", name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The keys of the objects of `kind` that own `object` as its controller: for watches on children. */
export function controllerOwnerKeys(
  apiGroup: string,
  kind: string,
): (object: KubeObject, old?: KubeObject) => readonly WorkKey[] {
  const find = (o: KubeObject | undefined): WorkKey | undefined => {
    const owner = o?.metadata.ownerReferences?.find((r) => r.controller === true);
    if (owner === undefined || owner.kind !== kind || owner.apiVersion.split("/").slice(0, -1).join("") !== apiGroup)
      return undefined;
    return o?.metadata.namespace ? `${o.metadata.namespace}/${owner.name}` : owner.name;
  };
  return (object, old) => [...new Set([find(object), find(old)].filter((k): k is string => k !== undefined))];
}

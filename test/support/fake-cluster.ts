import type { Client, DeleteOptions, ListOptions, ResourcePath } from "../../src/client/client.ts";
import type { EventRecorder } from "../../src/client/events.ts";
import type { Lister } from "../../src/client/lister.ts";
import type { ControllerRegistration } from "../../src/controllers/controller.ts";
import { createControllerManager } from "../../src/controllers/manager.ts";
import { deepCopy, deepEqual, type JsonObject, type KubeObject } from "../../src/machinery/object.ts";
import { alreadyExists, conflict, forbidden, notFound, StatusError } from "../../src/machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../src/machinery/time.ts";

/** An event as the fake records it. */
export interface FakeEvent {
  readonly about: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly at: Instant;
}

const START = parseTime("2026-11-20T08:00:00Z");
const STATUS_METADATA = new Set(["apps/deployments"]);

/** An apiserver, simulation and kubelet reduced to what controllers need in a test: objects in a map, a queue by instant, pods that come up after 300 ms. */
export class FakeCluster {
  now: Instant = START;
  readonly objects = new Map<string, KubeObject>();
  readonly events: FakeEvent[] = [];
  readonly errors: string[] = [];
  /** Throws to refuse a create. */
  admit: (object: KubeObject) => void = () => {};
  /** What becomes of a pod once it has been bound; default: it runs and is ready. */
  podOutcome: (pod: KubeObject) => "ready" | "unready" | "succeeded" | "failed" | "pending" = () => "ready";
  writes = 0;
  readonly manager;
  #revision = 1;
  #serial = 0;
  #queue = new Map<string, { owner: string; key: string; at: Instant; sequence: number }>();
  #sequence = 0;

  constructor(registrations: readonly ControllerRegistration[]) {
    this.manager = createControllerManager({
      registrations: [...registrations, this.#kubelet()],
      lister: this.lister,
      now: () => this.now,
      wake: (owner, key, at) => this.wake(owner, key, at),
      chance: (purpose) => (Buffer.from(purpose).reduce((a, b) => (a * 31 + b) % 9973, 7) % 1000) / 1000,
      clientFor: () => this.client,
      eventsFor: (r) => this.#recorder(r.name),
      onError: (error, owner, key) => this.errors.push(`${owner} ${key}: ${(error as Error).message}`),
    });
    this.seed("", "nodes", readyNode("node-1"));
    this.seed("coordination.k8s.io", "leases", {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "node-1", namespace: "kube-node-lease" },
    });
  }

  /** Puts an object there without telling anybody. */
  seed(group: string, resource: string, object: KubeObject): void {
    const { namespace, name } = object.metadata;
    object.metadata = {
      uid: `uid-${name}`,
      creationTimestamp: formatTime(this.now),
      resourceVersion: "1",
      ...object.metadata,
    };
    this.objects.set(FakeCluster.key(group, resource, namespace, name!), object);
  }

  static key(group: string, resource: string, namespace: string | undefined, name: string): string {
    return `${group}/${resource}/${namespace ?? ""}/${name}`;
  }

  get<T = KubeObject>(group: string, resource: string, name: string, namespace: string | null = "default"): T {
    const found = this.objects.get(FakeCluster.key(group, resource, namespace ?? undefined, name));
    if (found === undefined) throw notFound({ group, resource }, name);
    return found as T;
  }

  all<T = KubeObject>(group: string, resource: string, namespace?: string): T[] {
    return [...this.lister.list<T>(group, resource, namespace)];
  }

  wake(owner: string, key: string, at: Instant): void {
    const id = `${owner} ${key}`;
    const queued = this.#queue.get(id);
    if (queued !== undefined && queued.at <= at) return;
    this.#queue.set(id, { owner, key, at: Math.max(at, this.now), sequence: this.#sequence++ });
  }

  /** Runs everything due up to `ms` from now. */
  async advance(ms: number): Promise<void> {
    const target = this.now + ms;
    for (let steps = 0; ; steps++) {
      if (steps > 5000) throw new Error(`the queue does not come to rest: ${[...this.#queue.keys()].slice(0, 5)}`);
      let next: { owner: string; key: string; at: Instant; sequence: number } | undefined;
      for (const entry of this.#queue.values())
        if (next === undefined || entry.at < next.at || (entry.at === next.at && entry.sequence < next.sequence))
          next = entry;
      if (next === undefined || next.at > target) break;
      this.#queue.delete(`${next.owner} ${next.key}`);
      this.now = Math.max(this.now, next.at);
      const again = await this.manager.run(next.owner, next.key, this.now);
      if (again !== undefined) this.wake(next.owner, next.key, again);
    }
    this.now = target;
  }

  /** Runs what is due now. */
  settle(): Promise<void> {
    return this.advance(0);
  }

  nextDue(): Instant | undefined {
    return [...this.#queue.values()].reduce<Instant | undefined>(
      (m, e) => (m === undefined || e.at < m ? e.at : m),
      undefined,
    );
  }

  readonly lister: Lister = {
    get: <T>(group: string, resource: string, namespace: string | undefined, name: string) =>
      this.objects.get(FakeCluster.key(group, resource, namespace || undefined, name)) as T | undefined,
    list: <T>(group: string, resource: string, namespace?: string) => {
      const prefix = namespace ? `${group}/${resource}/${namespace}/` : `${group}/${resource}/`;
      return [...this.objects.keys()]
        .filter((k) => k.startsWith(prefix))
        .sort()
        .map((k) => this.objects.get(k) as T);
    },
    listNamed: <T>(group: string, resource: string, namespace: string | undefined, start: string) =>
      this.lister.list<KubeObject>(group, resource, namespace).filter((o) => o.metadata.name?.startsWith(start)) as T[],
    ownedBy: <T>(group: string, resource: string, namespace: string | undefined, uid: string) =>
      this.lister
        .list<KubeObject>(group, resource, namespace)
        .filter((o) => o.metadata.ownerReferences?.some((r) => r.controller === true && r.uid === uid)) as T[],
    dependents: (uid) =>
      [...this.objects.values()].filter((o) => o.metadata.ownerReferences?.some((r) => r.uid === uid)),
  };

  #commit(path: ResourcePath, key: string, object: KubeObject | undefined, old: KubeObject | undefined): void {
    this.writes++;
    if (object === undefined) this.objects.delete(key);
    else {
      object.metadata.resourceVersion = String(++this.#revision);
      this.objects.set(key, object);
    }
    this.manager.observe({ group: path.group, resource: path.resource, object: object ?? old!, old });
  }

  #save(path: ResourcePath, key: string, next: KubeObject, old: KubeObject): KubeObject {
    next.metadata.resourceVersion = old.metadata.resourceVersion;
    if (deepEqual(next, old)) return old;
    if (!deepEqual(next.spec, old.spec)) next.metadata.generation = (old.metadata.generation ?? 0) + 1;
    const gone = next.metadata.deletionTimestamp !== undefined && (next.metadata.finalizers ?? []).length === 0;
    const waits = path.group === "" && (path.resource === "pods" || path.resource === "namespaces");
    if (gone && !waits) this.#commit(path, key, undefined, old);
    else this.#commit(path, key, next, old);
    return next;
  }

  readonly client: Client = {
    get: async <T>(path: ResourcePath, name: string) =>
      this.get<T>(path.group, path.resource, name, path.namespace ?? null),
    list: async <T>(path: ResourcePath, _options?: ListOptions) => ({
      items: this.all<T>(path.group, path.resource, path.namespace),
      metadata: {},
    }),
    create: async <T>(path: ResourcePath, body: T) => {
      const object = deepCopy(body) as unknown as KubeObject;
      const { metadata } = object;
      metadata.name ??= `${metadata.generateName}${(++this.#serial + 46655).toString(36)}`;
      const key = FakeCluster.key(path.group, path.resource, path.namespace, metadata.name);
      this.admit(object);
      if (this.lister.get("", "namespaces", undefined, path.namespace ?? "")?.metadata.deletionTimestamp !== undefined)
        throw terminating(path, metadata.name);
      if (this.objects.has(key)) throw alreadyExists(path, metadata.name);
      if (path.namespace) metadata.namespace = path.namespace;
      metadata.uid = `uid-${String(++this.#serial).padStart(5, "0")}`;
      metadata.generation = 1;
      metadata.creationTimestamp = formatTime(this.now);
      this.#commit(path, key, object, undefined);
      return object as unknown as T;
    },
    update: async <T>(path: ResourcePath, body: T, options?: { subresource?: string }) => {
      const next = deepCopy(body) as unknown as KubeObject;
      const key = FakeCluster.key(path.group, path.resource, path.namespace, next.metadata.name!);
      const old = this.objects.get(key);
      if (old === undefined) throw notFound(path, next.metadata.name!);
      if (next.metadata.resourceVersion !== undefined && next.metadata.resourceVersion !== old.metadata.resourceVersion)
        throw conflict(
          path,
          next.metadata.name!,
          "the object has been modified; please apply your changes to the latest version and try again",
        );
      if (options?.subresource === "status") {
        const draft = deepCopy(old);
        draft.status = next.status;
        if (STATUS_METADATA.has(`${path.group}/${path.resource}`))
          draft.metadata.annotations = next.metadata.annotations;
        return this.#save(path, key, draft, old) as unknown as T;
      }
      if (options?.subresource === undefined && "status" in old) next.status = old.status;
      if (options?.subresource === "finalize" && next.spec.finalizers.length === 0) {
        this.#commit(path, key, undefined, old);
        return next as unknown as T;
      }
      return this.#save(path, key, next, old) as unknown as T;
    },
    patch: async <T>(
      path: ResourcePath,
      name: string,
      _type: string,
      patch: unknown,
      _options?: { subresource?: string },
    ) => {
      const key = FakeCluster.key(path.group, path.resource, path.namespace, name);
      const old = this.objects.get(key);
      if (old === undefined) throw notFound(path, name);
      const next = mergePatch(deepCopy(old), patch as JsonObject) as KubeObject;
      return this.#save(path, key, next, old) as unknown as T;
    },
    delete: async (path: ResourcePath, name: string, options: DeleteOptions = {}) => {
      const key = FakeCluster.key(path.group, path.resource, path.namespace, name);
      const old = this.objects.get(key);
      if (old === undefined) throw notFound(path, name);
      if (options.uid !== undefined && options.uid !== old.metadata.uid) throw conflict(path, name, "uid differs");
      const next = deepCopy(old);
      const finalizers = new Set(next.metadata.finalizers ?? []);
      if (options.propagationPolicy === "Foreground") finalizers.add("foregroundDeletion");
      if (options.propagationPolicy === "Orphan") finalizers.add("orphan");
      next.metadata.finalizers = [...finalizers];
      const graceful = path.group === "" && path.resource === "pods" && options.gracePeriodSeconds !== 0;
      const namespaced = path.resource === "namespaces" && (old.spec?.finalizers ?? []).length > 0;
      if (finalizers.size === 0 && !graceful && !namespaced) this.#commit(path, key, undefined, old);
      else if (old.metadata.deletionTimestamp === undefined) {
        next.metadata.deletionTimestamp = formatTime(this.now + (graceful ? 30_000 : 0));
        this.#commit(path, key, next, old);
      }
      return {};
    },
    deleteCollection: async (path: ResourcePath) => {
      for (const object of this.all(path.group, path.resource, path.namespace))
        await this.client.delete(path, object.metadata.name!);
      return {};
    },
    watch: () => {
      throw new Error("the fake cannot watch");
    },
    request: async () => {
      throw new Error("the fake knows no raw requests");
    },
  };

  #recorder(component: string): EventRecorder {
    return {
      event: async ({ object }, type, reason, message, source) => {
        const about = `${object.kind}/${object.metadata.name}`;
        this.events.push({ about, type, reason, message, at: this.now });
        void (source ?? { component });
      },
      action: async ({ object }, { type, reason, note }) => {
        this.events.push({
          about: `${object.kind}/${object.metadata.name}`,
          type,
          reason,
          message: note,
          at: this.now,
        });
      },
    };
  }

  /** Binds a pod to the first node (or "node-1") at once, decides it after 300 ms, and removes it 100 ms after its deletion. */
  #kubelet(): ControllerRegistration {
    const at: ResourcePath = { group: "", version: "v1", resource: "pods" };
    return {
      name: "fake-kubelet",
      user: "system:node:node-1",
      manager: "kubelet",
      watches: [{ group: "", resource: "pods" }],
      load: async () => ({
        reconcile: async (key, { now }) => {
          const [namespace, name] = key.split("/") as [string, string];
          const objectKey = FakeCluster.key("", "pods", namespace, name);
          const pod = this.objects.get(objectKey);
          if (pod === undefined) return undefined;
          const path = { ...at, namespace };
          if (pod.metadata.deletionTimestamp !== undefined) return this.#terminate(path, objectKey, pod, now);
          const outcome = this.podOutcome(pod);
          if (pod.status?.phase === undefined) {
            const bound = deepCopy(pod);
            bound.spec.nodeName ??= pinnedNode(pod) ?? "node-1";
            bound.status = { phase: "Pending", decidedAt: now + 300 };
            this.#save(path, objectKey, bound, pod);
            return { at: now + 300 };
          }
          if (pod.status.phase === "Pending" && pod.status.decidedAt > now) return { at: pod.status.decidedAt };
          if (pod.status.phase === "Pending" && outcome !== "pending")
            this.#save(path, objectKey, this.#decided(pod, outcome, now), pod);
          return undefined;
        },
      }),
    };
  }

  #terminate(path: ResourcePath, key: string, pod: KubeObject, now: Instant): { at: Instant } | undefined {
    if (pod.status?.goneAt === undefined) {
      const next = deepCopy(pod);
      next.status = { ...next.status, goneAt: now + 100 };
      this.#save(path, key, next, pod);
      return { at: now + 100 };
    }
    if (now < pod.status.goneAt) return { at: pod.status.goneAt };
    if ((pod.metadata.finalizers ?? []).length > 0) return undefined;
    this.#commit(path, key, undefined, pod);
    return undefined;
  }

  #decided(pod: KubeObject, outcome: string, now: Instant): KubeObject {
    const next = deepCopy(pod);
    const ended = outcome === "succeeded" || outcome === "failed";
    const ready = outcome === "ready" ? "True" : "False";
    next.status = {
      ...pod.status,
      phase: ended ? (outcome === "failed" ? "Failed" : "Succeeded") : "Running",
      podIP: `10.244.1.${2 + (++this.#serial % 250)}`,
      conditions: [{ type: "Ready", status: ready, lastTransitionTime: formatTime(now) }],
      startTime: formatTime(now - 300),
      containerStatuses: next.spec.containers.map((c: JsonObject) => ({
        name: c.name,
        restartCount: 0,
        ready: ready === "True",
        image: c.image,
        state: ended
          ? {
              terminated: {
                exitCode: outcome === "failed" ? 1 : 0,
                startedAt: formatTime(now),
                finishedAt: formatTime(now),
              },
            }
          : { running: { startedAt: formatTime(now) } },
      })),
    };
    return next;
  }
}

/** A node whose kubelet reports it ready. */
export const readyNode = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Node",
  metadata: { name, labels: { "kubernetes.io/hostname": name, ...labels } },
  spec: {},
  status: {
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", lastHeartbeatTime: formatTime(START) }],
  },
});

/** Mirrors the NamespaceLifecycle admission plugin. */
function terminating(path: ResourcePath, name: string): StatusError {
  const { status } = forbidden(
    path,
    name,
    `unable to create new content in namespace ${path.namespace} because it is being terminated`,
  );
  return new StatusError({ ...status, details: { ...status.details, causes: [{ reason: "NamespaceTerminating" }] } });
}

const pinnedNode = (pod: KubeObject): string | undefined =>
  pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]
    ?.matchFields?.[0]?.values[0];

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result: JsonObject =
    typeof target === "object" && target !== null && !Array.isArray(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

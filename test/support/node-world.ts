import type { EventRecorder } from "../../src/client/events.ts";
import type { Lister } from "../../src/client/lister.ts";
import type { ControllerRegistration } from "../../src/controllers/controller.ts";
import { createControllerManager } from "../../src/controllers/manager.ts";
import type { Node, Pod } from "../../src/kinds/types/core_v1.ts";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import type { Instant } from "../../src/machinery/time.ts";
import { kubeletRegistration } from "../../src/node/kubelet/registration.ts";
import { registrations as schedulers } from "../../src/scheduler/registration.ts";
import { type ObjectStore, storeKey, storePrefix } from "../../src/store/object-store.ts";
import { FakeRuntime } from "./fake-runtime.ts";
import { createTestServer, type TestServer } from "./test-server.ts";

interface Entry {
  readonly owner: string;
  readonly key: string;
  readonly at: Instant;
  readonly sequence: number;
}

/** An event as it was reported, in the order of its reporting. */
export interface Reported {
  readonly about: string;
  readonly reason: string;
  readonly message: string;
  readonly ms: number;
}

const core = (resource: string, namespace?: string) => ({
  group: "",
  version: "v1",
  resource,
  ...(namespace ? { namespace } : {}),
});

function listerOf(store: ObjectStore): Lister {
  return {
    get: <T>(group: string, resource: string, namespace: string | undefined, name: string) =>
      store.get(storeKey(group, resource, namespace, name))?.object as T | undefined,
    list: <T>(group: string, resource: string, namespace?: string) =>
      store.list(storePrefix(group, resource, namespace)).map((s) => s.object as T),
    ownedBy: () => [],
    listNamed: () => [],
  };
}

/** A real apiserver, the scheduler and the kubelets over a fake runtime, on a queue that the test moves. */
export class NodeWorld {
  readonly runtime = new FakeRuntime();
  readonly records = new Map<string, JsonObject>();
  readonly stopped = new Map<string, Instant>();
  readonly events: Reported[] = [];
  readonly errors: string[] = [];
  readonly manifests = new Map<string, JsonObject[]>();
  readonly files = new Set<string>();
  runs = 0;
  readonly begin: Instant;
  readonly lister: Lister;
  readonly manager;
  readonly server: TestServer;
  #queue = new Map<string, Entry>();
  #sequence = 0;

  constructor(server: TestServer) {
    this.server = server;
    this.begin = server.now;
    this.lister = listerOf(server.store);
    const registrations: ControllerRegistration[] = [
      ...schedulers,
      kubeletRegistration(async () => ({
        runtime: this.runtime,
        staticPods: (node) => this.manifests.get(node) ?? [],
        nodeHasFile: (_node, path) => this.files.has(path),
        nodes: { isRunning: (n) => !this.stopped.has(n), stoppedAt: (n) => this.stopped.get(n) },
        records: {
          get: (key) => this.records.get(key),
          put: (key, value) => {
            if (value === undefined) this.records.delete(key);
            else this.records.set(key, JSON.parse(JSON.stringify(value)));
          },
        },
      })),
    ];
    this.manager = createControllerManager({
      registrations,
      lister: this.lister,
      now: () => server.now,
      wake: (owner, key, at) => this.wake(owner, key, at),
      chance: () => 0,
      clientFor: () => server.client,
      eventsFor: () => this.#recorder(),
      onError: (error, owner, key) => this.errors.push(`${owner} ${key}: ${(error as Error).stack}`),
    });
    server.store.onChange(({ key, object, previous }) => {
      const [, , group = "", resource = ""] = key.split("/");
      this.manager.observe({ group: group === "core" ? "" : group, resource, object, old: previous });
    });
  }

  static async create(): Promise<NodeWorld> {
    const world = new NodeWorld(await createTestServer());
    // Every pod mounts it; its publisher is not part of this world.
    const authority = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kube-root-ca.crt" },
      data: { "ca.crt": "" },
    };
    await world.server.client.create(core("configmaps", "default"), authority);
    await world.addNode("kind-control-plane", 0, {
      taints: [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }],
    });
    await world.addNode("kind-worker", 1);
    await world.addNode("kind-worker2", 2);
    return world;
  }

  async addNode(name: string, index: number, spec: JsonObject = {}): Promise<void> {
    const capacity = { cpu: "8", memory: "16374184Ki", pods: "110", "ephemeral-storage": "263174212Ki" };
    const created = await this.server.client.create<Node>(core("nodes"), {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels: { "kubernetes.io/hostname": name } },
      spec: { podCIDR: `10.244.${index}.0/24`, ...spec },
    });
    const status = {
      capacity,
      allocatable: capacity,
      addresses: [{ type: "InternalIP", address: `172.18.0.${index + 2}` }],
      conditions: [{ type: "Ready", status: "True" }],
    };
    await this.server.client.update<Node>(core("nodes"), { ...created, status }, { subresource: "status" });
    // What admission tainted as not ready the node lifecycle controller would free; it is not part of this world.
    const free = { spec: { taints: (spec["taints"] as unknown[] | undefined) ?? null } };
    await this.server.client.patch(core("nodes"), name, "application/merge-patch+json", free);
  }

  /** Creates a pod; `spec` needs its containers only. */
  async createPod(name: string, spec: JsonObject, metadata: JsonObject = {}): Promise<Pod> {
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, ...metadata }, spec } as unknown as Pod;
    return this.server.client.create<Pod>(core("pods", "default"), pod);
  }

  pod(name: string): Pod | undefined {
    return this.server.store.get(storeKey("", "pods", "default", name))?.object as unknown as Pod | undefined;
  }

  wake(owner: string, key: string, at: Instant): void {
    const id = `${owner} ${key}`;
    const queued = this.#queue.get(id);
    if (queued !== undefined && queued.at <= at) return;
    this.#queue.set(id, { owner, key, at: Math.max(at, this.server.now), sequence: this.#sequence++ });
  }

  nextDue(): Instant | undefined {
    const all = [...this.#queue.values()].map((e) => e.at);
    return all.length === 0 ? undefined : Math.min(...all);
  }

  /** Runs what is due up to `ms` from now. */
  async advance(ms: number): Promise<void> {
    const target = this.server.now + ms;
    for (;;) {
      const next = [...this.#queue.values()].sort((a, b) => a.at - b.at || a.sequence - b.sequence)[0];
      if (next === undefined || next.at > target) break;
      if (++this.runs > 20_000) throw new Error(`does not come to rest: ${next.owner} ${next.key}`);
      this.#queue.delete(`${next.owner} ${next.key}`);
      this.server.now = Math.max(this.server.now, next.at);
      const again = await this.manager.run(next.owner, next.key, this.server.now);
      if (again !== undefined) this.wake(next.owner, next.key, again);
    }
    this.server.now = target;
  }

  /** "Reason: message" of the events about an object. */
  eventsOf(name: string): string[] {
    return this.events.filter((e) => e.about === name).map((e) => `${e.reason}: ${e.message}`);
  }

  #recorder(): EventRecorder {
    return {
      event: async ({ object }: { object: Pick<KubeObject, "metadata"> }, _type, reason, message) => {
        this.events.push({ about: object.metadata.name ?? "", reason, message, ms: this.server.now - this.begin });
      },
      action: async ({ object }, { reason, note }) => {
        this.events.push({
          about: object.metadata.name ?? "",
          reason,
          message: note,
          ms: this.server.now - this.begin,
        });
      },
    };
  }
}

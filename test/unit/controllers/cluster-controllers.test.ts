import { expect, test } from "vitest";
import { registrations } from "../../../src/controllers/registry.ts";
import { apps, core } from "../../../src/controllers/shared/paths.ts";
import type { Deployment } from "../../../src/kinds/types/apps_v1.ts";
import { deepCopy, type KubeObject } from "../../../src/machinery/object.ts";
import { FakeCluster } from "../../support/fake-cluster.ts";

const cluster = (): FakeCluster => new FakeCluster(registrations);

const pod = (name: string, spec: Record<string, unknown> = {}, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, labels },
  spec: { containers: [{ name: "c", image: "nginx", ports: [{ name: "http", containerPort: 8080 }] }], ...spec },
});

async function deployWeb(c: FakeCluster, namespace = "default"): Promise<void> {
  await c.client.create<Deployment>(apps("deployments", namespace), {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "c", image: "nginx" }] } },
    },
  });
  await c.advance(1000);
}

const left = (c: FakeCluster): string[] =>
  [...c.objects.keys()].filter((k) => /deployments|replicasets|\/pods|configmaps/.test(k)).map((k) => k.split("/")[1]!);

test.each([
  ["Background", []],
  ["Foreground", []],
  ["Orphan", ["replicasets", "pods", "pods"]],
] as const)("deleting a deployment, %s", async (propagationPolicy, remaining) => {
  const c = cluster();
  await deployWeb(c);
  await c.client.delete(apps("deployments", "default"), "web", { propagationPolicy });
  if (propagationPolicy === "Foreground") {
    await c.settle();
    expect(c.get("apps", "deployments", "web").metadata.deletionTimestamp).toBeDefined();
  }
  await c.advance(1000);
  expect(left(c).sort()).toEqual([...remaining].sort());
  if (propagationPolicy === "Orphan") expect(c.all("apps", "replicasets")[0]!.metadata.ownerReferences).toEqual([]);
  expect(c.errors).toEqual([]);
});

test("an object whose owner never was goes, one of an unknown kind stays", async () => {
  const c = cluster();
  const owned = (name: string, kind: string, apiVersion: string): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ownerReferences: [{ apiVersion, kind, name: "never", uid: "nope" }] },
  });
  await c.client.create(core("configmaps", "default"), owned("stray", "ConfigMap", "v1"));
  await c.client.create(core("configmaps", "default"), owned("kept", "Widget", "example.com/v1"));
  await c.settle();
  expect(c.all("", "configmaps").map((o) => o.metadata.name)).toEqual(["kept"]);
});

test("a namespace goes with its content, pods first, and tells what holds it", async () => {
  const c = cluster();
  await c.client.create(core("configmaps", "kube-system"), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "extension-apiserver-authentication" },
    data: { "client-ca-file": "PEM" },
  });
  await c.client.create(core("namespaces"), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: "proj" },
    spec: { finalizers: ["kubernetes"] },
  });
  await c.settle();
  expect(c.get("", "serviceaccounts", "default", "proj")).toBeDefined();
  expect(c.get("", "configmaps", "kube-root-ca.crt", "proj").data).toEqual({ "ca.crt": "PEM" });
  await deployWeb(c, "proj");
  await c.client.create(core("configmaps", "proj"), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "pinned", finalizers: ["example.com/hold"] },
  });
  await c.client.delete(core("namespaces"), "proj");
  await c.advance(4000);
  expect(c.all("", "pods", "proj")).toHaveLength(2);
  await c.advance(15_000);
  const { status } = c.get("", "namespaces", "proj", null);
  expect(status.phase).toBe("Terminating");
  expect(status.conditions.map((x: KubeObject) => `${x.type}=${x.status} ${x.reason}`)).toEqual([
    "NamespaceDeletionDiscoveryFailure=False ResourcesDiscovered",
    "NamespaceDeletionGroupVersionParsingFailure=False ParsedGroupVersions",
    "NamespaceDeletionContentFailure=False ContentDeleted",
    "NamespaceContentRemaining=True SomeResourcesRemain",
    "NamespaceFinalizersRemaining=True SomeFinalizersRemain",
  ]);
  expect(status.conditions[3].message).toBe("Some resources are remaining: configmaps. has 1 resource instances");
  await c.client.patch(core("configmaps", "proj"), "pinned", "application/merge-patch+json", {
    metadata: { finalizers: null },
  });
  await c.advance(5000);
  expect(c.all("", "namespaces").map((n) => n.metadata.name)).toEqual([]);
});

test("endpoints and slices follow pods and services", async () => {
  const c = cluster();
  await c.client.create(core("pods", "default"), pod("w1", {}, { app: "web" }));
  const service = (name: string, spec: Record<string, unknown>): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: {
      clusterIP: "10.96.0.9",
      selector: { app: "web" },
      ports: [{ port: 80, targetPort: "http", protocol: "TCP" }],
      ...spec,
    },
  });
  await c.client.create(core("services", "default"), service("web", {}));
  await c.client.create(core("services", "default"), service("head", { clusterIP: "None", ports: undefined }));
  await c.settle();
  expect(c.get("", "endpoints", "web").subsets).toEqual([]);
  const slice = (name: string): KubeObject =>
    c
      .all("discovery.k8s.io", "endpointslices")
      .find((s) => s.metadata.labels?.["kubernetes.io/service-name"] === name)!;
  const { name } = slice("web").metadata;
  expect(slice("web")).toMatchObject({ endpoints: [], ports: [] });
  await c.advance(1000);
  const { podIP } = c.get("", "pods", "w1").status;
  const targetRef = { kind: "Pod", name: "w1", namespace: "default", uid: c.get("", "pods", "w1").metadata.uid };
  const addresses = [{ ip: podIP, nodeName: "node-1", targetRef }];
  expect(c.get("", "endpoints", "web").subsets).toEqual([{ addresses, ports: [{ port: 8080, protocol: "TCP" }] }]);
  expect(c.get("", "endpoints", "head").subsets).toEqual([{ addresses }]);
  expect(c.get("", "endpoints", "head").metadata.labels).toHaveProperty(["service.kubernetes.io/headless"], "");
  expect(slice("web")).toMatchObject({
    metadata: { name, ownerReferences: [{ kind: "Service", name: "web" }] },
    ports: [{ name: "", port: 8080, protocol: "TCP" }],
    endpoints: [{ addresses: [podIP], conditions: { ready: true, serving: true, terminating: false } }],
  });
  await c.client.delete(core("pods", "default"), "w1");
  await c.settle();
  expect(c.get("", "endpoints", "web").subsets).toEqual([]);
  expect(slice("web").endpoints[0].conditions).toEqual({ ready: false, serving: true, terminating: true });
  await c.client.delete(core("services", "default"), "web");
  await c.advance(1000);
  expect(c.all("", "endpoints").map((e) => e.metadata.name)).toEqual(["head"]);
  expect(c.all("discovery.k8s.io", "endpointslices")).toHaveLength(1);
});

test("Endpoints kept by hand are mirrored while their service has no selector", async () => {
  const c = cluster();
  const manual = {
    apiVersion: "v1",
    kind: "Endpoints",
    metadata: { name: "pg" },
    subsets: [{ addresses: [{ ip: "192.0.2.10" }], ports: [{ port: 5432, name: "pg", protocol: "TCP" }] }],
  };
  await c.client.create(core("services", "default"), {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "pg" },
    spec: { ports: [{ port: 5432 }] },
  });
  await c.client.create(core("endpoints", "default"), manual);
  await c.settle();
  const [slice] = c.all("discovery.k8s.io", "endpointslices");
  expect(slice).toMatchObject({
    addressType: "IPv4",
    endpoints: [{ addresses: ["192.0.2.10"], conditions: { ready: true } }],
    metadata: { labels: { "endpointslice.kubernetes.io/managed-by": "endpointslicemirroring-controller.k8s.io" } },
  });
  await c.client.delete(core("services", "default"), "pg");
  await c.settle();
  expect(c.all("", "endpoints")).toEqual([]);
  expect(c.all("discovery.k8s.io", "endpointslices")).toEqual([]);
});

test("NoExecute taints evict at once, later, or never", async () => {
  const c = cluster();
  const tolerate = (tolerationSeconds?: number) => ({
    tolerations: [
      {
        key: "drain",
        operator: "Exists",
        effect: "NoExecute",
        ...(tolerationSeconds === undefined ? {} : { tolerationSeconds }),
      },
    ],
  });
  await c.client.create(core("pods", "default"), pod("plain"));
  await c.client.create(core("pods", "default"), pod("stays", tolerate()));
  await c.client.create(core("pods", "default"), pod("brief", tolerate(6)));
  await c.advance(1000);
  const draft = deepCopy(c.get("", "nodes", "node-1", null));
  draft.spec.taints = [{ key: "drain", value: "now", effect: "NoExecute" }];
  await c.client.update(core("nodes"), draft);
  const names = (): unknown[] => c.all("", "pods").map((p) => p.metadata.name);
  await c.advance(1000);
  expect(names()).toEqual(["brief", "stays"]);
  await c.advance(4000);
  expect(names()).toEqual(["brief", "stays"]);
  await c.advance(2000);
  expect(names()).toEqual(["stays"]);
  expect(c.events.filter((e) => e.reason === "TaintManagerEviction").map((e) => e.message)).toEqual([
    "Marking for deletion Pod default/plain",
    "Marking for deletion Pod default/brief",
  ]);
});

test("a node without heartbeat turns Unknown after its grace and is tainted; cordoning taints too", async () => {
  const c = cluster();
  await c.client.create(core("nodes"), { apiVersion: "v1", kind: "Node", metadata: { name: "ghost" } });
  const draft = deepCopy(c.get("", "nodes", "node-1", null));
  draft.spec.unschedulable = true;
  await c.client.update(core("nodes"), draft);
  await c.advance(61_000);
  const taints = (name: string): string[] =>
    (c.get("", "nodes", name, null).spec?.taints ?? []).map((t: KubeObject) => `${t.key}:${t.effect}`);
  expect(taints("node-1")).toEqual(["node.kubernetes.io/unschedulable:NoSchedule"]);
  expect(taints("ghost")).toEqual([
    "node.kubernetes.io/unreachable:NoSchedule",
    "node.kubernetes.io/unreachable:NoExecute",
  ]);
  const ready = c.get("", "nodes", "ghost", null).status.conditions[0];
  expect(ready).toMatchObject({ type: "Ready", status: "Unknown", reason: "NodeStatusNeverUpdated" });
  expect(c.nextDue()).toBeUndefined();
});

test("pods of a node that is gone are removed after the quarantine", async () => {
  const c = cluster();
  await c.client.create(core("pods", "default"), pod("p"));
  await c.advance(1000);
  await c.client.delete(core("nodes"), "node-1");
  await c.advance(39_000);
  expect(c.all("", "pods")).toHaveLength(1);
  await c.advance(2000);
  expect(c.all("", "pods")).toHaveLength(0);
});

import { expect, test } from "vitest";
import { registrations } from "../../../src/controllers/registry.ts";
import { apps, core } from "../../../src/controllers/shared/paths.ts";
import type { DaemonSet, StatefulSet } from "../../../src/kinds/types/apps_v1.ts";
import { deepCopy, type KubeObject } from "../../../src/machinery/object.ts";
import { FakeCluster, readyNode } from "../../support/fake-cluster.ts";

const template = (app: string, image = "redis:7") => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: "c", image }] },
});
const set = (spec: Partial<NonNullable<StatefulSet["spec"]>> = {}): StatefulSet => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "db" },
  spec: {
    replicas: 3,
    serviceName: "db",
    selector: { matchLabels: { app: "db" } },
    template: template("db"),
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 0 } },
    ...spec,
  },
});
const daemon = (spec: Partial<NonNullable<DaemonSet["spec"]>> = {}): DaemonSet => ({
  apiVersion: "apps/v1",
  kind: "DaemonSet",
  metadata: { name: "agent", annotations: { "deprecated.daemonset.template.generation": "1" } },
  spec: {
    selector: { matchLabels: { app: "agent" } },
    template: template("agent"),
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1, maxSurge: 0 } },
    ...spec,
  },
});

async function edit<T extends KubeObject>(
  c: FakeCluster,
  resource: string,
  name: string,
  change: (o: T) => void,
): Promise<void> {
  const draft = deepCopy(c.get<T>("apps", resource, name));
  change(draft);
  await c.client.update(apps(resource, "default"), draft);
}
const pods = (c: FakeCluster): string[] => c.all("", "pods").map((p) => p.metadata.name!);
const images = (c: FakeCluster): string[] => c.all("", "pods").map((p) => p.spec.containers[0].image);

test("replicas come up in order, with claims, names and labels of their own", async () => {
  const c = new FakeCluster(registrations);
  const volumeClaimTemplates = [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"] },
    },
  ];
  await c.client.create(apps("statefulsets", "default"), set({ volumeClaimTemplates }));
  await c.settle();
  expect(pods(c)).toEqual(["db-0"]);
  await c.advance(300);
  expect(pods(c)).toEqual(["db-0", "db-1"]);
  await c.advance(700);
  const [first] = c.all("", "pods");
  expect(first!.metadata.labels).toMatchObject({
    app: "db",
    "apps.kubernetes.io/pod-index": "0",
    "statefulset.kubernetes.io/pod-name": "db-0",
    "controller-revision-hash": c.all("apps", "controllerrevisions")[0]!.metadata.name,
  });
  expect(first!.spec).toMatchObject({
    hostname: "db-0",
    subdomain: "db",
    volumes: [{ name: "data", persistentVolumeClaim: { claimName: "data-db-0" } }],
  });
  expect(c.all("", "persistentvolumeclaims").map((p) => [p.metadata.name, p.metadata.labels])).toEqual([
    ["data-db-0", { app: "db" }],
    ["data-db-1", { app: "db" }],
    ["data-db-2", { app: "db" }],
  ]);
  const { status } = c.get("apps", "statefulsets", "db");
  const { data } = c.all("apps", "controllerrevisions")[0]!;
  expect(JSON.stringify(data)).toBe(
    '{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"db"}},"spec":{"containers":[{"image":"redis:7","name":"c"}]}}}}',
  );
  const revision = c.all("apps", "controllerrevisions")[0]!.metadata.name;
  expect(status).toEqual({
    observedGeneration: 1,
    replicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    currentReplicas: 3,
    updatedReplicas: 3,
    currentRevision: revision,
    updateRevision: revision,
    collisionCount: 0,
  });
  expect(
    c.events
      .filter((e) => e.about === "StatefulSet/db")
      .slice(0, 2)
      .map((e) => e.message),
  ).toEqual([
    "create Claim data-db-0 Pod db-0 in StatefulSet db success",
    "create Pod db-0 in StatefulSet db successful",
  ]);
});

test("scaling down goes from the highest, one at a time; Parallel all at once", async () => {
  for (const [podManagementPolicy, after] of [
    ["OrderedReady", ["db-0", "db-1", "db-2"]],
    ["Parallel", ["db-0", "db-1", "db-2"]],
  ] as const) {
    const c = new FakeCluster(registrations);
    await c.client.create(apps("statefulsets", "default"), set({ podManagementPolicy, ordinals: { start: 0 } }));
    await c.advance(2000);
    await edit(c, "statefulsets", "db", (s) => {
      s.spec.replicas = 1;
    });
    await c.advance(50);
    expect(pods(c)).toEqual([...after]);
    const going = c.all("", "pods").filter((p) => p.metadata.deletionTimestamp !== undefined);
    expect(going.map((p) => p.metadata.name)).toEqual(podManagementPolicy === "Parallel" ? ["db-1", "db-2"] : ["db-2"]);
    await c.advance(1000);
    expect(pods(c)).toEqual(["db-0"]);
  }
});

test("an update goes from the highest down to the partition", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(apps("statefulsets", "default"), set());
  await c.advance(2000);
  await edit(c, "statefulsets", "db", (s) => {
    s.spec.updateStrategy.rollingUpdate.partition = 1;
    s.spec.template = template("db", "redis:7.2");
  });
  await c.advance(5000);
  expect(images(c)).toEqual(["redis:7", "redis:7.2", "redis:7.2"]);
  const { status } = c.get("apps", "statefulsets", "db");
  expect(status).toMatchObject({ currentReplicas: 1, updatedReplicas: 2 });
  expect(status.currentRevision).not.toBe(status.updateRevision);
  await edit(c, "statefulsets", "db", (s) => {
    s.spec.updateStrategy.rollingUpdate.partition = 0;
  });
  await c.advance(3000);
  expect(images(c)).toEqual(["redis:7.2", "redis:7.2", "redis:7.2"]);
  expect(
    c
      .all("apps", "controllerrevisions")
      .map((r) => r.revision)
      .sort(),
  ).toEqual([1, 2]);
  await edit(c, "statefulsets", "db", (s) => {
    s.spec.template = template("db", "redis:7");
  });
  await c.advance(5000);
  expect(
    c
      .all("apps", "controllerrevisions")
      .map((r) => r.revision)
      .sort(),
  ).toEqual([2, 3]);
  expect(images(c)).toEqual(["redis:7", "redis:7", "redis:7"]);
});

test("claims go with the set or with the replica, as the retention policy says", async () => {
  const c = new FakeCluster(registrations);
  const volumeClaimTemplates = [
    {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data" },
      spec: { accessModes: ["ReadWriteOnce"] },
    },
  ];
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete", whenScaled: "Delete" };
  await c.client.create(
    apps("statefulsets", "default"),
    set({ volumeClaimTemplates, persistentVolumeClaimRetentionPolicy }),
  );
  await c.advance(3000);
  await edit(c, "statefulsets", "db", (s) => {
    s.spec.replicas = 2;
  });
  await c.advance(2000);
  expect(c.all("", "persistentvolumeclaims").map((p) => p.metadata.name)).toEqual(["data-db-0", "data-db-1"]);
  await c.client.delete(apps("statefulsets", "default"), "db");
  await c.advance(2000);
  expect(c.all("", "persistentvolumeclaims")).toEqual([]);
});

test("daemons run on every node that takes them, and follow labels and taints", async () => {
  const c = new FakeCluster(registrations);
  c.seed("", "nodes", readyNode("node-2", { disk: "ssd" }));
  const tainted = readyNode("node-3");
  tainted.spec.taints = [{ key: "node-role.kubernetes.io/control-plane", effect: "NoSchedule" }];
  c.seed("", "nodes", tainted);
  await c.client.create(apps("daemonsets", "default"), daemon());
  await c.advance(1000);
  const names = (): unknown[] =>
    c
      .all("", "pods")
      .map(
        (p) =>
          p.spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]
            .matchFields[0].values[0],
      );
  expect(names().sort()).toEqual(["node-1", "node-2"]);
  expect(c.all("", "pods")[0]!.spec.tolerations.map((t: KubeObject) => `${t.key} ${t.effect}`)).toEqual([
    "node.kubernetes.io/not-ready NoExecute",
    "node.kubernetes.io/unreachable NoExecute",
    "node.kubernetes.io/disk-pressure NoSchedule",
    "node.kubernetes.io/memory-pressure NoSchedule",
    "node.kubernetes.io/pid-pressure NoSchedule",
    "node.kubernetes.io/unschedulable NoSchedule",
  ]);
  expect(c.get("apps", "daemonsets", "agent").status).toMatchObject({
    currentNumberScheduled: 2,
    desiredNumberScheduled: 2,
    numberMisscheduled: 0,
    numberReady: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
  });
});

test("a daemon update replaces one node at a time, OnDelete none", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(apps("daemonsets", "default"), daemon());
  await c.advance(1000);
  await edit(c, "daemonsets", "agent", (s) => {
    s.spec.template = template("agent", "redis:8");
    s.metadata.annotations!["deprecated.daemonset.template.generation"] = "2";
  });
  await c.advance(2000);
  expect(images(c)).toEqual(["redis:8"]);
  await edit(c, "daemonsets", "agent", (s) => {
    s.spec.updateStrategy = { type: "OnDelete" };
    s.spec.template = template("agent", "redis:9");
    s.metadata.annotations!["deprecated.daemonset.template.generation"] = "3";
  });
  await c.advance(2000);
  expect(images(c)).toEqual(["redis:8"]);
  expect(c.get("apps", "daemonsets", "agent").status.updatedNumberScheduled).toBeUndefined();
  expect(
    c
      .all("apps", "controllerrevisions")
      .map((r) => r.revision)
      .sort(),
  ).toEqual([1, 2, 3]);
  await c.client.delete(core("pods", "default"), pods(c)[0]!);
  await c.advance(2000);
  expect(images(c)).toEqual(["redis:9"]);
});

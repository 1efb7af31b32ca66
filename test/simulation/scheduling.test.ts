import { expect, test } from "vitest";
import type { KubeObject } from "../../src/machinery/object.ts";
import { NodeWorld } from "../support/node-world.ts";

const containers = (requests?: object, extra: object = {}) => [
  { name: "c", image: "nginx:1.27", ...(requests ? { resources: { requests } } : {}), ...extra },
];
const condition = (world: NodeWorld, name: string) =>
  world.pod(name)?.status?.conditions?.find((c) => c.type === "PodScheduled");
const taint = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }";
const hopeless = "preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
const noVictims =
  "preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.";
const hostname = "kubernetes.io/hostname";
const tolerations = [{ key: "node-role.kubernetes.io/control-plane", operator: "Exists", effect: "NoSchedule" }];
const nodes = { group: "", version: "v1", resource: "nodes" };
const pods = { group: "", version: "v1", resource: "pods", namespace: "default" };

const term = (labels: object) => [{ labelSelector: { matchLabels: labels }, topologyKey: hostname }];
const required = (terms: unknown) => ({ requiredDuringSchedulingIgnoredDuringExecution: terms });

const cases: [string, object, string][] = [
  [
    "a node selector that nothing matches",
    { nodeSelector: { disk: "nvme" }, containers: containers() },
    `0/3 nodes are available: ${taint}, 2 node(s) didn't match Pod's node affinity/selector. ${hopeless}`,
  ],
  [
    "too much CPU",
    { containers: containers({ cpu: "100" }) },
    `0/3 nodes are available: ${taint}, 2 Insufficient cpu. ${noVictims}`,
  ],
  [
    "too much of two resources, with a toleration",
    { tolerations, containers: containers({ cpu: "9", memory: "500Gi" }) },
    "0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient memory. preemption: 0/3 nodes are available: 3 No preemption victims found for incoming pod.",
  ],
  [
    "affinity to a pod that is not there",
    { affinity: { podAffinity: required(term({ app: "absent" })) }, containers: containers() },
    `0/3 nodes are available: ${taint}, 2 node(s) didn't match pod affinity rules. ${hopeless}`,
  ],
  [
    "an extended resource",
    { containers: containers(undefined, { resources: { limits: { "nvidia.com/gpu": "1" } } }) },
    `0/3 nodes are available: ${taint}, 2 Insufficient nvidia.com/gpu. ${noVictims}`,
  ],
  [
    "a claim that is not there",
    { containers: containers(), volumes: [{ name: "d", persistentVolumeClaim: { claimName: "nothere" } }] },
    `0/3 nodes are available: persistentvolumeclaim "nothere" not found. ${hopeless}`,
  ],
  [
    "a node named by a field, as DaemonSets do",
    {
      affinity: {
        nodeAffinity: required({
          nodeSelectorTerms: [{ matchFields: [{ key: "metadata.name", operator: "In", values: ["kind-worker"] }] }],
        }),
      },
      containers: containers({ cpu: "100" }),
    },
    "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
  ],
];

test.each(cases)("%s", async (_title, spec, message) => {
  const world = await NodeWorld.create();
  await world.createPod("p", spec as never);
  await world.advance(5000);
  expect(condition(world, "p")).toMatchObject({ status: "False", reason: "Unschedulable", message });
  expect(world.eventsOf("p")).toEqual([`FailedScheduling: ${message}`]);
  expect(world.errors).toEqual([]);
});

test("one pod a node: anti-affinity, host ports, topology spread", async () => {
  const rules: [object, string][] = [
    [{ affinity: { podAntiAffinity: required(term({ app: "x" })) } }, "node(s) didn't match pod anti-affinity rules"],
    [{}, "node(s) didn't have free ports for the requested pod ports"],
    [
      {
        topologySpreadConstraints: [
          {
            maxSkew: 1,
            topologyKey: hostname,
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: { app: "x" } },
          },
        ],
      },
      "node(s) didn't match pod topology spread constraints",
    ],
  ];
  for (const [rule, reason] of rules) {
    const world = await NodeWorld.create();
    const ports = reason.includes("ports") ? { ports: [{ containerPort: 80, hostPort: 8080 }] } : {};
    for (const name of ["a", "b", "c"])
      await world.createPod(name, { ...rule, containers: containers(undefined, ports) }, { labels: { app: "x" } });
    await world.advance(3000);
    const placed = ["a", "b"].map((name) => world.pod(name)?.spec?.nodeName).sort();
    expect(placed).toEqual(["kind-worker", "kind-worker2"]);
    expect(condition(world, "c")?.message).toBe(`0/3 nodes are available: ${taint}, 2 ${reason}. ${noVictims}`);
  }
});

test("a pod that waits is tried again when a node changes", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { nodeSelector: { disk: "ssd" }, containers: containers() });
  await world.advance(3000);
  await world.server.client.patch(nodes, "kind-worker2", "application/merge-patch+json", {
    metadata: { labels: { disk: "ssd" } },
  });
  await world.advance(2000);
  expect(world.pod("p")?.spec?.nodeName).toBe("kind-worker2");
  expect(world.pod("p")?.status?.phase).toBe("Running");
});

test("cordoned nodes, gates and other schedulers", async () => {
  const world = await NodeWorld.create();
  for (const name of ["kind-worker", "kind-worker2"])
    await world.server.client.patch(nodes, name, "application/merge-patch+json", { spec: { unschedulable: true } });
  await world.createPod("cordoned", { containers: containers() });
  await world.createPod("other", { schedulerName: "my-scheduler", containers: containers() });
  await world.createPod("gated", { schedulingGates: [{ name: "example.com/wait" }], containers: containers() });
  await world.advance(3000);
  expect(condition(world, "cordoned")?.message).toBe(
    `0/3 nodes are available: ${taint}, 2 node(s) were unschedulable. ${hopeless}`,
  );
  expect(world.events.map((e) => e.about)).toEqual(["cordoned"]);
});

test("preemption: the less important pod goes, the node is kept for the other", async () => {
  const world = await NodeWorld.create();
  const only = { nodeSelector: { [hostname]: "kind-worker" } };
  await world.server.client.create(
    { group: "scheduling.k8s.io", version: "v1", resource: "priorityclasses" },
    { apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", metadata: { name: "high" }, value: 1000 },
  );
  await world.createPod("low", { ...only, containers: containers({ cpu: "6" }) });
  await world.advance(2000);
  await world.createPod("high", {
    ...only,
    priorityClassName: "high",
    priority: 1000,
    containers: containers({ cpu: "6" }),
  });
  await world.advance(0);
  expect(world.errors).toEqual([]);
  expect(world.eventsOf("low")).toContain(
    `Preempted: Preempted by pod ${world.pod("high")?.metadata.uid} on node kind-worker`,
  );
  expect(world.pod("high")?.status?.nominatedNodeName).toBe("kind-worker");
  await world.advance(5000);
  expect(world.pod("low")).toBeUndefined();
  expect(world.pod("high")?.spec?.nodeName).toBe("kind-worker");
  expect(world.pod("high")?.status?.phase).toBe("Running");
});

test("pods without requests go to the emptier node", async () => {
  const world = await NodeWorld.create();
  for (const name of ["a", "b", "c", "d"]) await world.createPod(name, { containers: containers() });
  await world.advance(2000);
  const counts = new Map<string, number>();
  for (const name of ["a", "b", "c", "d"]) {
    const node = world.pod(name)?.spec?.nodeName ?? "";
    counts.set(node, (counts.get(node) ?? 0) + 1);
  }
  expect(Object.fromEntries(counts)).toEqual({ "kind-worker": 2, "kind-worker2": 2 });
});

test("a pod bound by name runs without the scheduler", async () => {
  const world = await NodeWorld.create();
  await world.createPod("pinned", { nodeName: "kind-control-plane", containers: containers() });
  await world.advance(2000);
  expect(world.eventsOf("pinned").some((e) => e.startsWith("Scheduled"))).toBe(false);
  expect(world.pod("pinned")?.status?.phase).toBe("Running");
  expect(await world.server.client.list(pods)).toBeDefined();
});

test("a claim that waits for its first consumer is matched to a volume the node can reach", async () => {
  const world = await NodeWorld.create();
  const { client } = world.server;
  const claims = { group: "", version: "v1", resource: "persistentvolumeclaims", namespace: "default" };
  const volumes = { group: "", version: "v1", resource: "persistentvolumes" };
  await client.create(
    { group: "storage.k8s.io", version: "v1", resource: "storageclasses" },
    {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "local" },
      provisioner: "kubernetes.io/no-provisioner",
      volumeBindingMode: "WaitForFirstConsumer",
    },
  );
  const claim = await client.create<KubeObject>(claims, {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name: "data" },
    spec: { storageClassName: "local", accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
  });
  await world.createPod("p", {
    containers: containers(),
    volumes: [{ name: "d", persistentVolumeClaim: { claimName: "data" } }],
  });
  await world.advance(2000);
  expect(condition(world, "p")?.message).toBe(
    `0/3 nodes are available: ${taint}, 2 node(s) didn't find available persistent volumes to bind. ${hopeless}`,
  );
  const volume = await client.create<KubeObject>(volumes, {
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name: "disk" },
    spec: {
      capacity: { storage: "4Gi" },
      accessModes: ["ReadWriteOnce"],
      storageClassName: "local",
      local: { path: "/disks/1" },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: hostname, operator: "In", values: ["kind-worker2"] }] }],
        },
      },
    },
  });
  const ready = { ...volume, status: { phase: "Available" } };
  await client.update(volumes, ready, { subresource: "status" });
  await world.advance(2000);
  const reserved = await client.get(volumes, "disk");
  expect(reserved.spec.claimRef).toMatchObject({ name: "data", uid: claim.metadata.uid });
  expect(world.pod("p")?.spec?.nodeName).toBeUndefined();
  const bound = {
    ...claim,
    metadata: { ...claim.metadata, annotations: { "pv.kubernetes.io/bind-completed": "yes" } },
    spec: { ...claim.spec, volumeName: "disk" },
  };
  const updated = await client.update(claims, bound);
  await client.update(claims, { ...updated, status: { phase: "Bound" } }, { subresource: "status" });
  await world.advance(3000);
  expect(world.pod("p")?.spec?.nodeName).toBe("kind-worker2");
  expect(world.pod("p")?.status?.phase).toBe("Running");
  const mounts = world.runtime.started[0]?.mounts ?? [];
  expect(mounts.map((m) => m.mountPath)).toEqual(["/var/run/secrets/kubernetes.io/serviceaccount"]);
  expect(world.errors).toEqual([]);
});

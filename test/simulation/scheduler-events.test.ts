import { afterEach, expect, test } from "vitest";
import type { Client } from "../../src/client/client.ts";
import type { KubeObject } from "../../src/machinery/object.ts";
import { type ScratchCluster, scratchCluster } from "../support/scratch-cluster.ts";

let world: ScratchCluster;
afterEach(() => world.remove());

const command = <T>(work: (client: Client) => Promise<T>): Promise<T> => world.command((client) => work(client));
const core = (resource: string) => ({ group: "", version: "v1", resource, namespace: "default" });
const pod = (name: string, spec: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: [{ name: "c", image: "nginx:1.27" }], ...spec },
});
const events = async (name: string): Promise<KubeObject[]> =>
  (await command((client) => client.list(core("events")))).items.filter(
    (e) => e.involvedObject.name === name && e.reportingComponent === "default-scheduler",
  );
async function pass(seconds: number): Promise<void> {
  world.clock.now += seconds * 1000;
  await events("");
}

test("the scheduler's events are of events.k8s.io, and an attempt every five minutes goes on with a series", async () => {
  world = await scratchCluster();
  await command(async (client) => {
    await client.create(core("pods"), pod("fits"));
    await client.create(core("pods"), pod("big", { nodeSelector: { disk: "none" } }));
  });
  const [scheduled] = await events("fits");
  expect(scheduled).toMatchObject({
    action: "Binding",
    reason: "Scheduled",
    type: "Normal",
    message: expect.stringMatching(/^Successfully assigned default\/fits to kind-worker2?$/),
    source: {},
    firstTimestamp: null,
    lastTimestamp: null,
    eventTime: "2026-01-02T03:04:05.000000Z",
    reportingInstance: "default-scheduler-kind-control-plane",
  });
  expect(await events("big")).toMatchObject([{ action: "Scheduling", reason: "FailedScheduling", type: "Warning" }]);
  expect((await events("big"))[0]).not.toHaveProperty("series");
  // The first attempt was about the pod as it was before its status was written: the second begins anew.
  await pass(301);
  expect(await events("big")).toHaveLength(2);
  await pass(600);
  const [first, second] = (await events("big")).sort((a, b) => (a.eventTime < b.eventTime ? -1 : 1));
  expect(first).not.toHaveProperty("series");
  expect(second!.series).toEqual({ count: 3, lastObservedTime: "2026-01-02T03:19:05.000000Z" });
}, 60_000);

test("a CSI driver attaches no more volumes to a node than it says", async () => {
  world = await scratchCluster();
  const driver = "csi.example.com";
  await command(async (client) => {
    for (const node of ["kind-worker", "kind-worker2"])
      await client.patch(
        { group: "storage.k8s.io", version: "v1", resource: "csinodes" },
        node,
        "application/merge-patch+json",
        { spec: { drivers: [{ name: driver, nodeID: node, topologyKeys: [], allocatable: { count: 1 } }] } },
      );
    for (const name of ["a", "b", "c"]) {
      const shared = { accessModes: ["ReadWriteMany"], storageClassName: "" };
      await client.create<KubeObject>(
        { group: "", version: "v1", resource: "persistentvolumes" },
        {
          apiVersion: "v1",
          kind: "PersistentVolume",
          metadata: { name },
          spec: { ...shared, capacity: { storage: "1Gi" }, csi: { driver, volumeHandle: name } },
        },
      );
      const resources = { requests: { storage: "1Gi" } };
      await client.create<KubeObject>(core("persistentvolumeclaims"), {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name },
        spec: { ...shared, volumeName: name, resources },
      });
    }
  });
  await pass(5);
  for (const name of ["a", "b", "c"])
    await command((client) =>
      client.create(core("pods"), pod(name, { volumes: [{ name: "v", persistentVolumeClaim: { claimName: name } }] })),
    );
  await pass(5);
  const taint = "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }";
  expect((await events("c")).map((e) => e.message)).toEqual([
    `0/3 nodes are available: ${taint}, 2 node(s) exceed max volume count. preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.`,
  ]);
}, 60_000);

import { expect, test } from "vitest";
import { registrations } from "../../../src/controllers/registry.ts";
import type { Deployment, ReplicaSet } from "../../../src/kinds/types/apps_v1.ts";
import { deepCopy } from "../../../src/machinery/object.ts";
import { FakeCluster } from "../../support/fake-cluster.ts";

const at = { group: "apps", version: "v1", resource: "deployments", namespace: "default" };

function deployment(spec: Partial<NonNullable<Deployment["spec"]>> = {}): Deployment {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", annotations: { "kubernetes.io/change-cause": "initial" } },
    spec: {
      replicas: 3,
      progressDeadlineSeconds: 600,
      revisionHistoryLimit: 10,
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "nginx", image: "nginx:1.25" }] },
      },
      ...spec,
    },
  };
}

async function change(cluster: FakeCluster, edit: (d: Deployment) => void): Promise<void> {
  const draft = deepCopy(cluster.get<Deployment>("apps", "deployments", "web"));
  edit(draft);
  await cluster.client.update(at, draft);
  await cluster.settle();
}

const setImage = (image: string) => (d: Deployment) => {
  d.spec!.template.spec!.containers[0]!.image = image;
};

const sets = (c: FakeCluster): string[] =>
  c
    .all<ReplicaSet>("apps", "replicasets")
    .map((s) => {
      const revision = s.metadata.annotations?.["deployment.kubernetes.io/revision"];
      return `${s.spec!.replicas} ${revision} ${s.spec!.template!.spec!.containers[0]!.image}`;
    })
    .sort();
const conditions = (c: FakeCluster): string[] =>
  c
    .get<Deployment>("apps", "deployments", "web")
    .status!.conditions!.map((x) => `${x.type}=${x.status} ${x.reason}: ${x.message?.replace(/web-\w+/, "SET")}`);

test("a new deployment comes up", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment());
  await c.settle();
  expect(c.get<Deployment>("apps", "deployments", "web").status).toMatchObject({
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    unavailableReplicas: 3,
  });
  await c.advance(1000);
  const { status, metadata } = c.get<Deployment>("apps", "deployments", "web");
  expect({ ...status, conditions: undefined }).toEqual({
    observedGeneration: 1,
    replicas: 3,
    updatedReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
  });
  expect(conditions(c)).toEqual([
    "Available=True MinimumReplicasAvailable: Deployment has minimum availability.",
    'Progressing=True NewReplicaSetAvailable: ReplicaSet "SET" has successfully progressed.',
  ]);
  expect(metadata.annotations?.["deployment.kubernetes.io/revision"]).toBe("1");
  const [set] = c.all<ReplicaSet>("apps", "replicasets");
  expect(set!.metadata.annotations).toEqual({
    "deployment.kubernetes.io/desired-replicas": "3",
    "deployment.kubernetes.io/max-replicas": "4",
    "deployment.kubernetes.io/revision": "1",
    "kubernetes.io/change-cause": "initial",
  });
  expect(c.events.filter((e) => e.about === "Deployment/web").map((e) => e.message)).toEqual([
    `Scaled up replica set ${set!.metadata.name} from 0 to 3`,
  ]);
  expect(c.events.filter((e) => e.about === `ReplicaSet/${set!.metadata.name}`)).toHaveLength(3);
  expect(c.errors).toEqual([]);
});

test("a rolling update never leaves fewer than the minimum, nor more than the maximum", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment({ replicas: 10 }));
  await c.advance(1000);
  await change(c, setImage("nginx:1.26"));
  for (let i = 0; i < 40; i++) {
    await c.advance(50);
    const pods = c.all("", "pods").filter((p) => p.metadata.deletionTimestamp === undefined);
    const ready = pods.filter((p) => p.status?.phase === "Running");
    expect(pods.length).toBeLessThanOrEqual(13);
    expect(ready.length).toBeGreaterThanOrEqual(8);
  }
  expect(sets(c)).toEqual(["0 1 nginx:1.25", "10 2 nginx:1.26"]);
  expect(conditions(c).map((x) => x.split(":")[0])).toEqual([
    "Available=True MinimumReplicasAvailable",
    "Progressing=True NewReplicaSetAvailable",
  ]);
});

test("taking a template back reuses its set under a new revision", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment());
  await c.advance(1000);
  await change(c, setImage("nginx:1.26"));
  await c.advance(3000);
  await change(c, setImage("nginx:1.25"));
  await c.advance(3000);
  expect(sets(c)).toEqual(["0 2 nginx:1.26", "3 3 nginx:1.25"]);
  const set = c.all<ReplicaSet>("apps", "replicasets").find((s) => s.spec!.replicas === 3)!;
  expect(set.metadata.annotations?.["deployment.kubernetes.io/revision-history"]).toBe("1");
});

test("Recreate waits until the old pods are gone", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment({ strategy: { type: "Recreate" } }));
  await c.advance(1000);
  await change(c, setImage("nginx:1.26"));
  const images = (): unknown[] => [...new Set(c.all("", "pods").map((p) => p.spec.containers[0].image))];
  expect(images()).toEqual(["nginx:1.25"]);
  await c.advance(99);
  expect(images()).toEqual(["nginx:1.25"]);
  await c.advance(1);
  expect(images()).toEqual(["nginx:1.26"]);
  await c.advance(1000);
  expect(sets(c)).toEqual(["0 1 nginx:1.25", "3 2 nginx:1.26"]);
});

test("a rollout that does not get on times out at its deadline, and says so", async () => {
  const c = new FakeCluster(registrations);
  c.podOutcome = (pod) => (pod.spec.containers[0].image === "nginx:bad" ? "unready" : "ready");
  await c.client.create(at, deployment({ progressDeadlineSeconds: 10 }));
  await c.advance(1000);
  await change(c, setImage("nginx:bad"));
  await c.advance(8000);
  expect(sets(c)).toEqual(["1 2 nginx:bad", "3 1 nginx:1.25"]);
  expect(conditions(c)[1]).toMatch(/^Progressing=True ReplicaSetUpdated/);
  await c.advance(5000);
  expect(conditions(c)).toEqual([
    "Available=True MinimumReplicasAvailable: Deployment has minimum availability.",
    'Progressing=False ProgressDeadlineExceeded: ReplicaSet "SET" has timed out progressing.',
  ]);
  expect(c.nextDue()).toBeUndefined();
});

test("a size change in the middle of a rollout is shared in proportion", async () => {
  const c = new FakeCluster(registrations);
  c.podOutcome = (pod) => (pod.spec.containers[0].image === "nginx:bad" ? "unready" : "ready");
  const strategy = { type: "RollingUpdate", rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } };
  await c.client.create(at, deployment({ replicas: 10, strategy }));
  await c.advance(1000);
  await change(c, setImage("nginx:bad"));
  await c.advance(2000);
  expect(sets(c)).toEqual(["5 2 nginx:bad", "8 1 nginx:1.25"]);
  await change(c, (d) => {
    d.spec!.replicas = 15;
  });
  expect(sets(c)).toEqual(["11 1 nginx:1.25", "7 2 nginx:bad"]);
});

test("a paused deployment scales but does not roll", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment());
  await c.advance(1000);
  await change(c, (d) => {
    d.spec!.paused = true;
    setImage("nginx:1.26")(d);
  });
  await c.advance(1000);
  expect(sets(c)).toEqual(["3 1 nginx:1.25"]);
  expect(conditions(c)[1]).toBe("Progressing=Unknown DeploymentPaused: Deployment is paused");
  await change(c, (d) => {
    d.spec!.replicas = 5;
  });
  expect(sets(c)).toEqual(["5 1 nginx:1.25"]);
  await change(c, (d) => {
    d.spec!.paused = false;
  });
  await c.advance(3000);
  expect(sets(c)).toEqual(["0 1 nginx:1.25", "5 2 nginx:1.26"]);
});

test("old sets beyond the history limit go", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment({ revisionHistoryLimit: 1 }));
  for (const image of ["nginx:1.26", "nginx:1.27", "nginx:1.28"]) {
    await c.advance(3000);
    await change(c, setImage(image));
  }
  await c.advance(3000);
  expect(sets(c)).toEqual(["0 3 nginx:1.27", "3 4 nginx:1.28"]);
});

test("minReadySeconds holds availability back, to the second", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment({ minReadySeconds: 5 }));
  await c.advance(4000);
  expect(c.get<Deployment>("apps", "deployments", "web").status).toMatchObject({ readyReplicas: 3 });
  expect(c.get<Deployment>("apps", "deployments", "web").status?.availableReplicas).toBeUndefined();
  await c.advance(2000);
  expect(c.get<Deployment>("apps", "deployments", "web").status?.availableReplicas).toBe(3);
});

test("a refused pod shows as ReplicaFailure and is retried with back-off", async () => {
  const c = new FakeCluster(registrations);
  let refuse = true;
  c.admit = (object) => {
    if (refuse && object.kind === "Pod") throw Object.assign(new Error("pods is forbidden: exceeded quota: q"), {});
  };
  await c.client.create(at, deployment({ replicas: 1 }));
  await c.advance(1000);
  expect(conditions(c)).toContain("ReplicaFailure=True FailedCreate: pods is forbidden: exceeded quota: q");
  expect(c.errors.length).toBeGreaterThan(5);
  expect(c.errors.length).toBeLessThan(10);
  refuse = false;
  await c.advance(5000);
  expect(conditions(c).some((x) => x.startsWith("ReplicaFailure"))).toBe(false);
  expect(c.get<Deployment>("apps", "deployments", "web").status?.availableReplicas).toBe(1);
});

test("settling twice changes nothing, and a resync neither", async () => {
  const c = new FakeCluster(registrations);
  await c.client.create(at, deployment());
  await c.advance(5000);
  await change(c, setImage("nginx:1.26"));
  await c.advance(5000);
  const { writes } = c;
  c.manager.resync();
  await c.advance(5000);
  expect(c.writes).toBe(writes);
  expect(c.nextDue()).toBeUndefined();
});

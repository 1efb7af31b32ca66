import { webcrypto, X509Certificate } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import type { Client, ResourcePath } from "../../src/client/client.ts";
import { resourceOfKind } from "../../src/controllers/shared/resources.ts";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { type ScratchCluster, scratchCluster } from "../support/scratch-cluster.ts";

const nothing = { list: () => [], get: () => undefined, ownedBy: () => [], listNamed: () => [] };

/** The address of a manifest's resource. */
function at(kind: string, apiVersion: string, namespace = "default"): ResourcePath {
  const { group, version, resource, namespaced } = resourceOfKind(nothing, apiVersion, kind)!;
  return { group, version, resource, ...(namespaced ? { namespace } : {}) };
}

let world: ScratchCluster | undefined;
let errors: string[] = [];
afterEach(() => world?.remove());

async function start(addons: Parameters<typeof scratchCluster>[0] = []): Promise<void> {
  errors = [];
  world = await scratchCluster(addons, errors);
}

/** One command at the present instant. */
const command = <T>(work: (client: Client) => Promise<T>): Promise<T> => world!.command((client) => work(client));

/** Lets time pass, then runs a command, so that the world catches up. */
async function pass(seconds: number): Promise<void> {
  world!.clock.now += seconds * 1000;
  await command((client) => client.get({ group: "", version: "v1", resource: "namespaces" }, "default"));
}

async function create(...objects: (JsonObject & { apiVersion: string; kind: string })[]): Promise<void> {
  await command(async (client) => {
    for (const o of objects)
      await client.create(at(o.kind, o.apiVersion, o.metadata.namespace), o as unknown as KubeObject);
  });
}

const get = (kind: string, apiVersion: string, name: string, namespace?: string): Promise<KubeObject> =>
  command((client) => client.get(at(kind, apiVersion, namespace), name));
const list = async (kind: string, apiVersion: string, namespace?: string): Promise<KubeObject[]> =>
  (await command((client) => client.list(at(kind, apiVersion, namespace)))).items;
const merge = (kind: string, apiVersion: string, name: string, patch: JsonObject): Promise<KubeObject> =>
  command((client) => client.patch(at(kind, apiVersion), name, "application/merge-patch+json", patch));
const remove = (kind: string, apiVersion: string, name: string, options = {}): Promise<JsonObject> =>
  command((client) => client.delete(at(kind, apiVersion), name, options));
const events = async (name: string, namespace?: string): Promise<string[]> =>
  (await list("Event", "v1", namespace))
    .filter((e) => e.involvedObject.name === name)
    .map((e) => `${e.type} ${e.reason} ${e.source.component ?? ""}: ${e.message}`);

const container = { name: "c", image: "nginx:1.27" };
const template = (app: string, spec: JsonObject = {}) => ({
  metadata: { labels: { app } },
  spec: { containers: [container], ...spec },
});
const workload = (kind: string, name: string, spec: JsonObject) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name },
  spec: { selector: { matchLabels: { app: name } }, template: template(name), ...spec },
});

test("a deployment has generation 1 when it is up, and nobody failed on the way", async () => {
  await start();
  await create(workload("Deployment", "web", { replicas: 2 }));
  await pass(3);
  const { metadata, status } = await get("Deployment", "apps/v1", "web");
  expect(metadata.generation).toBe(1);
  expect(status).toMatchObject({ observedGeneration: 1, availableReplicas: 2 });
  expect(errors).toEqual([]);
});

test("what a command writes is not younger than what comes of it, however slow the machine is", async () => {
  await start();
  const { clock } = world!;
  let wall = clock.now;
  Object.defineProperty(clock, "now", { get: () => (wall += 700) });
  await create(workload("Deployment", "web", { replicas: 1 }));
  const kinds = [list("Deployment", "apps/v1"), list("ReplicaSet", "apps/v1"), list("Pod", "v1")];
  const born = (await Promise.all(kinds)).flat().map((o) => o.metadata.creationTimestamp!);
  expect(born).toHaveLength(3);
  expect(born).toEqual([...born].sort());
});

test("a stateful set takes over the revisions that its orphaned predecessor left", async () => {
  await start();
  const set = workload("StatefulSet", "db", { serviceName: "db", replicas: 1 });
  await create(set);
  await pass(5);
  await merge("StatefulSet", "apps/v1", "db", { spec: { template: { spec: { terminationGracePeriodSeconds: 5 } } } });
  await pass(60);
  await remove("StatefulSet", "apps/v1", "db", { propagationPolicy: "Orphan" });
  await pass(5);
  await create(set);
  await pass(60);
  const { status } = await get("StatefulSet", "apps/v1", "db");
  expect(status).toMatchObject({ readyReplicas: 1, collisionCount: 0 });
  const revisions = await list("ControllerRevision", "apps/v1");
  expect(revisions.map((r) => r["revision"]).sort()).toEqual([2, 3]);
  expect(revisions.every((r) => r.metadata.ownerReferences?.length === 1)).toBe(true);
  expect(errors).toEqual([]);
});

test("a resource that somebody adds to a node's capacity is given out by the kubelet and the scheduler", async () => {
  await start();
  await command((client) =>
    client.patch(
      { group: "", version: "v1", resource: "nodes" },
      "kind-worker",
      "application/json-patch+json",
      [{ op: "add", path: "/status/capacity/example.com~1dongle", value: "4" }],
      { subresource: "status" },
    ),
  );
  const resources = { requests: { "example.com/dongle": "3" }, limits: { "example.com/dongle": "3" } };
  for (const name of ["one", "two"])
    await create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name },
      spec: { containers: [{ name: "c", image: "nginx", resources }] },
    });
  await pass(5);
  expect((await get("Pod", "v1", "one")).spec.nodeName).toBe("kind-worker");
  expect((await get("Pod", "v1", "two")).spec.nodeName).toBeUndefined();
  expect(errors).toEqual([]);
});

test("foreground deletion, orphaning and a namespace's end", async () => {
  await start();
  await create(workload("Deployment", "web", { replicas: 2 }), workload("Deployment", "old", { replicas: 1 }));
  await pass(3);
  await remove("Deployment", "apps/v1", "web", { propagationPolicy: "Foreground" });
  await remove("Deployment", "apps/v1", "old", { propagationPolicy: "Orphan" });
  await pass(60);
  expect((await list("Deployment", "apps/v1")).map((o) => o.metadata.name)).toEqual([]);
  expect(await list("ReplicaSet", "apps/v1")).toHaveLength(1);
  expect(await list("Pod", "v1")).toHaveLength(1);
  await create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "proj" } });
  await create({ ...workload("Deployment", "web", { replicas: 1 }), metadata: { name: "web", namespace: "proj" } });
  await pass(3);
  await command((client) => client.delete({ group: "", version: "v1", resource: "namespaces" }, "proj"));
  await pass(60);
  expect((await list("Namespace", "v1")).map((o) => o.metadata.name)).not.toContain("proj");
  expect(errors).toEqual([]);
});

test("stateful replicas get claims from kind's provisioner", async () => {
  await start(["local-path"]);
  await create(
    workload("StatefulSet", "db", {
      replicas: 2,
      serviceName: "db",
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
      template: template("db", {
        containers: [{ ...container, volumeMounts: [{ name: "data", mountPath: "/data" }] }],
      }),
    }),
  );
  await pass(30);
  expect((await list("Pod", "v1")).map((p) => `${p.metadata.name} ${p.status.phase}`)).toEqual([
    "db-0 Running",
    "db-1 Running",
  ]);
  const claims = await list("PersistentVolumeClaim", "v1");
  expect(claims.map((p) => `${p.metadata.name} ${p.status.phase} ${p.status.capacity?.storage}`)).toEqual([
    "data-db-0 Bound 1Gi",
    "data-db-1 Bound 1Gi",
  ]);
  const told = await events("data-db-0");
  expect(told.map((e) => e.split(" ")[1])).toEqual(
    expect.arrayContaining(["WaitForFirstConsumer", "Provisioning", "ProvisioningSucceeded"]),
  );
  await remove("StatefulSet", "apps/v1", "db");
  await pass(60);
  await remove("PersistentVolumeClaim", "v1", "data-db-0");
  await pass(10);
  expect((await list("PersistentVolume", "v1")).map((v) => v.status.phase)).toEqual(["Bound"]);
  expect(errors).toEqual([]);
});

test("static volumes bind, are protected, released and free again", async () => {
  await start();
  const volume = (name: string, spec: JsonObject) => ({
    apiVersion: "v1",
    kind: "PersistentVolume",
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName: "manual", hostPath: { path: `/mnt/${name}` }, ...spec },
  });
  const claim = (name: string, spec: JsonObject) => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: {
      accessModes: ["ReadWriteOnce"],
      storageClassName: "manual",
      resources: { requests: { storage: "500Mi" } },
      ...spec,
    },
  });
  await create(
    volume("small", { capacity: { storage: "1Gi" } }),
    volume("large", { capacity: { storage: "10Gi" }, accessModes: ["ReadWriteMany"] }),
  );
  await create(
    claim("fits", {}),
    claim("toobig", { resources: { requests: { storage: "50Gi" } } }),
    claim("byname", { volumeName: "large", accessModes: ["ReadWriteMany"] }),
  );
  await pass(1);
  const phases = async (): Promise<string[]> =>
    (await list("PersistentVolumeClaim", "v1")).map(
      (c) => `${c.metadata.name} ${c.status.phase} ${c.spec.volumeName ?? ""}`,
    );
  expect(await phases()).toEqual(["byname Bound large", "fits Bound small", "toobig Pending "]);
  expect(await events("toobig")).toEqual([
    'Warning ProvisioningFailed persistentvolume-controller: storageclass.storage.k8s.io "manual" not found',
  ]);
  expect((await get("PersistentVolume", "v1", "small")).metadata.annotations).toEqual({
    "pv.kubernetes.io/bound-by-controller": "yes",
  });
  await create({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "user" },
    spec: { containers: [container], volumes: [{ name: "d", persistentVolumeClaim: { claimName: "fits" } }] },
  });
  await pass(3);
  await remove("PersistentVolumeClaim", "v1", "fits");
  await pass(1);
  expect((await phases())[1]).toBe("fits Bound small");
  await remove("Pod", "v1", "user");
  await pass(40);
  expect(await phases()).toEqual(["byname Bound large", "toobig Pending "]);
  expect((await get("PersistentVolume", "v1", "small")).status.phase).toBe("Released");
  await merge("PersistentVolume", "v1", "small", { spec: { claimRef: null } });
  await pass(1);
  expect((await get("PersistentVolume", "v1", "small")).status.phase).toBe("Available");
  expect(errors).toEqual([]);
});

test("jobs, cron jobs and what becomes of their pods", async () => {
  await start();
  const job = (name: string, spec: JsonObject, commandLine: string[]) => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name },
    spec: {
      template: {
        spec: { restartPolicy: "Never", containers: [{ name: "c", image: "busybox:1.36", command: commandLine }] },
      },
      ...spec,
    },
  });
  await create(
    job("multi", { completions: 3 }, ["true"]),
    job("fails", { backoffLimit: 0 }, ["false"]),
    job("gone", { ttlSecondsAfterFinished: 1 }, ["true"]),
    job("slow", { activeDeadlineSeconds: 3 }, ["sleep", "3600"]),
  );
  await create({
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "tick" },
    spec: { schedule: "* * * * *", jobTemplate: { spec: { template: job("x", {}, ["true"]).spec.template } } },
  });
  await pass(90);
  const ends = (await list("Job", "batch/v1")).map(
    (j) => `${j.metadata.name!.replace(/\d+$/, "N")} ${j.status.succeeded ?? 0} ${j.status.conditions?.at(-1)?.reason}`,
  );
  expect(ends.sort()).toEqual([
    "fails 0 BackoffLimitExceeded",
    "multi 3 CompletionsReached",
    "slow 0 DeadlineExceeded",
    "tick-N 1 CompletionsReached",
  ]);
  expect((await list("Pod", "v1")).flatMap((p) => p.metadata.finalizers ?? [])).toEqual([]);
  await remove("Job", "batch/v1", "multi", { propagationPolicy: "Background" });
  await pass(40);
  expect((await list("Pod", "v1")).filter((p) => p.metadata.labels?.["job-name"] === "multi")).toEqual([]);
  expect(errors).toEqual([]);
});

test("daemons, budgets and quotas count what is there", async () => {
  await start();
  await create(workload("DaemonSet", "agent", {}), workload("Deployment", "web", { replicas: 2 }));
  await create({
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name: "web" },
    spec: { minAvailable: 1, selector: { matchLabels: { app: "web" } } },
  });
  await create({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "things" },
    spec: { hard: { pods: "10", "count/deployments.apps": "2", services: "3" } },
  });
  await pass(5);
  expect((await get("DaemonSet", "apps/v1", "agent")).status).toMatchObject({
    desiredNumberScheduled: 2,
    numberAvailable: 2,
  });
  expect((await get("PodDisruptionBudget", "policy/v1", "web")).status).toMatchObject({
    disruptionsAllowed: 1,
    currentHealthy: 2,
    desiredHealthy: 1,
    expectedPods: 2,
  });
  expect((await get("ResourceQuota", "v1", "things")).status).toEqual({
    hard: { pods: "10", "count/deployments.apps": "2", services: "3" },
    used: { pods: "4", "count/deployments.apps": "1", services: "1" },
  });
  await remove("Deployment", "apps/v1", "web", { propagationPolicy: "Background" });
  await pass(40);
  expect((await get("ResourceQuota", "v1", "things")).status.used).toMatchObject({
    pods: "2",
    "count/deployments.apps": "0",
  });
  expect(errors).toEqual([]);
});

test("an approved request gets a certificate that the cluster's CA signed", async () => {
  await start();
  await import("reflect-metadata");
  const { Pkcs10CertificateRequestGenerator, cryptoProvider } = await import("@peculiar/x509");
  cryptoProvider.set(webcrypto as never);
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: "O=devs,CN=jane",
    keys: keys as never,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" } as never,
  });
  await create({
    apiVersion: "certificates.k8s.io/v1",
    kind: "CertificateSigningRequest",
    metadata: { name: "jane" },
    spec: {
      request: btoa(csr.toString("pem")),
      signerName: "kubernetes.io/kube-apiserver-client",
      expirationSeconds: 86400,
      usages: ["client auth"],
    },
  });
  const request = await get("CertificateSigningRequest", "certificates.k8s.io/v1", "jane");
  const condition = { type: "Approved", status: "True", reason: "Test", message: "" };
  await command((client) =>
    client.update(
      at("CertificateSigningRequest", "certificates.k8s.io/v1"),
      { ...request, status: { conditions: [condition] } },
      { subresource: "approval" },
    ),
  );
  await pass(1);
  const signed = await get("CertificateSigningRequest", "certificates.k8s.io/v1", "jane");
  const certificate = new X509Certificate(atob(signed.status.certificate));
  const root = (await get("ConfigMap", "v1", "kube-root-ca.crt")).data["ca.crt"];
  expect(certificate.subject.split("\n").sort()).toEqual(["CN=jane", "O=devs"]);
  expect(certificate.verify(new X509Certificate(root).publicKey)).toBe(true);
  expect(Date.parse(certificate.validTo) - world!.clock.now).toBeLessThanOrEqual(86_400_000);
  expect(errors).toEqual([]);
});

test("MetalLB gives addresses, a token secret is filled, an autoscaler without metrics says so", async () => {
  await start(["metallb"]);
  await pass(30);
  await create(
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "lb" },
      spec: { type: "LoadBalancer", selector: { app: "web" }, ports: [{ port: 80 }] },
    },
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "tok", annotations: { "kubernetes.io/service-account.name": "default" } },
      type: "kubernetes.io/service-account-token",
    },
    workload("Deployment", "web", { replicas: 2 }),
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "web" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
        minReplicas: 2,
        maxReplicas: 5,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } },
        ],
      },
    },
    {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "old" },
      spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "nothere" }, maxReplicas: 3 },
    },
  );
  await pass(17);
  expect((await get("Service", "v1", "lb")).status.loadBalancer).toEqual({
    ingress: [{ ip: "172.18.255.200", ipMode: "VIP" }],
  });
  expect(await events("lb")).toEqual(['Normal IPAllocated metallb-controller: Assigned IP ["172.18.255.200"]']);
  expect(Object.keys((await get("Secret", "v1", "tok")).data)).toEqual(["ca.crt", "namespace", "token"]);
  const { status } = await get("HorizontalPodAutoscaler", "autoscaling/v2", "web");
  expect(status).toMatchObject({ currentReplicas: 2, desiredReplicas: 0 });
  expect(status.conditions.map((c: JsonObject) => `${c.type}=${c.status} ${c.reason}: ${c.message}`)).toEqual([
    "AbleToScale=True SucceededGetScale: the HPA controller was able to get the target's current scale",
    "ScalingActive=False FailedGetResourceMetric: the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)",
  ]);
  expect((await get("HorizontalPodAutoscaler", "autoscaling/v2", "old")).status.conditions[0].message).toBe(
    'the HPA controller was unable to get the target\'s current scale: deployments.apps "nothere" not found',
  );
  expect(errors).toEqual([]);
});

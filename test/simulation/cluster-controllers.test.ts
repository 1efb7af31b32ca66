import { webcrypto } from "node:crypto";
import { afterEach, expect, test } from "vitest";
import type { Client } from "../../src/client/client.ts";
import type { KubeObject } from "../../src/machinery/object.ts";
import { type ScratchCluster, scratchCluster } from "../support/scratch-cluster.ts";

let world: ScratchCluster;
const errors: string[] = [];
afterEach(() => world.remove());

const command = <T>(work: (client: Client) => Promise<T>): Promise<T> => world.command((client) => work(client));
const core = (resource: string, namespace?: string) => ({
  group: "",
  version: "v1",
  resource,
  ...(namespace === undefined ? {} : { namespace }),
});
const requests = { group: "certificates.k8s.io", version: "v1", resource: "certificatesigningrequests" };
const classes = { group: "storage.k8s.io", version: "v1", resource: "storageclasses" };
const apiServices = { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };

async function pass(seconds: number): Promise<void> {
  world.clock.now += seconds * 1000;
  await command((client) => client.get(core("namespaces"), "default"));
}
const events = async (name: string): Promise<string[]> =>
  (await command((client) => client.list(core("events")))).items
    .filter((e) => e.involvedObject.name === name)
    .map((e) => `${e.count}x ${e.type} ${e.reason} ${e.source.component}: ${e.message}`);

async function pem(subject: string): Promise<string> {
  await import("reflect-metadata");
  const { Pkcs10CertificateRequestGenerator, cryptoProvider } = await import("@peculiar/x509");
  cryptoProvider.set(webcrypto as never);
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: subject,
    keys: keys as never,
    signingAlgorithm: { name: "ECDSA", hash: "SHA-256" } as never,
  });
  return btoa(csr.toString("pem"));
}

const signer = "kubernetes.io/kube-apiserver-client-kubelet";
const usages = ["digital signature", "client auth"];
async function ask(name: string, subject: string, signerName: string, asked = usages): Promise<void> {
  const request = await pem(subject);
  await command((client) =>
    client.create<KubeObject>(requests, {
      apiVersion: "certificates.k8s.io/v1",
      kind: "CertificateSigningRequest",
      metadata: { name },
      spec: { request, signerName, usages: asked },
    }),
  );
}
const csr = (name: string): Promise<KubeObject> => command((client) => client.get(requests, name));

test("kubelets' client certificates are approved by themselves, all others wait", async () => {
  world = await scratchCluster([], errors);
  await ask("node", "O=system:nodes,CN=system:node:kind-worker9", signer);
  await ask("nobody", "O=devs,CN=jane", signer);
  await ask("serving", "O=system:nodes,CN=system:node:kind-worker9", "kubernetes.io/kubelet-serving", [
    "digital signature",
    "server auth",
  ]);
  await pass(1);
  expect((await csr("node")).status).toMatchObject({
    certificate: expect.any(String),
    conditions: [
      {
        type: "Approved",
        status: "True",
        reason: "AutoApproved",
        message: "Auto approving kubelet client certificate after SubjectAccessReview.",
      },
    ],
  });
  for (const name of ["nobody", "serving"]) {
    const waiting = await csr(name);
    expect(waiting.status).toEqual({});
    const conditions = [{ type: "Approved", status: "True", reason: "ByHand", message: "" }];
    await command((client) =>
      client.update(requests, { ...waiting, status: { conditions } }, { subresource: "approval" }),
    );
  }
  await pass(1);
  const failure = async (name: string) =>
    (await csr(name)).status.conditions.find((c: KubeObject) => (c as never as { type: string }).type === "Failed");
  expect(await failure("nobody")).toMatchObject({
    reason: "SignerValidationFailure",
    message: "subject organization is not system:nodes",
  });
  expect(await failure("serving")).toMatchObject({ message: "DNS or IP subjectAltName is required" });
  await pass(3600);
  expect((await command((client) => client.list(requests))).items).toEqual([]);
  expect(errors).toEqual([]);
}, 60_000);

test("an owner in another namespace is none", async () => {
  world = await scratchCluster([], errors);
  const map = (name: string, ownerReferences?: unknown): KubeObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...(ownerReferences === undefined ? {} : { ownerReferences }) } as KubeObject["metadata"],
  });
  const owner = await command((client) => client.create(core("configmaps", "kube-public"), map("owner")));
  const reference = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid };
  await command((client) => client.create(core("configmaps", "default"), map("stray", [reference])));
  await pass(1);
  const identity = `[v1/ConfigMap, namespace: default, name: owner, uid: ${owner.metadata.uid}]`;
  expect(await events("stray")).toEqual([
    `1x Warning OwnerRefInvalidNamespace garbage-collector-controller: ownerRef ${identity} does not exist in namespace "default"`,
  ]);
  await expect(command((client) => client.get(core("configmaps", "default"), "stray"))).rejects.toThrow("not found");
}, 60_000);

test("claims say again and again what they wait for, and in-tree provisioners are their CSI drivers", async () => {
  world = await scratchCluster([], errors);
  const claim = (name: string, storageClassName: string): KubeObject => ({
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: { name },
    spec: { accessModes: ["ReadWriteOnce"], storageClassName, resources: { requests: { storage: "1Gi" } } },
  });
  await command(async (client) => {
    await client.create<KubeObject>(classes, {
      apiVersion: "storage.k8s.io/v1",
      kind: "StorageClass",
      metadata: { name: "gp2" },
      provisioner: "kubernetes.io/aws-ebs",
    } as KubeObject);
    await client.create(core("persistentvolumeclaims", "default"), claim("cloud", "gp2"));
    await client.create(core("persistentvolumeclaims", "default"), claim("none", ""));
  });
  await pass(61);
  expect(await events("none")).toEqual([
    "5x Normal FailedBinding persistentvolume-controller: no persistent volumes available for this claim and no storage class is set",
  ]);
  const [told] = await events("cloud");
  expect(told).toMatch(
    /^\dx Normal ExternalProvisioning persistentvolume-controller: .* provisioner 'ebs.csi.aws.com' /,
  );
  const { metadata } = await command((client) => client.get(core("persistentvolumeclaims", "default"), "cloud"));
  expect(metadata.annotations).toMatchObject({ "volume.kubernetes.io/storage-provisioner": "ebs.csi.aws.com" });
}, 60_000);

test("a claim that local-path cannot serve is tried again, less and less often", async () => {
  world = await scratchCluster(["local-path"], errors);
  await pass(5);
  await command(async (client) => {
    await client.create<KubeObject>(core("persistentvolumeclaims", "default"), {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "shared" },
      spec: { accessModes: ["ReadWriteMany"], resources: { requests: { storage: "1Gi" } } },
    });
    await client.create<KubeObject>(core("pods", "default"), {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "user" },
      spec: {
        containers: [{ name: "c", image: "nginx:1.27" }],
        volumes: [{ name: "v", persistentVolumeClaim: { claimName: "shared" } }],
      },
    });
  });
  const failures = async (): Promise<string | undefined> =>
    (await events("shared")).find((e) => e.includes("ProvisioningFailed"))?.replace(/rancher.io[^:]*/, "PROVISIONER");
  const message =
    'Warning ProvisioningFailed PROVISIONER: failed to provision volume with StorageClass "standard": NodePath only supports ReadWriteOnce and ReadWriteOncePod (1.22+) access modes';
  await pass(1);
  expect(await failures()).toBe(`1x ${message}`);
  await pass(20);
  expect(await failures()).toBe(`2x ${message}`);
  await pass(100);
  expect(await failures()).toBe(`4x ${message}`);
  expect(errors).toEqual([]);
}, 60_000);

test("an eviction that was due is called off with the taint; a node that never was runs nothing", async () => {
  world = await scratchCluster([], errors);
  const nodes = { group: "", version: "v1", resource: "nodes" };
  const pods = core("pods", "default");
  const pod = (name: string, spec: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "c", image: "nginx:1.27" }], ...spec },
  });
  const tolerations = [{ key: "k", operator: "Exists", effect: "NoExecute", tolerationSeconds: 10 }];
  await command(async (client) => {
    await client.create(pods, pod("t", { nodeName: "kind-worker", tolerations }));
    await client.create(pods, pod("lost", { nodeName: "nowhere" }));
  });
  await pass(2);
  const taint = (taints: object[]) =>
    command((client) => client.patch(nodes, "kind-worker", "application/merge-patch+json", { spec: { taints } }));
  await taint([{ key: "k", value: "v", effect: "NoExecute" }]);
  await pass(5);
  await taint([]);
  await pass(20);
  const told = async (): Promise<string[]> => (await events("t")).filter((e) => e.includes("TaintManagerEviction"));
  const source = "Normal TaintManagerEviction taint-eviction-controller";
  expect(await told()).toEqual([`1x ${source}: Cancelling deletion of Pod default/t`]);
  const lost = await command((client) => client.get(pods, "lost"));
  expect(lost.status).toMatchObject({ phase: "Pending" });
  expect(await events("lost")).toEqual([]);
  await taint([{ key: "k", value: "v", effect: "NoExecute" }]);
  await pass(60);
  expect((await told()).sort()).toEqual([
    `1x ${source}: Cancelling deletion of Pod default/t`,
    `1x ${source}: Marking for deletion Pod default/t`,
  ]);
  // Nobody runs the lost one: the garbage collector of pods takes it away.
  expect((await command((client) => client.list(pods))).items).toEqual([]);
  expect(errors).toEqual([]);
}, 60_000);

test("custom resources have an APIService as long as they are served", async () => {
  world = await scratchCluster([], errors);
  const definitions = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
  await command((client) =>
    client.create<KubeObject>(definitions, {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "crontabs.stable.example.com" },
      spec: {
        group: "stable.example.com",
        scope: "Namespaced",
        names: { plural: "crontabs", singular: "crontab", kind: "CronTab" },
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
      },
    } as KubeObject),
  );
  await pass(5);
  const service = await command((client) => client.get(apiServices, "v1.stable.example.com"));
  expect(service).toMatchObject({
    metadata: { labels: { "kube-aggregator.kubernetes.io/automanaged": "true" } },
    spec: { group: "stable.example.com", version: "v1", groupPriorityMinimum: 1000, versionPriority: 100 },
    status: { conditions: [{ type: "Available", status: "True", reason: "Local" }] },
  });
  await command((client) => client.delete(definitions, "crontabs.stable.example.com"));
  await pass(5);
  await expect(command((client) => client.get(apiServices, "v1.stable.example.com"))).rejects.toThrow("not found");
  expect(errors).toEqual([]);
}, 60_000);

test("a policy's status says which expressions do not fit", async () => {
  world = await scratchCluster([], errors);
  const policies = { group: "admissionregistration.k8s.io", version: "v1", resource: "validatingadmissionpolicies" };
  const rule = { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["CREATE"], resources: ["deployments"] };
  await command((client) =>
    client.create<KubeObject>(policies, {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingAdmissionPolicy",
      metadata: { name: "p" },
      spec: {
        matchConstraints: { resourceRules: [rule] },
        validations: [{ expression: "object.spec.replicas < 5" }, { expression: "object.replicas < 5" }],
      },
    }),
  );
  const { status } = await command((client) => client.get<KubeObject>(policies, "p"));
  expect(status).toEqual({
    observedGeneration: 1,
    typeChecking: {
      expressionWarnings: [
        {
          fieldRef: "spec.validations[1].expression",
          warning:
            "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas < 5\n | ......^\n",
        },
      ],
    },
  });
  expect(errors).toEqual([]);
});

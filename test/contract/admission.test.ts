import { expect } from "vitest";
import type { ResourcePath } from "../../src/client/client.ts";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";
import type { TestServer } from "../support/test-server.ts";

const path = (resource: string, group = "", namespace = "default", version = "v1"): ResourcePath => ({
  group,
  version,
  resource,
  ...(namespace === "" ? {} : { namespace }),
});
const pods = path("pods");
const pod = (name: string, spec: JsonObject = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { containers: [{ name: "c", image: "nginx:1.27" }], ...spec },
});
const message = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (e: Error & { code?: number; reason?: string }) => `${e.code} ${e.reason}: ${e.message}`,
  );
const warningsOf = async (
  server: TestServer,
  resource: ResourcePath,
  object: KubeObject,
): Promise<readonly string[]> => {
  const root = resource.group === "" ? "/api/v1" : `/apis/${resource.group}/${resource.version}`;
  const answer = await server.send({
    method: "POST",
    path: `${root}/namespaces/${resource.namespace}/${resource.resource}`,
    body: object,
  });
  return "warnings" in answer ? (answer.warnings ?? []) : [];
};

test("a pod gets its account, its token, its tolerations and its priority", async () => {
  const { client } = await createServer();
  const { spec } = await client.create<KubeObject>(pods, pod("web"));
  expect(spec.serviceAccountName).toBe("default");
  expect(spec.priority).toBe(0);
  expect(spec.tolerations.map((t: JsonObject) => [t["key"], t["tolerationSeconds"]])).toEqual([
    ["node.kubernetes.io/not-ready", 300],
    ["node.kubernetes.io/unreachable", 300],
  ]);
  expect(spec.volumes[0].name).toMatch(/^kube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
  expect(spec.containers[0].volumeMounts).toEqual([
    { name: spec.volumes[0].name, readOnly: true, mountPath: "/var/run/secrets/kubernetes.io/serviceaccount" },
  ]);
});

test("refusals of plugins", async () => {
  const { client } = await createServer();
  const cases: [() => Promise<unknown>, string][] = [
    [
      () => client.create(pods, pod("a", { serviceAccountName: "ghost" })),
      '403 Forbidden: pods "a" is forbidden: error looking up service account default/ghost: serviceaccount "ghost" not found',
    ],
    [
      () => client.create(pods, pod("a", { priorityClassName: "nope" })),
      '403 Forbidden: pods "a" is forbidden: no PriorityClass with name nope was found',
    ],
    [
      () => client.create(pods, pod("a", { priority: 7 })),
      '403 Forbidden: pods "a" is forbidden: the integer value of priority (7) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
    ],
  ];
  for (const [call, text] of cases) expect(await message(call())).toBe(text);
});

test("limit ranges fill in and refuse", async () => {
  const { client } = await createServer();
  await client.create(path("limitranges"), {
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "lr" },
    spec: {
      limits: [
        {
          type: "Container",
          default: { cpu: "500m", memory: "256Mi" },
          defaultRequest: { cpu: "200m", memory: "128Mi" },
          max: { cpu: "1", memory: "512Mi" },
          min: { cpu: "100m", memory: "64Mi" },
        },
      ],
    },
  });
  const made = await client.create<KubeObject>(pods, pod("plain"));
  expect(made.spec.containers[0].resources).toEqual({
    limits: { cpu: "500m", memory: "256Mi" },
    requests: { cpu: "200m", memory: "128Mi" },
  });
  expect(made.metadata.annotations).toEqual({
    "kubernetes.io/limit-ranger":
      "LimitRanger plugin set: cpu, memory request for container c; cpu, memory limit for container c",
  });
  const with_ = (resources: JsonObject) => pod("x", { containers: [{ name: "c", image: "nginx", resources }] });
  expect(await message(client.create(pods, with_({ limits: { cpu: "2" } })))).toBe(
    '403 Forbidden: pods "x" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  );
  expect(await message(client.create(pods, with_({ requests: { memory: "10Mi" } })))).toBe(
    '403 Forbidden: pods "x" is forbidden: minimum memory usage per Container is 64Mi, but request is 10Mi',
  );
});

test("quotas demand, charge and refuse", async () => {
  const { client } = await createServer();
  const hard = { "requests.cpu": "1", "requests.memory": "1Gi", "limits.cpu": "2", pods: "2" };
  const zero = { "requests.cpu": "0", "requests.memory": "0", "limits.cpu": "0", pods: "0" };
  const quota = path("resourcequotas");
  const made = await client.create<KubeObject>(quota, {
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "compute" },
    spec: { hard },
  });
  await client.update(quota, { ...made, status: { hard, used: zero } }, { subresource: "status" });
  expect(await message(client.create(pods, pod("none")))).toBe(
    '403 Forbidden: pods "none" is forbidden: failed quota: compute: must specify limits.cpu for: c; requests.cpu for: c; requests.memory for: c',
  );
  const asking = (name: string, cpu: string, memory: string) =>
    pod(name, {
      containers: [{ name: "c", image: "nginx", resources: { requests: { cpu, memory }, limits: { cpu: "1" } } }],
    });
  await client.create(pods, asking("fit", "500m", "512Mi"));
  expect((await client.get<KubeObject>(quota, "compute")).status.used).toEqual({
    "limits.cpu": "1",
    pods: "1",
    "requests.cpu": "500m",
    "requests.memory": "512Mi",
  });
  expect(await message(client.create(pods, asking("big", "600m", "768Mi")))).toBe(
    '403 Forbidden: pods "big" is forbidden: exceeded quota: compute, requested: requests.cpu=600m,requests.memory=768Mi, used: requests.cpu=500m,requests.memory=512Mi, limited: requests.cpu=1,requests.memory=1Gi',
  );
});

test("pod security enforces and warns", async () => {
  const server = await createServer();
  const { client } = server;
  const label = (labels: JsonObject) =>
    client.patch(path("namespaces", "", ""), "default", "application/merge-patch+json", { metadata: { labels } });
  const restricted =
    '"restricted:latest": allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';
  await label({ "pod-security.kubernetes.io/warn": "restricted" });
  expect(await warningsOf(server, pods, pod("plain"))).toEqual([`would violate PodSecurity ${restricted}`]);
  await label({ "pod-security.kubernetes.io/enforce": "restricted" });
  expect(await message(client.create(pods, pod("other")))).toBe(
    `403 Forbidden: pods "other" is forbidden: violates PodSecurity ${restricted}`,
  );
  expect(await message(label({ "pod-security.kubernetes.io/enforce": "paranoid" }))).toBe(
    '422 Invalid: Namespace "default" is invalid: metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "paranoid": must be one of privileged, baseline, restricted',
  );
});

test("admission policies deny with their own reason", async () => {
  const { client } = await createServer();
  const group = "admissionregistration.k8s.io";
  await client.create(path("validatingadmissionpolicies", group, ""), {
    apiVersion: `${group}/v1`,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: "small" },
    spec: {
      matchConstraints: {
        resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
      },
      validations: [
        { expression: "size(object.spec.containers) <= 1" },
        { expression: "has(object.metadata.labels) && 'owner' in object.metadata.labels", message: "no owner" },
      ],
    },
  });
  await client.create(path("validatingadmissionpolicybindings", group, ""), {
    apiVersion: `${group}/v1`,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata: { name: "everywhere" },
    spec: { policyName: "small", validationActions: ["Deny"] },
  });
  const two = [
    { name: "a", image: "nginx" },
    { name: "b", image: "nginx" },
  ];
  const prefix =
    "422 Invalid: pods \"p\" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'everywhere' denied request: ";
  expect(await message(client.create(pods, pod("p", { containers: two })))).toBe(
    `${prefix}failed expression: size(object.spec.containers) <= 1`,
  );
  expect(await message(client.create(pods, pod("p")))).toBe(`${prefix}no owner`);
});

test("services get addresses and node ports, and may not take those of others", async () => {
  const { client } = await createServer();
  const services = path("services");
  const service = (name: string, spec: JsonObject): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { ports: [{ port: 80 }], selector: { app: "web" }, ...spec },
  });
  const a = await client.create<KubeObject>(services, service("a", { type: "NodePort" }));
  expect(a.spec.clusterIP).toMatch(/^10\.96\./);
  expect(a.spec.clusterIPs).toEqual([a.spec.clusterIP]);
  const { nodePort } = a.spec.ports[0];
  expect(nodePort).toBeGreaterThanOrEqual(30000);
  const cases: [JsonObject, string][] = [
    [
      { type: "NodePort", ports: [{ port: 80, nodePort }] },
      `spec.ports[0].nodePort: Invalid value: ${nodePort}: provided port is already allocated`,
    ],
    [
      { type: "NodePort", ports: [{ port: 80, nodePort: 80 }] },
      "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767",
    ],
    [
      { clusterIP: "1.2.3.4" },
      'spec.clusterIPs: Invalid value: []string{"1.2.3.4"}: failed to allocate IP 1.2.3.4: the provided network does not match the current range',
    ],
    [
      { clusterIP: a.spec.clusterIP },
      `spec.clusterIPs: Invalid value: []string{"${a.spec.clusterIP}"}: failed to allocate IP ${a.spec.clusterIP}: provided IP is already allocated`,
    ],
  ];
  for (const [spec, text] of cases)
    expect(await message(client.create(services, service("b", spec)))).toBe(
      `422 Invalid: Service "b" is invalid: ${text}`,
    );
  const plain = await client.patch<KubeObject>(services, "a", "application/merge-patch+json", {
    spec: { type: "ClusterIP" },
  });
  expect(plain.spec.ports[0].nodePort).toBeUndefined();
});

test("a refusal tells its warnings too", async () => {
  const server = await createServer();
  const endpoints = { apiVersion: "v1", kind: "Endpoints", metadata: { name: "e" } };
  const bad: KubeObject = { ...endpoints, subsets: [{ addresses: [{ ip: "nope" }] }] };
  expect(await message(server.client.create(path("endpoints"), bad))).toMatch(/^422 Invalid/);
  expect(await warningsOf(server, path("endpoints"), bad)).toEqual([
    "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  ]);
});

test("a kubelet writes its own node alone", async () => {
  const server = await createServer();
  const rbac = "rbac.authorization.k8s.io";
  const rule = { apiGroups: ["*"], resources: ["*"], verbs: ["*"] };
  await server.client.create(path("clusterroles", rbac, ""), {
    ...{ apiVersion: `${rbac}/v1`, kind: "ClusterRole", metadata: { name: "system:node" }, rules: [rule] },
  });
  for (const name of ["w1", "w2"])
    await server.client.create(path("nodes", "", ""), { apiVersion: "v1", kind: "Node", metadata: { name } });
  const user = { name: "system:node:w1", groups: ["system:nodes", "system:authenticated"] };
  const asKubelet = async (method: "POST" | "PATCH" | "DELETE", at: string, body?: JsonObject): Promise<string> => {
    const headers = { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" };
    const answer = await server.send({ method, path: `/api/v1/${at}`, user, headers, ...(body ? { body } : {}) });
    return answer.kind === "object" ? String(answer.body["message"] ?? "") : "";
  };
  const label = (node: string, key: string) =>
    asKubelet("PATCH", `nodes/${node}`, { metadata: { labels: { [key]: "x" } } });
  expect(await label("w1", "app")).toBe("");
  expect(await label("w1", "topology.kubernetes.io/zone")).toBe("");
  expect(await label("w1", "x.node.kubernetes.io/a")).toBe("");
  expect(await label("w1", "node-restriction.kubernetes.io/team")).toBe(
    'nodes "w1" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/team',
  );
  expect(await label("w1", "node-role.kubernetes.io/control-plane")).toBe(
    'nodes "w1" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/control-plane',
  );
  expect(await label("w2", "app")).toBe('nodes "w2" is forbidden: node "w1" is not allowed to modify node "w2"');
  expect(await asKubelet("PATCH", "nodes/w1", { spec: { taints: [{ key: "a", effect: "NoSchedule" }] } })).toBe(
    'nodes "w1" is forbidden: node "w1" is not allowed to modify taints',
  );
  expect(await asKubelet("POST", "namespaces/default/pods", pod("a"))).toBe(
    'pods "a" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "w1" can only create mirror pods',
  );
  await server.client.create(pods, pod("elsewhere", { nodeName: "w2" }));
  expect(await asKubelet("DELETE", "namespaces/default/pods/elsewhere")).toBe(
    'pods "elsewhere" is forbidden: node "w1" can only delete pods with spec.nodeName set to itself',
  );
  expect(await asKubelet("PATCH", "namespaces/default/pods/elsewhere", { metadata: { labels: { a: "b" } } })).toBe(
    'pods "elsewhere" is forbidden: unexpected operation "UPDATE", node "w1" can only create and delete mirror pods',
  );
});

import { expect, test } from "vitest";
import { createNodeBackend } from "../../src/node/backend.ts";
import { keysOfNode } from "../../src/node/kubelet/registration.ts";
import { NodeWorld } from "../support/node-world.ts";

const container = (extra: object = {}) => ({ name: "c", image: "nginx:1.27", ...extra });
const core = (resource: string) => ({ group: "", version: "v1", resource, namespace: "default" });
const merge = "application/merge-patch+json";

test("a machine that goes down and comes back: containers end as Unknown and run again in a new sandbox", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { nodeName: "kind-worker", containers: [container()] });
  await world.advance(2000);
  const wakeNode = () => {
    for (const key of keysOfNode("kind-worker", world.lister)) world.wake("kubelet", key, world.server.now);
  };
  world.stopped.set("kind-worker", world.server.now);
  wakeNode();
  await world.advance(10_000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.state?.running).toBeDefined();
  world.stopped.clear();
  wakeNode();
  await world.advance(3000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]).toMatchObject({
    restartCount: 1,
    ready: true,
    lastState: { terminated: { exitCode: 255, reason: "Unknown" } },
  });
  expect(world.eventsOf("p")).toContain("SandboxChanged: Pod sandbox changed, it will be killed and re-created.");
  expect(world.errors).toEqual([]);
});

test("static pods: the mirror comes back when it is deleted, the containers go on; a changed manifest replaces them", async () => {
  const world = await NodeWorld.create();
  const manifest = (image: string) => ({ metadata: { name: "etcd" }, spec: { containers: [container({ image })] } });
  world.manifests.set("kind-worker", [manifest("etcd:1")]);
  world.wake("kubelet", "kind-worker", world.server.now);
  await world.advance(2000);
  const first = world.pod("etcd-kind-worker");
  expect(first?.metadata.annotations?.["kubernetes.io/config.source"]).toBe("file");
  expect(first?.status?.phase).toBe("Running");
  await world.server.client.delete(core("pods"), "etcd-kind-worker");
  await world.advance(2000);
  const second = world.pod("etcd-kind-worker");
  expect(second?.metadata.uid).not.toBe(first?.metadata.uid);
  expect(second?.status?.containerStatuses?.[0]?.containerID).toBe(first?.status?.containerStatuses?.[0]?.containerID);
  world.manifests.set("kind-worker", [manifest("etcd:2")]);
  world.wake("kubelet", "kind-worker", world.server.now);
  await world.advance(2000);
  expect(world.pod("etcd-kind-worker")?.status?.containerStatuses?.[0]?.image).toContain("etcd:2");
  world.manifests.clear();
  world.wake("kubelet", "kind-worker", world.server.now);
  await world.advance(2000);
  expect(world.pod("etcd-kind-worker")).toBeUndefined();
  expect(world.runtime.runs.size).toBe(0);
  expect(world.errors).toEqual([]);
});

test("what a kubelet refuses", async () => {
  const world = await NodeWorld.create();
  const nodeName = "kind-worker";
  await world.createPod("big", { nodeName, containers: [container({ resources: { requests: { cpu: "9" } } })] });
  await world.createPod("elsewhere", { nodeName, nodeSelector: { disk: "ssd" }, containers: [container()] });
  await world.createPod("one", { nodeName, containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] });
  await world.advance(1000);
  await world.createPod("two", { nodeName, containers: [container({ ports: [{ containerPort: 80, hostPort: 80 }] })] });
  await world.advance(1000);
  const sysctls = [
    { name: "kernel.shm_rmid_forced", value: "0" },
    { name: "kernel.msgmax", value: "65536" },
  ];
  await world.createPod("tuned", { nodeName, securityContext: { sysctls }, containers: [container()] });
  await world.advance(1000);
  const rejections = ["big", "elsewhere", "one", "two", "tuned"].map((name) => world.pod(name)?.status?.reason);
  expect(rejections).toEqual(["OutOfcpu", "NodeAffinity", undefined, "NodePorts", "SysctlForbidden"]);
  expect(world.pod("tuned")?.status?.message).toBe(
    'Pod was rejected: forbidden sysctl: "kernel.msgmax" not allowlisted',
  );
  expect(world.pod("big")?.status).toMatchObject({
    phase: "Failed",
    message: "Pod was rejected: Node didn't have enough resource: cpu, requested: 9000, used: 0, capacity: 8000",
  });
});

test("a container waits for the seccomp profile that it wants of the node", async () => {
  const world = await NodeWorld.create();
  const seccompProfile = { type: "Localhost", localhostProfile: "profiles/audit.json" };
  const spec = { nodeName: "kind-worker", securityContext: { seccompProfile }, containers: [container()] };
  const path = "/var/lib/kubelet/seccomp/profiles/audit.json";
  await world.createPod("audited", spec);
  await world.advance(1000);
  expect(world.pod("audited")?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: "CreateContainerError",
    message: `failed to create containerd container: cannot load seccomp profile "${path}": open ${path}: no such file or directory`,
  });
  world.files.add(path);
  await world.createPod("again", spec);
  await world.advance(2000);
  expect(world.pod("again")?.status?.phase).toBe("Running");
});

test("a changed ConfigMap reaches a running container a minute later", async () => {
  const world = await NodeWorld.create();
  const updates: unknown[] = [];
  world.runtime.updateMount = async (...args: unknown[]) => {
    if (args[1] === "/cfg") updates.push(args[1], args[2]);
  };
  const made = await world.server.client.create(core("configmaps"), {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "cfg" },
    data: { a: "1" },
  });
  await world.createPod("p", {
    volumes: [{ name: "v", configMap: { name: "cfg" } }],
    containers: [container({ volumeMounts: [{ name: "v", mountPath: "/cfg" }] })],
  });
  await world.advance(2000);
  await world.server.client.update(core("configmaps"), { ...made, data: { a: "2" } });
  await world.advance(30_000);
  expect(updates).toEqual([]);
  await world.advance(40_000);
  expect(updates).toEqual(["/cfg", [{ path: "a", content: "2", mode: 0o644 }]]);
  expect(world.nextDue()).toBeUndefined();
});

test("readiness gates keep a pod unready until their condition is true", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { readinessGates: [{ conditionType: "example.com/go" }], containers: [container()] });
  await world.advance(2000);
  const ready = () => world.pod("p")?.status?.conditions?.find((c) => c.type === "Ready");
  expect(ready()).toMatchObject({
    status: "False",
    reason: "ReadinessGatesNotReady",
    message: 'corresponding condition of pod readiness gate "example.com/go" does not exist.',
  });
  const pod = world.pod("p");
  const conditions = [...(pod?.status?.conditions ?? []), { type: "example.com/go", status: "True" }];
  await world.server.client.update(core("pods"), { ...pod, status: { ...pod?.status, conditions } } as never, {
    subresource: "status",
  });
  await world.advance(1000);
  expect(ready()?.status).toBe("True");
});

test("hooks: a failing postStart ends the container, preStop comes before SIGTERM", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs.c = {
    heedsTerm: true,
    execProbe: (_up, command) => (command[0] === "fail" ? { exitCode: 2, output: "no" } : { exitCode: 0, output: "" }),
  };
  await world.createPod("post", {
    containers: [container({ lifecycle: { postStart: { exec: { command: ["fail"] } } } })],
  });
  await world.createPod("pre", {
    containers: [container({ lifecycle: { preStop: { sleep: { seconds: 4 } } } })],
  });
  await world.advance(1000);
  expect(world.eventsOf("post")).toContain("FailedPostStartHook: PostStartHook failed");
  await world.advance(2000);
  await world.server.client.delete(core("pods"), "pre");
  await world.advance(3900);
  expect(world.pod("pre")).toBeDefined();
  await world.advance(900);
  expect(world.pod("pre")).toBeUndefined();
  expect(world.errors).toEqual([]);
});

test("pull policies and names that no registry could have", async () => {
  const world = await NodeWorld.create();
  await world.createPod("never", { containers: [container({ imagePullPolicy: "Never" })] });
  await world.createPod("upper", { containers: [container({ image: "Nginx" })] });
  await world.createPod("root", { securityContext: { runAsNonRoot: true }, containers: [container()] });
  await world.advance(2000);
  const waiting = (name: string) => world.pod(name)?.status?.containerStatuses?.[0]?.state?.waiting;
  expect(waiting("never")).toEqual({
    reason: "ErrImageNeverPull",
    message: 'Container image "nginx:1.27" is not present with pull policy of Never',
  });
  expect(waiting("upper")?.reason).toBe("InvalidImageName");
  expect(waiting("root")).toEqual({
    reason: "CreateContainerConfigError",
    message: `container has runAsNonRoot and image will run as root (pod: "root_default(${world.pod("root")?.metadata.uid})", container: c)`,
  });
});

test("an ephemeral container starts beside the others", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { containers: [container()] });
  await world.advance(2000);
  await world.server.client.patch(
    core("pods"),
    "p",
    merge,
    { spec: { ephemeralContainers: [{ name: "debugger", image: "busybox:1.36" }] } },
    { subresource: "ephemeralcontainers" },
  );
  await world.advance(2000);
  expect(world.pod("p")?.status?.ephemeralContainerStatuses?.[0]?.state?.running).toBeDefined();
});

test("a force-deleted pod leaves nothing behind, and a new one of its name starts afresh", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { containers: [container()] });
  await world.advance(2000);
  await world.server.client.delete(core("pods"), "p", { gracePeriodSeconds: 0 });
  await world.advance(100);
  expect(world.runtime.runs.size).toBe(0);
  await world.createPod("p", { containers: [container()] });
  await world.advance(2000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.restartCount).toBe(0);
  expect(world.records.size).toBe(2);
});

test("logs: what a kubelet refuses to show", async () => {
  const world = await NodeWorld.create();
  world.runtime.missing["nginx:x"] = "not found";
  await world.createPod("creating", { nodeName: "kind-worker", containers: [container()] });
  await world.createPod("typo", { nodeName: "kind-worker", containers: [container({ image: "nginx:x" })] });
  await world.createPod("running", { nodeName: "kind-worker", containers: [container()] });
  const backend = createNodeBackend({
    runtime: world.runtime,
    nodes: { isRunning: (n) => !world.stopped.has(n), stoppedAt: () => undefined },
    now: () => world.server.now,
  });
  const refusal = (name: string, options = {}) =>
    backend.logs(world.pod(name) as never, "c", options).then(
      () => "shown",
      (error: Error) => error.message,
    );
  await world.advance(100);
  expect(await refusal("creating")).toBe('container "c" in pod "creating" is waiting to start: ContainerCreating');
  await world.advance(3000);
  expect(await refusal("typo")).toBe(
    'container "c" in pod "typo" is waiting to start: trying and failing to pull image',
  );
  expect(await refusal("running")).toBe("shown");
  expect(await refusal("running", { previous: true })).toBe(
    'previous terminated container "c" in pod "running" not found',
  );
});

test("a new image ends the old container and starts the new one at once; a failing pull is tried anew", async () => {
  const world = await NodeWorld.create();
  world.runtime.missing["nginx:x"] = "not found";
  await world.createPod("p", { restartPolicy: "Never", containers: [container()] });
  await world.createPod("typo", { containers: [container({ image: "nginx:x" })] });
  await world.advance(30_000);
  for (const name of ["p", "typo"])
    await world.server.client.patch(core("pods"), name, "application/strategic-merge-patch+json", {
      spec: { containers: [{ name: "c", image: "nginx:1.28" }] },
    });
  await world.advance(2000);
  expect(world.eventsOf("p")).toContain("Killing: Container c definition changed, will be restarted");
  expect(world.pod("p")?.status).toMatchObject({
    phase: "Running",
    containerStatuses: [{ restartCount: 1, image: "docker.io/library/nginx:1.28" }],
  });
  expect(world.pod("typo")?.status?.phase).toBe("Running");
  expect(world.errors).toEqual([]);
});

test("a container that cannot be configured says so once, not at every look", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { containers: [container({ envFrom: [{ secretRef: { name: "nope" } }] })] });
  await world.createPod("q", { containers: [container({ imagePullPolicy: "Never" })] });
  await world.advance(2000);
  const before = world.events.length;
  for (const name of ["p", "q"]) world.wake("kubelet", `default/${name}`, world.server.now);
  await world.advance(2000);
  expect(world.events.length).toBe(before);
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe('secret "nope" not found');
});

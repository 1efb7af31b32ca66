import { expect, test } from "vitest";
import { NodeWorld } from "../support/node-world.ts";

const container = (extra: object = {}) => ({ name: "c", image: "nginx:1.27", ...extra });
const core = (resource: string) => ({ group: "", version: "v1", resource, namespace: "default" });
const merge = "application/strategic-merge-patch+json";
const cpu = (request: string, limit?: string) => ({
  requests: { cpu: request },
  ...(limit === undefined ? {} : { limits: { cpu: limit } }),
});

async function resize(world: NodeWorld, name: string, resources: object): Promise<void> {
  const body = { spec: { containers: [{ name: "c", resources }] } };
  await world.server.client.patch(core("pods"), name, merge, body, { subresource: "resize" });
}

const status = (world: NodeWorld, name: string) => world.pod(name)?.status?.containerStatuses?.[0];
const resizing = (world: NodeWorld, name: string) =>
  (world.pod(name)?.status?.conditions ?? [])
    .filter((c) => c.type.startsWith("PodResize"))
    .map(({ type, reason, message }) => [type, reason, message].filter(Boolean).join(": "));

test("a postStart hook holds its container, and the ones behind it, back until it is through", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs["c"] = { heedsTerm: true, execProbe: () => ({ exitCode: 0, output: "", durationMs: 20_000 }) };
  const postStart = { exec: { command: ["sleep", "20"] } };
  await world.createPod("p", {
    containers: [container({ lifecycle: { postStart } }), { name: "d", image: "redis:7" }],
  });
  await world.advance(15_000);
  expect(world.pod("p")?.status?.phase).toBe("Pending");
  expect(status(world, "p")?.state).toEqual({ waiting: { reason: "ContainerCreating" } });
  expect(world.eventsOf("p").filter((e) => e.startsWith("Started"))).toEqual(["Started: Started container c"]);
  await world.advance(10_000);
  expect(world.pod("p")?.status).toMatchObject({
    phase: "Running",
    containerStatuses: [{ ready: true }, { ready: true }],
  });
});

test("a failing postStart hook: PostStartHookError, then CrashLoopBackOff", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs["c"] = { heedsTerm: true, execProbe: () => ({ exitCode: 3, output: "oops\n" }) };
  const postStart = { exec: { command: ["sh", "-c", "exit 3"] } };
  await world.createPod("p", { containers: [container({ lifecycle: { postStart } })] });
  const seen: string[] = [];
  for (let i = 0; i < 40; i++) {
    await world.advance(100);
    const reason = status(world, "p")?.state?.waiting?.reason ?? Object.keys(status(world, "p")?.state ?? {})[0] ?? "";
    if (seen[seen.length - 1] !== reason) seen.push(reason);
    if (reason === "PostStartHookError")
      expect(status(world, "p")?.state?.waiting?.message).toContain(
        "error: command 'sh -c exit 3' exited with 3: oops\n, message: \"oops\\n\"",
      );
  }
  expect(seen).toEqual(["ContainerCreating", "PostStartHookError", "CrashLoopBackOff"]);
  expect(world.eventsOf("p").slice(3, 7)).toEqual([
    "Created: Created container: c",
    "Started: Started container c",
    "FailedPostStartHook: PostStartHook failed",
    "Killing: FailedPostStartHook",
  ]);
});

test("a gRPC probe needs a gRPC health service", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs["nginx:1.27"] = { heedsTerm: true, http: () => 200 };
  world.runtime.programs["sick"] = { heedsTerm: true, health: "NOT_SERVING" };
  world.runtime.programs["well"] = { heedsTerm: true, health: "SERVING" };
  const readinessProbe = { grpc: { port: 80 } };
  await world.createPod("web", { containers: [container({ readinessProbe })] });
  await world.createPod("sick", { containers: [{ name: "sick", image: "x:1", readinessProbe }] });
  await world.createPod("well", { containers: [{ name: "well", image: "x:1", readinessProbe }] });
  await world.advance(5000);
  const ip = world.pod("web")?.status?.podIP;
  expect(world.eventsOf("web").at(-1)).toBe(
    `Unhealthy: Readiness probe failed: timeout: failed to connect service "${ip}:80" within 1s: context deadline exceeded`,
  );
  expect(world.eventsOf("sick").at(-1)).toBe(
    'Unhealthy: Readiness probe failed: service unhealthy (responded with "NOT_SERVING")',
  );
  expect(["web", "sick", "well"].map((name) => status(world, name)?.ready)).toEqual([false, false, true]);
});

test("what a kubelet refuses is told without the prefix that the status has", async () => {
  const world = await NodeWorld.create();
  const refused = { nodeName: "kind-worker", nodeSelector: { disk: "ssd" }, containers: [container()] };
  await world.createPod("p", refused);
  await world.advance(1000);
  const message = "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector";
  expect(world.eventsOf("p")).toEqual([`NodeAffinity: ${message}`]);
  expect(world.pod("p")?.status).toMatchObject({ reason: "NodeAffinity", message: `Pod was rejected: ${message}` });
});

test("an in-place resize: allocated at once, actuated a moment later, without a restart", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { containers: [container({ resources: cpu("100m", "200m") })] });
  await world.advance(3000);
  await resize(world, "p", cpu("150m", "300m"));
  await world.advance(500);
  expect(resizing(world, "p")).toEqual(["PodResizeInProgress"]);
  expect(status(world, "p")).toMatchObject({ allocatedResources: { cpu: "150m" }, resources: cpu("100m", "200m") });
  await world.advance(2000);
  expect(resizing(world, "p")).toEqual([]);
  expect(status(world, "p")).toMatchObject({ restartCount: 0, resources: cpu("150m", "300m") });
  expect(world.runtime.resized).toMatchObject([{ cpuLimit: 300 }]);
});

test("a pod that outgrows its local storage is evicted, and only its end is its failure", async () => {
  const world = await NodeWorld.create();
  const grows = (uptime: number) => ({ volumes: { cache: uptime * 200 }, layer: uptime * 10 });
  world.runtime.programs["c"] = { disk: grows, activeUntilMs: 600_000 };
  world.runtime.programs["d"] = { disk: grows, activeUntilMs: 600_000 };
  const volumes = [{ name: "cache", emptyDir: { sizeLimit: "1Mi" } }];
  await world.createPod("dir", { volumes, containers: [container()] });
  const resources = { limits: { "ephemeral-storage": "2Mi" } };
  await world.createPod("layer", { containers: [{ name: "d", image: "redis:7", resources }] });
  await world.advance(12_000);
  expect(world.eventsOf("dir").slice(-2)).toEqual([
    'Evicted: Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ',
    "Killing: Stopping container c",
  ]);
  expect(world.pod("dir")?.status?.phase).toBe("Running");
  await world.advance(30_000);
  expect(world.pod("dir")?.status).toMatchObject({
    phase: "Failed",
    reason: "Evicted",
    message: 'Usage of EmptyDir volume "cache" exceeds the limit "1Mi". ',
    containerStatuses: [{ state: { terminated: { exitCode: 137 } } }],
  });
  expect(world.pod("dir")?.status?.conditions?.find((c) => c.type === "DisruptionTarget")).toMatchObject({
    status: "True",
    reason: "TerminationByKubelet",
  });
  expect(world.pod("layer")?.status?.message).toBe(
    "Pod ephemeral local storage usage exceeds the total limit of containers 2Mi. ",
  );
});

test("all containers are told to stop at once, sidecars get SIGTERM in their turn", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs["s1"] = { heedsTerm: true };
  world.runtime.programs["s2"] = { heedsTerm: true };
  world.runtime.programs["c"] = {};
  const sidecar = (name: string) => ({ name, image: "redis:7", restartPolicy: "Always" });
  await world.createPod("p", {
    terminationGracePeriodSeconds: 5,
    initContainers: [sidecar("s1"), sidecar("s2")],
    containers: [container()],
  });
  await world.advance(5000);
  await world.server.client.delete(core("pods"), "p");
  await world.advance(4000);
  const kills = world.events.filter((e) => e.reason === "Killing");
  expect(kills.map((e) => e.message)).toEqual(["c", "s2", "s1"].map((name) => `Stopping container ${name}`));
  expect(new Set(kills.map((e) => e.ms)).size).toBe(1);
  const running = () => (world.pod("p")?.status?.initContainerStatuses ?? []).filter((s) => s.state?.running).length;
  expect(running()).toBe(2);
  await world.advance(1100);
  expect(running()).toBe(0);
  await world.advance(2000);
  expect(world.pod("p")).toBeUndefined();
  expect(world.errors).toEqual([]);
});

test("a resize with resizePolicy RestartContainer restarts the container", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs["c"] = { heedsTerm: true };
  const resizePolicy = [{ resourceName: "cpu", restartPolicy: "RestartContainer" }];
  await world.createPod("p", { containers: [container({ resources: cpu("100m"), resizePolicy })] });
  await world.advance(3000);
  await resize(world, "p", cpu("150m"));
  await world.advance(5000);
  expect(world.eventsOf("p")).toContain("Killing: Container c resize requires restart");
  expect(status(world, "p")).toMatchObject({ restartCount: 1, ready: true, resources: cpu("150m") });
  expect(resizing(world, "p")).toEqual([]);
});

test("a resize that the node can never give is infeasible; one that it cannot give now waits for room", async () => {
  const world = await NodeWorld.create();
  const nodeName = "kind-worker";
  await world.createPod("p", { nodeName, containers: [container({ resources: cpu("1") })] });
  await world.createPod("other", { nodeName, containers: [container({ resources: cpu("5") })] });
  await world.advance(3000);
  await resize(world, "p", cpu("9"));
  await world.advance(2000);
  const infeasible =
    "PodResizePending: Infeasible: Node didn't have enough capacity: cpu, requested: 9000, capacity: 8000";
  expect(resizing(world, "p")).toEqual([infeasible]);
  await resize(world, "p", cpu("4"));
  await world.advance(2000);
  expect(resizing(world, "p")).toEqual([
    "PodResizePending: Deferred: Node didn't have enough resource: cpu, requested: 4000, used: 5000, capacity: 8000",
  ]);
  expect(status(world, "p")).toMatchObject({ allocatedResources: { cpu: "1" }, resources: cpu("1") });
  await world.server.client.delete(core("pods"), "other");
  await world.advance(5000);
  expect(resizing(world, "p")).toEqual([]);
  expect(status(world, "p")).toMatchObject({ restartCount: 0, resources: cpu("4") });
});

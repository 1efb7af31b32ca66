import { expect, test } from "vitest";
import { NodeWorld } from "../support/node-world.ts";

const container = (extra: object = {}) => ({ name: "c", image: "nginx", ...extra });
const conditions = (world: NodeWorld, name: string): Record<string, string> =>
  Object.fromEntries((world.pod(name)?.status?.conditions ?? []).map((c) => [c.type, c.status]));

test("a pod is bound, pulls its image and runs", async () => {
  const world = await NodeWorld.create();
  await world.createPod("web", { containers: [container()] });
  await world.advance(0);
  expect(world.pod("web")?.status).toMatchObject({
    phase: "Pending",
    containerStatuses: [{ state: { waiting: { reason: "ContainerCreating" } }, ready: false, restartCount: 0 }],
  });
  await world.advance(2000);
  expect(world.errors).toEqual([]);
  expect(world.eventsOf("web")).toEqual([
    "Scheduled: Successfully assigned default/web to kind-worker",
    'Pulling: Pulling image "nginx"',
    'Pulled: Successfully pulled image "nginx" in 412ms (412ms including waiting). Image size: 72404038 bytes.',
    "Created: Created container: c",
    "Started: Started container c",
  ]);
  const { status } = world.pod("web") ?? {};
  expect(status).toMatchObject({
    phase: "Running",
    podIP: "10.244.1.2",
    hostIP: "172.18.0.3",
    qosClass: "BestEffort",
    containerStatuses: [{ ready: true, started: true, image: "docker.io/library/nginx:latest" }],
  });
  expect(conditions(world, "web")).toEqual({
    PodReadyToStartContainers: "True",
    Initialized: "True",
    Ready: "True",
    ContainersReady: "True",
    PodScheduled: "True",
  });
  expect(world.nextDue()).toBeUndefined();
});

test("the second pod finds the image on the node", async () => {
  const world = await NodeWorld.create();
  const image = "nginx:1.27";
  await world.createPod("a", { nodeName: "kind-worker", containers: [container({ image })] });
  await world.advance(2000);
  await world.createPod("b", { nodeName: "kind-worker", containers: [container({ image })] });
  await world.advance(200);
  expect(world.eventsOf("b")[0]).toBe('Pulled: Container image "nginx:1.27" already present on machine');
  expect(world.pod("b")?.status?.podIP).toBe("10.244.1.3");
});

test("a failing container backs off: at once, 10 s, 20 s, …", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs.c = { runsMs: 100, exitCode: 1 };
  await world.createPod("bad", { containers: [container()] });
  await world.advance(1000);
  expect(world.pod("bad")?.status?.containerStatuses?.[0]?.state?.terminated).toMatchObject({
    reason: "Error",
    exitCode: 1,
  });
  await world.advance(3000);
  const status = world.pod("bad")?.status?.containerStatuses?.[0];
  expect(status?.restartCount).toBe(1);
  expect(status?.state?.waiting?.reason).toBe("CrashLoopBackOff");
  expect(status?.state?.waiting?.message).toBe(
    `back-off 10s restarting failed container=c pod=bad_default(${world.pod("bad")?.metadata.uid})`,
  );
  expect(world.eventsOf("bad").at(-1)).toBe(
    `BackOff: Back-off restarting failed container c in pod bad_default(${world.pod("bad")?.metadata.uid})`,
  );
  await world.advance(600_000);
  const starts = world.events.filter((e) => e.reason === "Started").map((e) => e.ms);
  const gaps = starts.slice(1).map((at, i) => Math.round((at - (starts[i] ?? 0)) / 1000));
  expect(gaps).toEqual([1, 10, 20, 40, 80, 160]);
  expect(world.pod("bad")?.status?.phase).toBe("Running");
});

test("an image that is not there: ErrImagePull, ImagePullBackOff, tried again after 10 s", async () => {
  const world = await NodeWorld.create();
  const error =
    'rpc error: code = NotFound desc = failed to pull and unpack image "docker.io/library/nginx:x": not found';
  world.runtime.missing["nginx:x"] = error;
  await world.createPod("typo", { containers: [container({ image: "nginx:x" })] });
  await world.advance(500);
  expect(world.pod("typo")?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: "ErrImagePull",
    message: error,
  });
  await world.advance(1000);
  expect(world.pod("typo")?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: "ImagePullBackOff",
    message: `Back-off pulling image "nginx:x": ErrImagePull: ${error}`,
  });
  expect(world.eventsOf("typo").slice(1)).toEqual([
    'Pulling: Pulling image "nginx:x"',
    `Failed: Failed to pull image "nginx:x": ${error}`,
    "Failed: Error: ErrImagePull",
    'BackOff: Back-off pulling image "nginx:x"',
    "Failed: Error: ImagePullBackOff",
  ]);
  delete world.runtime.missing["nginx:x"];
  await world.advance(10_000);
  expect(world.pod("typo")?.status?.phase).toBe("Running");
});

test("restartPolicy Never: completed and failed pods stay as they are", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs.ok = { runsMs: 1000 };
  world.runtime.programs.ko = { runsMs: 1000, exitCode: 3 };
  await world.createPod("done", { restartPolicy: "Never", containers: [container({ name: "ok" })] });
  await world.createPod("broken", { restartPolicy: "Never", containers: [container({ name: "ko" })] });
  await world.advance(5000);
  expect(world.pod("done")?.status?.phase).toBe("Succeeded");
  expect(conditions(world, "done")).toEqual({
    PodReadyToStartContainers: "False",
    Initialized: "True",
    Ready: "False",
    ContainersReady: "False",
    PodScheduled: "True",
  });
  expect(world.pod("broken")?.status?.phase).toBe("Failed");
  expect(world.nextDue()).toBeUndefined();
});

test("deletion: SIGTERM, the grace, SIGKILL, then the object goes", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs.stubborn = { heedsTerm: false };
  await world.createPod("quick", { containers: [container()] });
  await world.createPod("slow", { terminationGracePeriodSeconds: 5, containers: [container({ name: "stubborn" })] });
  await world.advance(2000);
  const path = { group: "", version: "v1", resource: "pods", namespace: "default" };
  await world.server.client.delete(path, "quick");
  await world.server.client.delete(path, "slow");
  await world.advance(0);
  expect(world.eventsOf("quick").at(-1)).toBe("Killing: Stopping container c");
  expect(world.pod("quick")?.status?.containerStatuses?.[0]?.state?.terminated).toBeDefined();
  await world.advance(700);
  expect(world.pod("quick")).toBeUndefined();
  await world.advance(4200);
  expect(world.pod("slow")).toBeDefined();
  await world.advance(900);
  expect(world.pod("slow")).toBeUndefined();
  expect(world.runtime.runs.size).toBe(0);
  expect(world.errors).toEqual([]);
});

test("init containers run one after the other, sidecars go on", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs.first = { runsMs: 2000 };
  world.runtime.programs.main = { runsMs: 3000 };
  await world.createPod("p", {
    restartPolicy: "Never",
    initContainers: [container({ name: "first" }), container({ name: "side", restartPolicy: "Always" })],
    containers: [container({ name: "main" })],
  });
  await world.advance(1000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe("PodInitializing");
  expect(world.pod("p")?.status?.conditions?.find((c) => c.type === "Initialized")?.message).toBe(
    "containers with incomplete status: [first side]",
  );
  await world.advance(2000);
  expect(world.pod("p")?.status).toMatchObject({
    phase: "Running",
    initContainerStatuses: [
      { ready: true, state: { terminated: { exitCode: 0 } } },
      { ready: true, started: true },
    ],
  });
  await world.advance(5000);
  expect(world.pod("p")?.status?.phase).toBe("Succeeded");
  expect(world.errors).toEqual([]);
});

test("probes: startup holds back, readiness gates, liveness restarts", async () => {
  const world = await NodeWorld.create();
  world.runtime.programs.c = {
    heedsTerm: true,
    activeUntilMs: 60_000,
    http: (up) => (up < 7000 ? undefined : up < 60_000 ? 200 : 500),
  };
  const httpGet = { path: "/", port: 80 };
  await world.createPod("p", {
    containers: [
      container({
        readinessProbe: { httpGet, periodSeconds: 5 },
        livenessProbe: { httpGet, initialDelaySeconds: 20, periodSeconds: 10, failureThreshold: 2 },
      }),
    ],
  });
  await world.advance(3000);
  expect(conditions(world, "p").Ready).toBe("False");
  expect(world.eventsOf("p").at(-1)).toBe(
    'Unhealthy: Readiness probe failed: Get "http://10.244.1.2:80/": dial tcp 10.244.1.2:80: connect: connection refused',
  );
  await world.advance(10_000);
  expect(conditions(world, "p").Ready).toBe("True");
  const before = world.runs;
  await world.advance(40_000);
  expect(world.runs - before).toBeLessThan(5);
  await world.advance(40_000);
  expect(world.eventsOf("p")).toContain("Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500");
  expect(world.eventsOf("p")).toContain("Killing: Container c failed liveness probe, will be restarted");
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
  expect(world.errors).toEqual([]);
});

test("configuration that is missing holds a container back until it is there", async () => {
  const world = await NodeWorld.create();
  const key = { configMapKeyRef: { name: "settings", key: "color" } };
  await world.createPod("p", {
    containers: [
      container({
        env: [
          { name: "COLOR", valueFrom: key },
          { name: "X", value: "$(COLOR)-$(NOPE)-$$(COLOR)" },
        ],
      }),
    ],
  });
  await world.advance(2000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: "CreateContainerConfigError",
    message: 'configmap "settings" not found',
  });
  expect(world.eventsOf("p").at(-1)).toBe('Failed: Error: configmap "settings" not found');
  const path = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
  const made = await world.server.client.create(path, {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "settings" },
    data: {},
  });
  await world.advance(1000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(
    "couldn't find key color in ConfigMap default/settings",
  );
  await world.server.client.update(path, { ...made, data: { color: "red" } });
  await world.advance(1000);
  expect(world.pod("p")?.status?.phase).toBe("Running");
  expect(world.runtime.started[0]?.env).toContainEqual({ name: "X", value: "red-$(NOPE)-$(COLOR)" });
});

test("a volume that cannot be mounted holds the pod in ContainerCreating", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", {
    volumes: [{ name: "cfg", secret: { secretName: "certs" } }],
    containers: [container({ volumeMounts: [{ name: "cfg", mountPath: "/etc/certs" }] })],
  });
  await world.advance(2000);
  expect(world.eventsOf("p").at(-1)).toBe(
    'FailedMount: MountVolume.SetUp failed for volume "cfg" : secret "certs" not found',
  );
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.state?.waiting?.reason).toBe("ContainerCreating");
  const path = { group: "", version: "v1", resource: "secrets", namespace: "default" };
  await world.server.client.create(path, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "certs" },
    data: { key: "aGk=" },
  });
  await world.advance(1000);
  expect(world.pod("p")?.status?.phase).toBe("Running");
  expect(world.runtime.started[0]?.mounts[0]).toEqual({
    mountPath: "/etc/certs",
    readOnly: true,
    files: [{ path: "key", content: "hi", mode: 0o644 }],
  });
});

test("a command that does not exist: RunContainerError, then CrashLoopBackOff with StartError", async () => {
  const world = await NodeWorld.create();
  const startError = 'failed to create containerd task: exec: "nope": executable file not found in $PATH: unknown';
  world.runtime.programs.c = { startError };
  await world.createPod("p", { containers: [container()] });
  await world.advance(1000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]?.state?.waiting).toEqual({
    reason: "RunContainerError",
    message: startError,
  });
  await world.advance(3000);
  expect(world.pod("p")?.status?.containerStatuses?.[0]).toMatchObject({
    state: { waiting: { reason: "CrashLoopBackOff" } },
    lastState: { terminated: { exitCode: 128, reason: "StartError", startedAt: "1970-01-01T00:00:00Z" } },
    restartCount: 1,
  });
  expect(world.eventsOf("p")).toContain(`Failed: Error: ${startError}`);
});

test("what a kubelet knows can be dropped and is read back from the status", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { containers: [container()] });
  await world.advance(2000);
  const before = world.pod("p");
  world.records.clear();
  world.wake("kubelet", "default/p", world.server.now);
  await world.advance(1000);
  expect(world.pod("p")).toEqual(before);
});

test("activeDeadlineSeconds ends a pod", async () => {
  const world = await NodeWorld.create();
  await world.createPod("p", { activeDeadlineSeconds: 10, containers: [container()] });
  await world.advance(12_000);
  expect(world.pod("p")?.status).toMatchObject({
    phase: "Failed",
    reason: "DeadlineExceeded",
    message: "Pod was active on the node longer than the specified deadline",
  });
});

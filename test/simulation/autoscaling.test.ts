import { afterEach, expect, test } from "vitest";
import type { Client } from "../../src/client/client.ts";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { type ScratchCluster, scratchCluster } from "../support/scratch-cluster.ts";

let world: ScratchCluster;
const errors: string[] = [];
afterEach(() => world.remove());

const command = <T>(work: (client: Client) => Promise<T>): Promise<T> => world.command((client) => work(client));
const core = (resource: string, namespace = "default") => ({ group: "", version: "v1", resource, namespace });
const apps = (namespace = "default") => ({ group: "apps", version: "v1", resource: "deployments", namespace });
const autoscalers = { group: "autoscaling", version: "v2", resource: "horizontalpodautoscalers", namespace: "default" };
const metrics = (resource: string, namespace?: string) => ({
  group: "metrics.k8s.io",
  version: "v1beta1",
  resource,
  ...(namespace === undefined ? {} : { namespace }),
});

/** Lets time pass in steps, a command at the end of each. */
async function pass(seconds: number, step = seconds): Promise<void> {
  for (let done = 0; done < seconds; done += step) {
    world.clock.now += step * 1000;
    await command((client) => client.get(core("serviceaccounts"), "default"));
  }
}

const deployment = (name: string, namespace: string, container: JsonObject): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name, ...container }] } },
  },
});
const service = (name: string, namespace: string, port: JsonObject): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec: { selector: { app: name }, ports: [port] },
});

/** As upstream's components.yaml has it, but for the access rules. */
async function installMetricsServer(client: Client): Promise<void> {
  const system = "kube-system";
  const container = {
    image: "registry.k8s.io/metrics-server/metrics-server:v0.7.2",
    args: ["--secure-port=10250", "--metric-resolution=15s"],
    ports: [{ containerPort: 10250, name: "https" }],
    readinessProbe: {
      httpGet: { path: "/readyz", port: "https", scheme: "HTTPS" },
      initialDelaySeconds: 20,
      periodSeconds: 10,
    },
  };
  await client.create(apps(system), deployment("metrics-server", system, container));
  await client.create(
    core("services", system),
    service("metrics-server", system, { name: "https", port: 443, targetPort: "https" }),
  );
  await client.create<KubeObject>(
    { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" },
    {
      apiVersion: "apiregistration.k8s.io/v1",
      kind: "APIService",
      metadata: { name: "v1beta1.metrics.k8s.io" },
      spec: {
        group: "metrics.k8s.io",
        version: "v1beta1",
        service: { name: "metrics-server", namespace: system },
        groupPriorityMinimum: 100,
        versionPriority: 100,
        insecureSkipTLSVerify: true,
      },
    },
  );
}

const available = async (): Promise<string> => {
  const path = { group: "apiregistration.k8s.io", version: "v1", resource: "apiservices" };
  const { status } = await command((client) => client.get(path, "v1beta1.metrics.k8s.io"));
  const [{ status: value, reason, message }] = status.conditions;
  return `${value} ${reason}: ${message}`;
};
const hpa = () => command((client) => client.get(autoscalers, "php"));
const hpaEvents = async (): Promise<string[]> =>
  (await command((client) => client.list(core("events")))).items
    .filter((e) => e.involvedObject.kind === "HorizontalPodAutoscaler")
    .map((e) => `${e.type} ${e.reason} ${e.message}`);

test("metrics-server makes its API available once it is ready", async () => {
  world = await scratchCluster([], errors);
  await command(installMetricsServer);
  await pass(5);
  expect(await available()).toBe(
    'False MissingEndpoints: endpointslices for service/metrics-server in "kube-system" have no addresses with port name "https"',
  );
  await expect(command((client) => client.list(metrics("nodes")))).rejects.toMatchObject({
    code: 503,
    message: "the server is currently unable to handle the request (get nodes.metrics.k8s.io)",
  });
  // As long as an API does not answer, nobody knows whether a namespace is empty.
  const namespaces = { group: "", version: "v1", resource: "namespaces" };
  await command((client) =>
    client.create<KubeObject>(namespaces, { apiVersion: "v1", kind: "Namespace", metadata: { name: "stuck" } }),
  );
  await command((client) => client.delete(namespaces, "stuck"));
  await pass(10);
  const stuck = await command((client) => client.get(namespaces, "stuck"));
  expect(stuck.status.conditions[0]).toMatchObject({
    type: "NamespaceDeletionDiscoveryFailure",
    status: "True",
    reason: "DiscoveryFailed",
    message:
      "Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: metrics.k8s.io/v1beta1: stale GroupVersion discovery: metrics.k8s.io/v1beta1",
  });
  await pass(80);
  await expect(command((client) => client.get(namespaces, "stuck"))).rejects.toThrow("not found");
  expect(await available()).toBe("True Passed: all checks passed");
  const nodes = await command((client) => client.list(metrics("nodes")));
  expect(nodes.items.map((n) => n.metadata.name)).toEqual(["kind-control-plane", "kind-worker", "kind-worker2"]);
  const again = await command((client) => client.list(metrics("nodes")));
  expect(again.items.map((n) => n["usage"])).toEqual(nodes.items.map((n) => n["usage"]));
  const [pod] = (await command((client) => client.list(metrics("pods", "kube-system")))).items;
  expect(pod!.containers).toEqual([
    {
      name: "metrics-server",
      usage: { cpu: expect.stringMatching(/^\d+n$/), memory: expect.stringMatching(/^\d+Ki$/) },
    },
  ]);
  await expect(command((client) => client.get(metrics("pods", "default"), "no"))).rejects.toMatchObject({
    message: 'pods "no" not found',
  });
  await command(async (client) => {
    await client.create(apps(), deployment("plain", "default", { image: "nginx:1.27" }));
    const target = { type: "Utilization", averageUtilization: 50 };
    const metric = {
      resource: { type: "Resource", resource: { name: "cpu", target } },
      container: { type: "ContainerResource", containerResource: { name: "cpu", container: "nope", target } },
    };
    for (const [name, one] of Object.entries(metric))
      await client.create<KubeObject>(autoscalers, {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name, namespace: "default" },
        spec: {
          scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "plain" },
          maxReplicas: 3,
          metrics: [one],
        },
      });
  });
  await pass(45);
  const inactive = async (name: string): Promise<string> => {
    const { status } = await command((client) => client.get(autoscalers, name));
    const { reason, message } = status.conditions.find((c: JsonObject) => c["type"] === "ScalingActive");
    return `${reason}: ${message.replace(/plain-[a-z0-9]+-[a-z0-9]+/, "POD")}`;
  };
  const unable = "the HPA was unable to compute the replica count: failed to get cpu utilization";
  expect(await inactive("resource")).toBe(
    `FailedGetResourceMetric: ${unable}: missing request for cpu in container plain of Pod POD`,
  );
  expect(await inactive("container")).toBe(
    `FailedGetContainerResourceMetric: ${unable}: unable to get metrics for resource cpu: failed to get container metrics: container nope not present in metrics for pod default/POD`,
  );
  expect((await hpaEvents()).map((e) => e.split(" ")[1])).toContain("FailedComputeMetricsReplicas");
  await command((client) => client.delete(core("services", "kube-system"), "metrics-server"));
  expect(await available()).toBe('False ServiceNotFound: service/metrics-server in "kube-system" is not present');
  expect(errors).toEqual([]);
});

test("a deployment under load grows, and shrinks five minutes after", async () => {
  world = await scratchCluster(["kube-system"], errors);
  await command(installMetricsServer);
  await command(async (client) => {
    const resources = { requests: { cpu: "200m" }, limits: { cpu: "500m" } };
    await client.create(apps(), deployment("php", "default", { image: "registry.k8s.io/hpa-example", resources }));
    await client.create(core("services"), service("php", "default", { port: 80 }));
    await client.create<KubeObject>(autoscalers, {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "php", namespace: "default" },
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "php" },
        minReplicas: 1,
        maxReplicas: 10,
        metrics: [
          { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 50 } } },
        ],
      },
    });
  });
  await pass(20);
  const cause =
    "failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request (get pods.metrics.k8s.io)";
  expect(await hpaEvents()).toEqual([
    `Warning FailedGetResourceMetric ${cause}`,
    `Warning FailedComputeMetricsReplicas invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: ${cause}`,
  ]);
  await pass(60);
  expect((await hpa()).status).toMatchObject({ currentReplicas: 1, desiredReplicas: 1 });
  const loop = "while sleep 0.01; do wget -q -O- http://php; done";
  await command((client) =>
    client.create<KubeObject>(core("pods"), {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "load" },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: "load", image: "busybox:1.28", command: ["sh", "-c", loop] }],
      },
    }),
  );
  // Whoever looks in between changes nothing; a jump does as well.
  await pass(60, 10);
  await pass(180);
  const grown = (await hpa()).status;
  expect(grown.currentReplicas).toBeGreaterThanOrEqual(6);
  expect(grown.currentReplicas).toBeLessThanOrEqual(9);
  expect(grown.currentMetrics[0].resource.current.averageUtilization).toBeLessThanOrEqual(55);
  expect(await hpaEvents()).toContain(
    "Normal SuccessfulRescale New size: 4; reason: cpu resource utilization (percentage of request) above target",
  );
  await command((client) => client.delete(core("pods"), "load"));
  await pass(240, 20);
  expect((await hpa()).status.currentReplicas).toBe(grown.currentReplicas);
  await pass(120, 20);
  expect((await hpa()).status).toMatchObject({ currentReplicas: 1, desiredReplicas: 1 });
  expect(await hpaEvents()).toContain("Normal SuccessfulRescale New size: 1; reason: All metrics below target");
  expect(errors).toEqual([]);
}, 60_000);

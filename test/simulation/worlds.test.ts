import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Client } from "../../src/client/client.ts";
import type { KubeObject } from "../../src/machinery/object.ts";
import { type ScratchCluster, scratchCluster } from "../support/scratch-cluster.ts";

const core = (resource: string) => ({ group: "", version: "v1", resource, namespace: "default" });
const apps = (resource: string) => ({ group: "apps", version: "v1", resource, namespace: "default" });
const NAMES = ["a", "b", "c"] as const;

const template = (app: string, image: string) => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: "c", image }] },
});
const workload = (kind: string, app: string, replicas: number, image: string): KubeObject => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: app, namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app } },
    template: template(app, image),
    ...(kind === "StatefulSet" ? { serviceName: app } : {}),
  },
});
const service = (name: string, type: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "default" },
  spec: { type, selector: { app: name }, ports: [{ port: 80 }] },
});

/** One thing that a user may do; what the world does not allow is refused, and that is fine. */
type Action = (client: Client, cluster: ScratchCluster) => Promise<unknown>;
const name = fc.constantFrom(...NAMES);
const replicas = fc.integer({ min: 0, max: 4 });
const image = fc.constantFrom("nginx:1.27", "nginx:1.28", "redis", "nginx:no-such-tag");
const merge = "application/merge-patch+json" as const;

const action: fc.Arbitrary<{ readonly text: string; readonly act: Action }> = fc.oneof(
  fc.tuple(name, replicas, image).map(([n, r, i]) => ({
    text: `create deployment ${n} ${r} ${i}`,
    act: (client: Client) => client.create(apps("deployments"), workload("Deployment", n, r, i)),
  })),
  fc.tuple(name, replicas, image).map(([n, r, i]) => ({
    text: `create statefulset ${n} ${r} ${i}`,
    act: (client: Client) => client.create(apps("statefulsets"), workload("StatefulSet", n, r, i)),
  })),
  fc.tuple(name, replicas).map(([n, r]) => ({
    text: `scale deployment ${n} ${r}`,
    act: (client: Client) => client.patch(apps("deployments"), n, merge, { spec: { replicas: r } }),
  })),
  fc.tuple(name, image).map(([n, i]) => ({
    text: `set image deployment ${n} ${i}`,
    act: (client: Client) =>
      client.patch(apps("deployments"), n, "application/strategic-merge-patch+json", {
        spec: { template: { spec: { containers: [{ name: "c", image: i }] } } },
      }),
  })),
  fc.tuple(name, fc.constantFrom("ClusterIP", "NodePort", "LoadBalancer")).map(([n, type]) => ({
    text: `expose ${n} ${type}`,
    act: (client: Client) => client.create(core("services"), service(n, type)),
  })),
  fc.tuple(name, fc.constantFrom("deployments", "statefulsets", "services")).map(([n, resource]) => ({
    text: `delete ${resource} ${n}`,
    act: (client: Client) =>
      client.delete(resource === "services" ? core(resource) : apps(resource), n, { propagationPolicy: "Background" }),
  })),
  fc.integer({ min: 1, max: 90_000 }).map((ms) => ({
    text: `wait ${ms}`,
    act: async (_client: Client, cluster: ScratchCluster) => {
      cluster.clock.now += ms;
    },
  })),
);

/** What holds in every world, whatever was done. */
function violations(
  objects: ReadonlyMap<string, readonly KubeObject[]>,
  before: ReadonlyMap<string, KubeObject>,
): string[] {
  const wrong: string[] = [];
  const all = [...objects.values()].flat();
  for (const object of all) {
    const controllers = (object.metadata.ownerReferences ?? []).filter((r) => r.controller);
    if (controllers.length > 1)
      wrong.push(`${object.kind} ${object.metadata.name} has ${controllers.length} controllers`);
    const old = before.get(object.metadata.uid!);
    if (old === undefined) continue;
    const [was, is] = [old.metadata.generation ?? 0, object.metadata.generation ?? 0];
    if (is < was) wrong.push(`${object.kind} ${object.metadata.name} went back from generation ${was} to ${is}`);
    if (
      is > was &&
      JSON.stringify(old["spec"]) === JSON.stringify(object["spec"]) &&
      is - was === 1 &&
      object.metadata.deletionTimestamp === old.metadata.deletionTimestamp
    )
      wrong.push(`${object.kind} ${object.metadata.name} has a new generation for the same spec`);
  }
  const services = objects.get("services") ?? [];
  unique(
    services.map((s) => s["spec"].clusterIP).filter((ip) => ip !== "None"),
    "cluster IP",
    wrong,
  );
  unique(
    services.flatMap((s) => (s["spec"].ports ?? []).map((p: { nodePort?: number }) => p.nodePort)).filter(Boolean),
    "node port",
    wrong,
  );
  const running = (objects.get("pods") ?? []).filter((p) => p["status"].phase === "Running" && !p["spec"].hostNetwork);
  unique(
    running.map((p) => p["status"].podIP),
    "pod IP",
    wrong,
  );
  return wrong;
}

function unique(values: readonly unknown[], what: string, wrong: string[]): void {
  if (new Set(values).size !== values.length) wrong.push(`${what} given twice: ${values.join(" ")}`);
}

async function read(client: Client): Promise<Map<string, readonly KubeObject[]>> {
  const found = new Map<string, readonly KubeObject[]>();
  for (const resource of ["pods", "services"]) found.set(resource, (await client.list(core(resource))).items);
  for (const resource of ["deployments", "replicasets", "statefulsets"])
    found.set(resource, (await client.list(apps(resource))).items);
  return found;
}

describe("in random worlds", () => {
  test("no invariant breaks and no reconcile fails", { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 3, maxLength: 14 }), async (actions) => {
        const errors: string[] = [];
        const cluster = await scratchCluster(["metallb"], errors);
        let before = new Map<string, KubeObject>();
        for (const { text, act } of actions) {
          await cluster.command((client) => act(client, cluster).catch(() => undefined));
          const objects = await cluster.command(read);
          expect(violations(objects, before), `after ${text} of ${actions.map((a) => a.text).join("; ")}`).toEqual([]);
          before = new Map([...objects.values()].flat().map((object) => [object.metadata.uid!, object]));
        }
        cluster.clock.now += 120_000;
        const settled = await cluster.command(read);
        cluster.remove();
        // Conflicts are retried and belong to life; everything else is a defect.
        expect(errors.filter((e) => !/object has been modified|not found|already exists/.test(e))).toEqual([]);
        for (const d of settled.get("deployments") ?? [])
          expect(
            d["status"].replicas ?? 0,
            `${d.metadata.name} of ${actions.map((a) => a.text).join("; ")}`,
          ).toBeGreaterThanOrEqual(d["spec"].replicas);
      }),
      { numRuns: 8 },
    );
  });
});

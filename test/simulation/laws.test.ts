import fs from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Client } from "../../src/client/client.ts";
import { openStateFile } from "../../src/store/state-file.ts";
import { type ScratchCluster, scratchCluster } from "../support/scratch-cluster.ts";

const apps = { group: "apps", version: "v1", namespace: "default" } as const;
const core = { group: "", version: "v1", namespace: "default" } as const;

const deployment = (name: string, replicas: number, image = "nginx:1.27") => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name, namespace: "default" },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "c", image }] } },
  },
});

const service = (name: string) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "default" },
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
});

const crashing = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "crashing", namespace: "default" },
  spec: { containers: [{ name: "c", image: "busybox", command: ["false"] }] },
};

/** Something that a user does; each keeps the world busy for a while. */
const ACTIONS: Readonly<Record<string, (client: Client) => Promise<unknown>>> = {
  deploy: (client) => client.create({ ...apps, resource: "deployments" }, deployment("web", 3)),
  expose: (client) => client.create({ ...core, resource: "services" }, service("web")),
  crash: (client) => client.create({ ...core, resource: "pods" }, crashing),
  missing: (client) => client.create({ ...apps, resource: "deployments" }, deployment("typo", 1, "nginx:1.161")),
  scale: (client) =>
    client.patch({ ...apps, resource: "deployments" }, "web", "application/merge-patch+json", {
      spec: { replicas: 5 },
    }),
  roll: (client) =>
    client.patch({ ...apps, resource: "deployments" }, "web", "application/strategic-merge-patch+json", {
      spec: { template: { spec: { containers: [{ name: "c", image: "nginx:1.28" }] } } },
    }),
  drop: (client) => client.delete({ ...apps, resource: "deployments" }, "web", { propagationPolicy: "Background" }),
};

/** All objects of a cluster as text, without what names this run. */
function contents(cluster: ScratchCluster): string {
  const state = openStateFile(path.join(cluster.home, "clusters/kind"))!;
  const lines = state.keys("/registry/").map((key) => `${key} ${JSON.stringify(state.get(key))}`);
  state.close();
  return lines.join("\n");
}

/** Makes the same world twice: the seed is copied, so that equal histories give equal objects. */
async function twins(): Promise<[ScratchCluster, ScratchCluster]> {
  const [a, b] = [await scratchCluster(), await scratchCluster()];
  fs.cpSync(path.join(a.home, "clusters"), path.join(b.home, "clusters"), { recursive: true, force: true });
  return [a, b];
}

const attempt = (name: string) => (client: Client) => ACTIONS[name]!(client).catch(() => undefined);

describe("the laws of simulated time", () => {
  test("one jump equals many small steps with save and reopen between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...Object.keys(ACTIONS)), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 8 }),
        async (actions, steps) => {
          const [whole, sliced] = await twins();
          for (const name of ["deploy", ...actions]) {
            const total = steps.reduce((a, b) => a + b, 0);
            await whole.command(attempt(name));
            await sliced.command(attempt(name));
            whole.clock.now += total;
            for (const step of steps) {
              sliced.clock.now += step;
              await sliced.command(async () => undefined);
            }
            await whole.command(async () => undefined);
          }
          expect(contents(sliced)).toBe(contents(whole));
          whole.remove();
          sliced.remove();
        },
      ),
      { numRuns: 6 },
    );
  });

  test("a settled world stays as it is: settling again changes no revision, dropping the queue changes no object", async () => {
    const cluster = await scratchCluster();
    await cluster.command(attempt("deploy"));
    await cluster.command(attempt("expose"));
    cluster.clock.now += 60_000;
    await cluster.command(async () => undefined);
    const before = contents(cluster);
    expect(before.match(/^\/registry\/core\/pods\/default\/web-\S+ .*"phase":"Running"/gm)).toHaveLength(3);
    await cluster.command(async () => undefined);
    expect(contents(cluster)).toBe(before);
    await cluster.command(async (_client, embedded) => {
      await embedded.transaction(async () => (await embedded.cluster.engine()).resync());
    });
    expect(contents(cluster)).toBe(before);
    cluster.remove();
  });

  test("the clock never runs backwards, whatever the wall clock does", async () => {
    const cluster = await scratchCluster();
    await cluster.command(attempt("deploy"));
    cluster.clock.now -= 3_600_000;
    const now = await cluster.command(async (_client, embedded) => embedded.cluster.now());
    expect(now).toBeGreaterThanOrEqual(Date.UTC(2026, 0, 2, 3, 4, 5));
    cluster.remove();
  });
});

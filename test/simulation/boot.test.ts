import { expect, test } from "vitest";

import { scratchCluster } from "../support/scratch-cluster.ts";

test("a new cluster has kind's pods running", async () => {
  const errors: string[] = [];
  const cluster = await scratchCluster(["local-path", "metallb"], errors);
  const pods = await cluster.command((client) => client.list({ group: "", version: "v1", resource: "pods" }));
  expect(errors).toEqual([]);
  const lines = pods.items.map(
    (p) =>
      `${p.metadata.namespace}/${p.metadata.name?.replace(/-[a-z0-9]{8,10}-[a-z0-9]{5}$/, "-X").replace(/-[a-z0-9]{5}$/, "-x")} ${p.status.phase} ${p.status.conditions?.find((c: any) => c.type === "Ready")?.status}`,
  );
  console.log(lines.join("\n"));
  cluster.remove();
});

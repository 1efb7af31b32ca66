import { expect } from "vitest";
import type { ResourcePath } from "../../src/client/client.ts";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";

const configMaps: ResourcePath = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
const deployments: ResourcePath = { group: "apps", version: "v1", resource: "deployments", namespace: "default" };
const APPLY = "application/apply-patch+yaml";
const configMap = (data: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "cfg" },
  data,
});
const message = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (e: Error & { code?: number; reason?: string }) => `${e.code} ${e.reason}: ${e.message}`,
  );

test("a create is booked to the field manager, a change to who made it", async () => {
  const server = await createServer();
  const made = await server.client.create<KubeObject>(configMaps, configMap({ a: "1" }) as KubeObject, {
    fieldManager: "kubectl-create",
  });
  expect(made.metadata.managedFields).toEqual([
    {
      manager: "kubectl-create",
      operation: "Update",
      apiVersion: "v1",
      time: "2026-11-20T08:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { ".": {}, "f:a": {} } },
    },
  ]);
  const changed = await server.client.patch<KubeObject>(
    configMaps,
    "cfg",
    "application/merge-patch+json",
    { data: { b: "2" } },
    { fieldManager: "other" },
  );
  expect(changed.metadata.managedFields?.map((m) => [m.manager, m.fieldsV1])).toEqual([
    ["kubectl-create", { "f:data": { ".": {}, "f:a": {} } }],
    ["other", { "f:data": { "f:b": {} } }],
  ]);
});

test("server-side apply creates, conflicts, forces and takes back", async () => {
  const { client, store } = await createServer();
  const apply = (data: JsonObject, fieldManager: string, force = false) =>
    client.patch<KubeObject>(configMaps, "cfg", APPLY, configMap(data), { fieldManager, force });
  const made = await apply({ a: "1", b: "2" }, "kubectl");
  expect(made.metadata.managedFields).toEqual([
    {
      manager: "kubectl",
      operation: "Apply",
      apiVersion: "v1",
      time: "2026-11-20T08:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: { "f:data": { "f:a": {}, "f:b": {} } },
    },
  ]);
  const revision = store.revision;
  await apply({ a: "1", b: "2" }, "kubectl");
  expect(store.revision).toBe(revision);
  expect(await message(apply({ a: "x" }, "other"))).toBe(
    '409 Conflict: Apply failed with 1 conflict: conflict with "kubectl": .data.a',
  );
  expect((await apply({ a: "x" }, "other", true))["data"]).toEqual({ a: "x", b: "2" });
  expect((await apply({ b: "2" }, "kubectl"))["data"]).toEqual({ a: "x", b: "2" });
  expect((await apply({}, "other"))["data"]).toEqual({ b: "2" });
  expect(
    await message(client.patch(configMaps, "cfg", APPLY, { ...configMap({}), bogus: 1 }, { fieldManager: "k" })),
  ).toBe("500 : failed to create typed patch object (/cfg; /v1, Kind=ConfigMap): .bogus: field not declared in schema");
  expect(await message(client.patch(configMaps, "cfg", APPLY, configMap({})))).toBe(
    '422 Invalid: PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
  );
});

test("scale is an endpoint of its own, also in the books", async () => {
  const { client } = await createServer();
  const containers = [{ name: "c", image: "nginx:1.27" }];
  await client.create(deployments, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec: { containers } },
    },
  } as KubeObject);
  const scale = await client.get<KubeObject>(deployments, "web", "scale");
  expect(scale).toMatchObject({ kind: "Scale", spec: { replicas: 2 }, status: { replicas: 0, selector: "app=web" } });
  await client.patch(
    deployments,
    "web",
    "application/merge-patch+json",
    { spec: { replicas: 5 } },
    { subresource: "scale", fieldManager: "kubectl" },
  );
  const scaled = await client.get<KubeObject>(deployments, "web");
  expect(scaled.spec.replicas).toBe(5);
  expect(scaled.metadata.generation).toBe(2);
  expect(scaled.metadata.managedFields?.find((m) => m.subresource === "scale")).toMatchObject({
    manager: "kubectl",
    fieldsV1: { "f:spec": { "f:replicas": {} } },
  });
  expect(
    await message(
      client.patch(
        deployments,
        "web",
        "application/merge-patch+json",
        { spec: { replicas: -1 } },
        { subresource: "scale" },
      ),
    ),
  ).toBe(
    '422 Invalid: Scale.autoscaling "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  );
});

import { expect, test } from "vitest";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { createTestServer } from "../support/test-server.ts";

const at = (group: string, resource: string) => ({ group, version: "v1", resource, namespace: "default" });
const object = (apiVersion: string, kind: string, metadata: JsonObject, more: JsonObject = {}): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: "a", ...metadata },
  ...more,
});

test.each<[JsonObject, string]>([
  [
    { finalizers: ["foo"] },
    'metadata.finalizers[0]: Invalid value: "foo": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    { finalizers: ["orphan", "foregroundDeletion"] },
    'metadata.finalizers: Invalid value: []string{"orphan", "foregroundDeletion"}: finalizer orphan and foregroundDeletion cannot be both set',
  ],
  [
    { ownerReferences: [{ apiVersion: "/", kind: "Pod", name: "b", uid: "u" }] },
    'metadata.ownerReferences.apiVersion: Invalid value: "/": version must not be empty',
  ],
])("metadata %j is refused", async (metadata, text) => {
  const { client } = await createTestServer();
  const created = client.create(at("", "configmaps"), object("v1", "ConfigMap", metadata));
  await expect(created).rejects.toThrow(`ConfigMap "a" is invalid: ${text}`);
});

test("a finalizer of nobody's domain is refused on update as well; leases and custom resources take it", async () => {
  const { client, send } = await createTestServer();
  const configMaps = at("", "configmaps");
  await client.create(configMaps, object("v1", "ConfigMap", { finalizers: ["kubernetes"] }));
  const patched = client.patch(configMaps, "a", "application/merge-patch+json", { metadata: { finalizers: ["x"] } });
  await expect(patched).rejects.toThrow("name is neither a standard finalizer name nor is it fully qualified");
  const leases = at("coordination.k8s.io", "leases");
  await client.create(leases, object("coordination.k8s.io/v1", "Lease", { finalizers: ["x"] }));
  await client.create(
    { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" },
    object(
      "apiextensions.k8s.io/v1",
      "CustomResourceDefinition",
      { name: "shirts.example.com" },
      {
        spec: {
          group: "example.com",
          scope: "Namespaced",
          names: { plural: "shirts", kind: "Shirt" },
          versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
        },
      },
    ),
  );
  const answer = await send({
    method: "POST",
    path: "/apis/example.com/v1/namespaces/default/shirts",
    body: object("example.com/v1", "Shirt", { finalizers: ["x"] }),
  });
  expect("warnings" in answer ? answer.warnings : []).toEqual([
    'metadata.finalizers: "x": prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer writers',
  ]);
});

import { expect } from "vitest";
import type { ResourcePath } from "../../src/client/client.ts";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";
import type { TestServer } from "../support/test-server.ts";

const crds: ResourcePath = { group: "apiextensions.k8s.io", version: "v1", resource: "customresourcedefinitions" };
const shirts: ResourcePath = { group: "example.com", version: "v1", resource: "shirts", namespace: "default" };
const definition: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "shirts.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "shirts", singular: "shirt", kind: "Shirt", listKind: "ShirtList" },
    conversion: { strategy: "None" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: {
          status: {},
          scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.size" },
        },
        additionalPrinterColumns: [{ name: "Color", type: "string", jsonPath: ".spec.color" }],
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                required: ["color", "size"],
                properties: {
                  color: { type: "string", enum: ["red", "blue"] },
                  size: { type: "integer", minimum: 1, maximum: 9 },
                  name: { type: "string", maxLength: 5, default: "x" },
                  tags: { type: "array", maxItems: 2, items: { type: "string" } },
                },
                "x-kubernetes-validations": [
                  { rule: "self.color != 'red' || self.size < 5", message: "red shirts are small" },
                  { rule: "self.size >= oldSelf.size", message: "shirts do not shrink" },
                ],
              },
              status: { type: "object", properties: { size: { type: "integer" } } },
            },
          },
        },
      },
    ],
  },
};
const shirt = (name: string, spec?: JsonObject): KubeObject => ({
  apiVersion: "example.com/v1",
  kind: "Shirt",
  metadata: { name },
  ...(spec === undefined ? {} : { spec }),
});
const message = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (e: Error & { code?: number; reason?: string }) => `${e.code} ${e.reason}: ${e.message}`,
  );
const NOT_CHECKED =
  '<nil>: Invalid value: "null": some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

async function withShirts(): Promise<TestServer> {
  const server = await createServer();
  await server.client.create(crds, definition);
  return server;
}

test("a definition is established at once, and its resource is discovered", async () => {
  const { client, body } = await withShirts();
  const made = await client.get<KubeObject>(crds, "shirts.example.com");
  expect(made.status.conditions.map((c: JsonObject) => `${c["type"]}=${c["status"]} ${c["reason"]}`)).toEqual([
    "NamesAccepted=True NoConflicts",
    "Established=True InitialNamesAccepted",
  ]);
  expect(made.status.storedVersions).toEqual(["v1"]);
  const list = await body({ method: "GET", path: "/apis/example.com/v1" });
  expect(list["resources"].map((r: JsonObject) => r["name"])).toEqual(["shirts", "shirts/status", "shirts/scale"]);
});

test("schema, rules, defaults and pruning", async () => {
  const { client } = await withShirts();
  const cases: [KubeObject, string][] = [
    [
      shirt("wrong", { color: "green", size: 12, name: "toolong", tags: ["a", "b", "c"] }),
      `[spec.color: Unsupported value: "green": supported values: "red", "blue", spec.name: Too long: may not be more than 5 bytes, spec.size: Invalid value: 12: spec.size in body should be less than or equal to 9, spec.tags: Too many: 3: must have at most 2 items, ${NOT_CHECKED}]`,
    ],
    [
      shirt("missing", { size: "three" }),
      `[spec.color: Required value, spec.size: Invalid value: "string": spec.size in body must be of type integer: "string", ${NOT_CHECKED}]`,
    ],
    [shirt("nospec"), `[spec: Required value, ${NOT_CHECKED}]`],
    [shirt("cel", { color: "red", size: 7 }), 'spec: Invalid value: "object": red shirts are small'],
  ];
  for (const [object, text] of cases)
    expect(await message(client.create(shirts, object))).toBe(
      `422 Invalid: Shirt.example.com "${object.metadata.name}" is invalid: ${text}`,
    );
  expect(
    await message(
      client.create(shirts, shirt("u", { color: "red", size: 3, fabric: "wool" }), { fieldValidation: "Strict" }),
    ),
  ).toBe(
    '400 BadRequest: Shirt in version "v1" cannot be handled as a Shirt: strict decoding error: unknown field "spec.fabric"',
  );
  const made = await client.create<KubeObject>(shirts, shirt("ok", { color: "red", size: 3, fabric: "wool" }));
  expect(made.spec).toEqual({ color: "red", name: "x", size: 3 });
  expect(made.metadata.generation).toBe(1);
  const merge = "application/merge-patch+json";
  expect(await message(client.patch(shirts, "ok", merge, { spec: { size: 2 } }))).toBe(
    '422 Invalid: Shirt.example.com "ok" is invalid: spec: Invalid value: "object": shirts do not shrink',
  );
  expect((await client.patch<KubeObject>(shirts, "ok", merge, { status: { size: 3 } })).status).toBeUndefined();
  const status = { subresource: "status" };
  expect((await client.patch<KubeObject>(shirts, "ok", merge, { status: { size: 3 } }, status)).status).toEqual({
    size: 3,
  });
  await client.patch(shirts, "ok", merge, { spec: { replicas: 4 } }, { subresource: "scale" });
  expect((await client.get<KubeObject>(shirts, "ok")).spec.size).toBe(4);
  expect(await message(client.patch(shirts, "ok", merge, { spec: { replicas: 10 } }, { subresource: "scale" }))).toBe(
    '422 Invalid: Shirt.example.com "ok" is invalid: [spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9, spec: Invalid value: "object": red shirts are small]',
  );
  expect(await message(client.patch(shirts, "ok", "application/strategic-merge-patch+json", {}))).toBe(
    "415 UnsupportedMediaType: the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
  );
});

test("printer columns make the table", async () => {
  const { client, body } = await withShirts();
  await client.create(shirts, shirt("ok", { color: "red", size: 3 }));
  const table = await body({
    method: "GET",
    path: "/apis/example.com/v1/namespaces/default/shirts",
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
  });
  expect(table["columnDefinitions"].map((c: JsonObject) => c["name"])).toEqual(["Name", "Color"]);
  expect(table["rows"][0].cells).toEqual(["ok", "red"]);
});

test("a definition takes its objects along, and waits for those that are held", async () => {
  const { client, store } = await withShirts();
  await client.create(shirts, shirt("free", { color: "red", size: 3 }));
  const held = shirt("held", { color: "red", size: 3 });
  held.metadata.finalizers = ["example.com/hold"];
  await client.create(shirts, held);
  await client.delete(crds, "shirts.example.com");
  expect((await client.list<KubeObject>(shirts)).items.map((o) => o.metadata.name)).toEqual(["held"]);
  await client.patch(shirts, "held", "application/merge-patch+json", { metadata: { finalizers: null } });
  expect(store.list("/registry/apiextensions.k8s.io/")).toEqual([]);
  expect(await message(client.list(shirts))).toBe("404 NotFound: the server could not find the requested resource");
});

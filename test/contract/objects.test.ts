import { expect } from "vitest";
import type { ResourcePath } from "../../src/client/client.ts";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";

const configMaps: ResourcePath = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
const configMap = (name: string, rest: JsonObject = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...rest["metadata"] },
  data: { k: "v" },
});
const message = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "",
    (e: Error & { code?: number; reason?: string }) => `${e.code} ${e.reason}: ${e.message}`,
  );

test("create fills in what the server owns", async () => {
  const { client } = await createServer();
  const created = await client.create<KubeObject>(configMaps, configMap("a"));
  expect(created.metadata).toMatchObject({
    name: "a",
    namespace: "default",
    creationTimestamp: "2026-11-20T08:00:00Z",
    uid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
  });
  expect(created.metadata.generation).toBeUndefined();
  expect(await client.get(configMaps, "a")).toEqual(created);
});

test("refusals use upstream's words", async () => {
  const { client } = await createServer();
  await client.create(configMaps, configMap("a"));
  const cases: [() => Promise<unknown>, string][] = [
    [() => client.create(configMaps, configMap("a")), '409 AlreadyExists: configmaps "a" already exists'],
    [() => client.get(configMaps, "b"), '404 NotFound: configmaps "b" not found'],
    [
      () => client.create({ ...configMaps, namespace: "nope" }, configMap("a")),
      '404 NotFound: namespaces "nope" not found',
    ],
    [
      () => client.create(configMaps, configMap("", {})),
      '422 Invalid: ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
    ],
    [
      () => client.create(configMaps, configMap("x", { metadata: { namespace: "other" } })),
      "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request",
    ],
    [
      () => client.create(configMaps, { ...configMap("x"), bogus: 1 } as KubeObject, { fieldValidation: "Strict" }),
      '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bogus"',
    ],
    [
      () => client.create(configMaps, { ...configMap("x"), data: { n: 1 } } as KubeObject),
      '400 BadRequest: ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ],
    [
      () => client.delete({ ...configMaps, resource: "namespaces", namespace: "" }, "default"),
      '403 Forbidden: namespaces "default" is forbidden: this namespace may not be deleted',
    ],
    [
      () => client.list(configMaps, { fieldSelector: "data.k=v" }),
      '400 BadRequest: "data.k" is not a known field selector: only "metadata.name", "metadata.namespace"',
    ],
    [
      () => client.list(configMaps, { labelSelector: "a=b=c" }),
      "400 BadRequest: found '=', expected: ',' or 'end of string'",
    ],
    [
      () => client.update(configMaps, configMap("a", { metadata: { resourceVersion: "1" } })),
      '409 Conflict: Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ],
    [
      () => client.patch(configMaps, "a", "application/merge-patch+json", { metadata: { uid: "abc" } }),
      '422 Invalid: ConfigMap "a" is invalid: metadata.uid: Invalid value: "abc": field is immutable',
    ],
    [
      () =>
        client.patch(configMaps, "a", "application/json-patch+json", [
          { op: "replace", path: "/metadata/name", value: "other" },
        ]),
      "400 BadRequest: the name of the object (other) does not match the name on the URL (a)",
    ],
  ];
  for (const [call, text] of cases) expect(await message(call())).toBe(text);
});

test("an update that changes nothing writes nothing", async () => {
  const { client, store } = await createServer();
  const created = await client.create<KubeObject>(configMaps, configMap("a"));
  const before = store.revision;
  await client.update(configMaps, { ...created });
  await client.patch(configMaps, "a", "application/merge-patch+json", { data: { k: "v" } });
  expect(store.revision).toBe(before);
});

test("generateName appends five safe characters", async () => {
  const { client } = await createServer();
  const made = await client.create<KubeObject>(configMaps, { ...configMap(""), metadata: { generateName: "run-" } });
  expect(made.metadata.name).toMatch(/^run-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test("finalizers hold a deleted object until they are gone", async () => {
  const { client } = await createServer();
  await client.create(configMaps, configMap("held", { metadata: { finalizers: ["example.com/f"] } }));
  await client.delete(configMaps, "held");
  const going = await client.get<KubeObject>(configMaps, "held");
  expect(going.metadata).toMatchObject({ deletionTimestamp: "2026-11-20T08:00:00Z", deletionGracePeriodSeconds: 0 });
  await client.patch(configMaps, "held", "application/merge-patch+json", { metadata: { finalizers: null } });
  expect(await message(client.get(configMaps, "held"))).toBe('404 NotFound: configmaps "held" not found');
});

test("dry runs answer and keep nothing", async () => {
  const { client, store } = await createServer();
  const before = store.revision;
  await client.create(configMaps, configMap("a"), { dryRun: true });
  expect(store.revision).toBe(before);
  await client.create(configMaps, configMap("a"));
  await client.delete(configMaps, "a", { dryRun: true });
  await client.get(configMaps, "a");
});

test("lists come in pages", async () => {
  const { client } = await createServer();
  for (const name of ["a", "b", "c"]) await client.create(configMaps, configMap(name));
  const first = await client.list<KubeObject>(configMaps, { limit: 2 });
  expect(first.items.map((o) => o.metadata.name)).toEqual(["a", "b"]);
  expect(first.metadata["remainingItemCount"]).toBe(1);
  const second = await client.list<KubeObject>(configMaps, { limit: 2, continue: first.metadata["continue"] });
  expect(second.items.map((o) => o.metadata.name)).toEqual(["c"]);
  expect(second.metadata["continue"]).toBeUndefined();
});

test("a watch sees objects move in and out of its selection", async () => {
  const { client } = await createServer();
  const { metadata } = await client.list(configMaps);
  const controller = new AbortController();
  const seen: string[] = [];
  const watching = (async () => {
    for await (const e of client.watch(configMaps, {
      labelSelector: "in=yes",
      resourceVersion: metadata["resourceVersion"],
      signal: controller.signal,
    })) {
      seen.push(`${e.type} ${e.object.metadata.name}`);
      if (seen.length === 4) controller.abort();
    }
  })();
  await client.create(configMaps, configMap("a"));
  const label = (value: string | null) =>
    client.patch(configMaps, "a", "application/merge-patch+json", { metadata: { labels: { in: value } } });
  await label("yes");
  await client.patch(configMaps, "a", "application/merge-patch+json", { data: { k: "w" } });
  await label(null);
  await label("yes");
  await watching;
  expect(seen).toEqual(["ADDED a", "MODIFIED a", "DELETED a", "ADDED a"]);
});

test("tables", async () => {
  const server = await createServer();
  await server.client.create(configMaps, configMap("a"));
  const table = await server.body({
    method: "GET",
    path: "/api/v1/namespaces/default/configmaps",
    headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json" },
  });
  expect(table).toMatchObject({ kind: "Table", apiVersion: "meta.k8s.io/v1" });
  expect(table["columnDefinitions"][0]).toMatchObject({ name: "Name" });
  expect(table["rows"][0].cells[0]).toBe("a");
  expect(table["rows"][0].object).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "a" } });
});

test("the class of volume attributes, whose feature is off, gets in neither at once nor later", async () => {
  const { client } = await createServer();
  const claims: ResourcePath = { group: "", version: "v1", resource: "persistentvolumeclaims", namespace: "default" };
  const volumes: ResourcePath = { group: "", version: "v1", resource: "persistentvolumes" };
  const spec = { accessModes: ["ReadWriteOnce"], volumeAttributesClassName: "gold" };
  const claim = { ...spec, resources: { requests: { storage: "1Gi" } } };
  const volume = { ...spec, capacity: { storage: "1Gi" }, hostPath: { path: "/mnt" } };
  for (const [path, kind, wanted] of [
    [claims, "PersistentVolumeClaim", claim],
    [volumes, "PersistentVolume", volume],
  ] as const) {
    const made = await client.create<KubeObject>(path, {
      apiVersion: "v1",
      kind,
      metadata: { name: "a" },
      spec: wanted,
    });
    expect(made["spec"].volumeAttributesClassName).toBeUndefined();
    const body = { spec: { volumeAttributesClassName: "gold" } };
    const patched = await client.patch<KubeObject>(path, "a", "application/merge-patch+json", body);
    expect(patched["spec"].volumeAttributesClassName).toBeUndefined();
  }
});

import fc from "fast-check";
import { expect } from "vitest";
import type { ResourceDefinition } from "../../src/kinds/definition.ts";
import { toJson } from "../../src/machinery/codec/json.ts";
import { parseJson } from "../../src/machinery/codec/json-read.ts";
import { readYaml } from "../../src/machinery/codec/yaml-read.ts";
import { toYaml } from "../../src/machinery/codec/yaml-write.ts";
import { deepCopy, type JsonObject, type KubeObject } from "../../src/machinery/object.ts";
import { createThreeWayMergePatch } from "../../src/machinery/patch/three-way.ts";
import { createServer, test } from "../support/doors.ts";
import { nearlyValid, type Sample, sampleObjects } from "../support/random-objects.ts";
import { structure } from "../support/structure.ts";
import type { TestServer } from "../support/test-server.ts";

const samples = sampleObjects();
const JSON_TYPE = "application/json";

const collection = (d: ResourceDefinition): string =>
  `${d.group === "" ? "/api" : `/apis/${d.group}`}/${d.version}${d.namespaced ? "/namespaces/default" : ""}/${d.resource}`;

const pathOf = (d: ResourceDefinition, object: KubeObject): string => `${collection(d)}/${object.metadata.name}`;

/** The answer's code and body; a defect of the server fails the test with the request that showed it. */
async function send(
  server: TestServer,
  method: "DELETE" | "GET" | "PATCH" | "POST" | "PUT",
  path: string,
  body?: JsonObject,
  contentType = JSON_TYPE,
  query: Record<string, string> = {},
): Promise<{ code: number; body: KubeObject }> {
  const response = await server.send({
    method,
    path,
    query,
    headers: { "content-type": contentType },
    ...(body === undefined ? {} : { body }),
  });
  if (response.kind !== "object") throw new Error(`answered with ${response.kind}`);
  if (server.defects.length > 0)
    throw new Error(`${method} ${path} ${JSON.stringify(body)}`, { cause: server.defects[0] });
  return { code: response.code, body: response.body as KubeObject };
}

const ssa = (server: TestServer, d: ResourceDefinition, object: KubeObject, manager = "me", force = "true") =>
  send(server, "PATCH", pathOf(d, object), object, "application/apply-patch+yaml", { fieldManager: manager, force });

/** What apply -f does with an object that is there already. */
async function clientSideApply(server: TestServer, d: ResourceDefinition, original: KubeObject, modified: KubeObject) {
  const current = (await send(server, "GET", pathOf(d, modified))).body;
  const schema = { structure, type: d.type };
  const patch = createThreeWayMergePatch({ original, modified, current }, schema, { overwrite: true });
  return send(server, "PATCH", pathOf(d, modified), patch, "application/strategic-merge-patch+json");
}

async function gone(server: TestServer, d: ResourceDefinition, object: KubeObject): Promise<void> {
  const path = pathOf(d, object);
  await send(server, "DELETE", path, undefined, JSON_TYPE, { gracePeriodSeconds: "0" });
  const left = await send(server, "GET", path);
  if (left.code === 404) return;
  left.body.metadata.finalizers = [];
  await send(server, "PUT", path, left.body);
}

/** A manifest as people write it: of metadata only what is theirs, no patch directives among the data, no null, which takes away what a default puts back. */
function manifestOf({ object }: Sample): KubeObject | undefined {
  const { name, namespace, labels, annotations } = object.metadata;
  if (/"\$|:null\b/.test(JSON.stringify(object))) return undefined;
  return { ...object, metadata: JSON.parse(JSON.stringify({ name, namespace, labels, annotations })) };
}

/** Runs a law over random objects, and says which seed showed that it does not hold. */
async function law(numRuns: number, holds: (server: TestServer, sample: Sample) => Promise<void>): Promise<void> {
  const server = await createServer();
  await fc.assert(
    fc.asyncProperty(nearlyValid(samples), (sample) => holds(server, sample)),
    { numRuns },
  );
}

test("whatever is sent, the server refuses it in its own words or stores it", async () => {
  await law(400, async (server, { definition, object }) => {
    const { code } = await send(server, "POST", collection(definition), object);
    if (code === 201) await gone(server, definition, object);
  });
  expect({}).not.toHaveProperty("polluted");
});

test("an update with what was read is none", async () => {
  await law(150, async (server, { definition, object }) => {
    const created = await send(server, "POST", collection(definition), object);
    if (created.code !== 201) return;
    const path = pathOf(definition, created.body);
    const updated = await send(server, "PUT", path, created.body);
    expect(updated.body).toEqual(created.body);
    await gone(server, definition, created.body);
  });
});

test("what is applied by the server a second time changes nothing", async () => {
  await law(150, async (server, { definition, object }) => {
    // Admission taints a new node beside what was applied; the next apply takes its list of taints literally.
    if (definition.kind === "Node") return;
    const first = await ssa(server, definition, object);
    if (first.code !== 201) return;
    // Who owns nothing is forgotten, and the next apply finds an object that nobody ever applied: so it is upstream.
    if (first.body.metadata.managedFields === undefined) return gone(server, definition, first.body);
    const second = await ssa(server, definition, object);
    expect(second).toEqual({ code: 200, body: first.body });
    await gone(server, definition, first.body);
  });
});

test("what is applied by the client a second time changes nothing", async () => {
  await law(150, async (server, sample) => {
    const { definition } = sample;
    const object = manifestOf(sample);
    if (object === undefined || definition.kind === "Node") return;
    const created = await send(server, "POST", collection(definition), object);
    if (created.code !== 201) return;
    const again = await clientSideApply(server, definition, object, object);
    expect(again.body).toEqual(created.body);
    await gone(server, definition, created.body);
  });
});

test("a stored object reads back from JSON and YAML", async () => {
  await law(100, async (server, { definition, object }) => {
    const { code, body } = await send(server, "POST", collection(definition), object);
    if (code !== 201) return;
    expect(parseJson(toJson(body))).toEqual(body);
    expect(readYaml(toYaml(body))).toEqual(body);
    await gone(server, definition, body);
  });
});

test("a table has a cell for each column, and its row the object itself", async () => {
  await law(100, async (server, { definition, object }) => {
    const { code, body } = await send(server, "POST", collection(definition), object);
    if (code !== 201) return;
    const response = await server.send({
      method: "GET",
      path: pathOf(definition, body),
      query: { includeObject: "Object" },
      headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
    });
    if (response.kind !== "object") throw new Error(`answered with ${response.kind}`);
    const { kind, columnDefinitions, rows } = response.body as JsonObject;
    expect(kind).toBe("Table");
    expect(rows).toHaveLength(1);
    // Upstream's own rows of IPAddress have a cell more than there are columns.
    expect(rows[0].cells.length).toBeGreaterThanOrEqual(columnDefinitions.length);
    expect(rows[0].object).toEqual(body);
    await gone(server, definition, body);
  });
});

/** Metadata that anybody may add and take away. */
const extra: JsonObject = {
  labels: { "example.com/more": "x" },
  annotations: { "example.com/note": "y", constructor: "z" },
};

test("a field that is applied no more goes, whichever side merges, and both sides agree", async () => {
  await law(100, async (server, sample) => {
    const { definition } = sample;
    const object = manifestOf(sample);
    if (object === undefined || Object.hasOwn(object.metadata.annotations ?? {}, "constructor")) return;
    const metadata = object.metadata as JsonObject;
    const more = deepCopy(object);
    more.metadata = {
      ...metadata,
      labels: { ...metadata["labels"], ...extra["labels"] },
      annotations: { ...metadata["annotations"], ...extra["annotations"] },
    } as never;
    const first = await send(server, "POST", collection(definition), more);
    if (first.code !== 201) return;
    const byClient = await clientSideApply(server, definition, more, object);
    await gone(server, definition, first.body);
    const applied = await ssa(server, definition, more);
    if (applied.code !== 201) return gone(server, definition, first.body);
    const byServer = await ssa(server, definition, object);
    for (const { code, body } of [byClient, byServer]) {
      expect(code).toBe(200);
      expect(body.metadata.labels ?? {}).not.toHaveProperty(["example.com/more"]);
      expect(Object.keys(body.metadata.annotations ?? {})).not.toContain("constructor");
    }
    // Admission taints a new node, and the two sides differ about a list that nobody applied whole.
    if (definition.kind !== "Node") expect(comparable(byServer.body)).toEqual(comparable(byClient.body));
    await gone(server, definition, byServer.body);
  });
});

/** An object without what differs between any two: who wrote it, and the addresses, ports and names that it was given. */
function comparable(object: KubeObject): JsonObject {
  const { uid, resourceVersion, managedFields, ...metadata } = object.metadata;
  const text = JSON.stringify({ ...object, metadata });
  return JSON.parse(
    text
      .replaceAll(uid!, "uid")
      .replace(/"kube-api-access-\w{5}"/g, '"kube-api-access"')
      .replace(/"10\.96\.\d+\.\d+"/g, '"address"')
      .replace(/"nodePort":\d+/g, '"nodePort":0'),
  );
}

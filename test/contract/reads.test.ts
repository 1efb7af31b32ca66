import { expect } from "vitest";
import { listAt } from "../../src/apiserver/rest/past.ts";
import type { ApiRequest } from "../../src/client/transport.ts";
import type { JsonObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";
import type { TestServer } from "../support/test-server.ts";

const configMaps = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
const path = "/api/v1/namespaces/default/configmaps";
const configMap = (name: string, data = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});
const list = (query: Record<string, string>): ApiRequest => ({ method: "GET", path, query });
const names = (body: JsonObject): string[] => body["items"].map((o: JsonObject) => o["metadata"].name);

async function withConfigMaps(...all: string[]): Promise<TestServer> {
  const server = await createServer();
  for (const name of all) await server.client.create(configMaps, configMap(name, { v: "1" }));
  return server;
}

test("later pages show the state of the first one", async () => {
  const server = await withConfigMaps("a", "b", "c", "d", "f");
  const first = await server.body(list({ limit: "2" }));
  const { client } = server;
  await client.delete(configMaps, "c");
  await client.create(configMaps, configMap("e"));
  await client.patch(configMaps, "d", "application/merge-patch+json", { data: { v: "2" } });
  const second = await server.body(list({ limit: "2", continue: first["metadata"].continue }));
  expect(names(second)).toEqual(["c", "d"]);
  expect(second["items"][1].data).toEqual({ v: "1" });
  expect(second["metadata"]).toMatchObject({
    resourceVersion: first["metadata"].resourceVersion,
    remainingItemCount: 1,
  });
  const third = await server.body(list({ limit: "2", continue: second["metadata"].continue }));
  expect(names(third)).toEqual(["f"]);
  expect(third["metadata"].continue).toBeUndefined();
  expect(names(await server.body(list({})))).toEqual(["a", "b", "d", "e", "f"]);
});

test("a token of a state that is forgotten goes on with another, at what there is now", async () => {
  const server = await withConfigMaps("a", "b", "c");
  const first = await server.body(list({ limit: "1" }));
  const { client } = server;
  await client.delete(configMaps, "b");
  for (let i = 0; i < 20_000; i++) {
    const { revision } = server.store.get("/registry/core/configmaps/default/a")!;
    server.store.commit("/registry/core/configmaps/default/a", revision, configMap("a", { v: String(i) }));
  }
  const expired = await server.body(list({ limit: "1", continue: first["metadata"].continue }));
  expect(expired).toMatchObject({
    code: 410,
    reason: "Expired",
    message: expect.stringMatching(
      /^The provided continue parameter is too old to display a consistent list result\. /,
    ),
  });
  const rest = await server.body(list({ limit: "1", continue: expired["metadata"].continue }));
  expect(names(rest)).toEqual(["c"]);
  expect(rest["metadata"].resourceVersion).toBe(String(server.store.revision));
  const watch = await server.send(list({ watch: "true", resourceVersion: first["metadata"].resourceVersion }));
  const frames = [];
  if (watch.kind === "stream") for await (const frame of watch.frames) frames.push(frame);
  expect(frames).toMatchObject([{ type: "ERROR", object: { code: 410, reason: "Expired" } }]);
  expect(frames[0]).toHaveProperty(
    "object.message",
    `too old resource version: ${first["metadata"].resourceVersion} (${server.store.compactedRevision})`,
  );
});

test("the state of any revision that is remembered can be read", async () => {
  const server = await withConfigMaps("a");
  const states: [number, string[]][] = [];
  for (const [verb, name] of ["+b", "+c", "-a", "+a", "-b", "-c", "+d"].map((s) => [s[0], s.slice(1)] as const)) {
    if (verb === "+") await server.client.create(configMaps, configMap(name!));
    else await server.client.delete(configMaps, name!);
    states.push([server.store.revision, names(await server.body(list({})))]);
  }
  for (const [revision, expected] of states) {
    expect(
      names(await server.body(list({ resourceVersion: String(revision), resourceVersionMatch: "Exact" }))),
    ).toEqual(expected);
    expect(names(await server.body(list({ resourceVersion: String(revision), limit: "100" })))).toEqual(expected);
    expect(names(await server.body(list({ resourceVersion: String(revision) })))).toEqual(["a", "d"]);
  }
  expect(listAt(server.store, "/registry/core/configmaps/default/", server.store.revision)).toHaveLength(2);
});

test("options that do not go together are refused in upstream's words", async () => {
  const server = await withConfigMaps("a");
  const token = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const listed = 'ListOptions.meta.k8s.io "" is invalid: ';
  const forbidden = (text: string): string => `${listed}resourceVersionMatch: Forbidden: ${text}`;
  const cases: [Record<string, string>, number, string][] = [
    [
      { resourceVersion: "x" },
      400,
      'invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [
      { resourceVersion: "99999999999999999999" },
      400,
      'invalid resource version: resourceVersion: Invalid value: "99999999999999999999": strconv.ParseUint: parsing "99999999999999999999": value out of range',
    ],
    [
      { resourceVersion: "123456" },
      504,
      `Timeout: Too large resource version: 123456, current: ${server.store.revision}`,
    ],
    [
      { resourceVersionMatch: "Exact" },
      422,
      forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided"),
    ],
    [
      { resourceVersionMatch: "Exact", resourceVersion: "0" },
      422,
      forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    ],
    [
      { resourceVersionMatch: "Nearly", resourceVersion: "1" },
      422,
      `${listed}resourceVersionMatch: Unsupported value: "Nearly": supported values: "Exact", "NotOlderThan", ""`,
    ],
    [
      { sendInitialEvents: "true" },
      422,
      `${listed}sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list`,
    ],
    [
      { watch: "1", resourceVersionMatch: "NotOlderThan" },
      422,
      forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
    ],
    [
      { watch: "1", sendInitialEvents: "true" },
      422,
      forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
    ],
    [
      { watch: "1", resourceVersion: "x" },
      500,
      'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [
      { continue: "a.b" },
      400,
      "invalid continue token: continue key is not valid: illegal base64 data at input byte 1",
    ],
    [
      { continue: "abcde" },
      400,
      "invalid continue token: continue key is not valid: illegal base64 data at input byte 4",
    ],
    [
      { continue: token({ v: "v9" }) },
      400,
      "invalid continue token: continue key is not valid: server does not recognize this encoded version v9",
    ],
    [
      { continue: token({ v: "meta.k8s.io/v1", start: "a" }) },
      400,
      "invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)",
    ],
    [
      { continue: token({ v: "meta.k8s.io/v1", rv: 5 }) },
      400,
      "invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)",
    ],
    [
      { continue: token({ v: "meta.k8s.io/v1", rv: 5, start: "../../secrets" }) },
      400,
      "invalid continue token: continue key is not valid: ../../secrets",
    ],
    [
      { continue: token({ v: "meta.k8s.io/v1", rv: 5, start: "a" }), resourceVersion: "5" },
      400,
      "specifying resource version is not allowed when using continue",
    ],
  ];
  for (const [query, code, message] of cases) expect(await server.body(list(query))).toMatchObject({ code, message });
  const one = (resourceVersion: string): Promise<JsonObject> =>
    server.body({ method: "GET", path: `${path}/a`, query: { resourceVersion } });
  expect(await one("0")).toMatchObject({ kind: "ConfigMap" });
  expect(await one(String(server.store.revision))).toMatchObject({ kind: "ConfigMap" });
  expect(await one("123456")).toMatchObject({ code: 504, reason: "Timeout" });
  expect(await one("x")).toMatchObject({ code: 500, message: expect.stringContaining("invalid syntax") });
});

test("initial events end with a bookmark, where both were asked for", async () => {
  const server = await withConfigMaps("a", "b");
  const told = async (query: Record<string, string>, count: number): Promise<string[]> => {
    const controller = new AbortController();
    const answer = await server.send({ ...list({ watch: "true", ...query }), signal: controller.signal });
    const seen: string[] = [];
    if (answer.kind !== "stream") throw new Error("no stream");
    setImmediate(() => server.client.create(configMaps, configMap(`z${server.store.revision}`)).catch(() => undefined));
    for await (const frame of answer.frames) {
      const { type, object } = frame as JsonObject;
      const end = object.metadata.annotations?.["k8s.io/initial-events-end"] === "true" ? " end" : "";
      seen.push(`${type} ${(object.metadata.name ?? "").slice(0, 1)}${end}`);
      if (seen.length === count) controller.abort();
    }
    return seen;
  };
  const initial = { sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" };
  expect(await told({ ...initial, allowWatchBookmarks: "true" }, 4)).toEqual([
    "ADDED a",
    "ADDED b",
    "BOOKMARK  end",
    "ADDED z",
  ]);
  expect((await told(initial, 4)).at(-1)).toBe("ADDED z");
  expect(await told({ ...initial, sendInitialEvents: "false" }, 1)).toEqual(["ADDED z"]);
  expect((await told({ resourceVersion: "0" }, 6)).filter((line) => line !== "ADDED z")).toEqual([
    "ADDED a",
    "ADDED b",
  ]);
});

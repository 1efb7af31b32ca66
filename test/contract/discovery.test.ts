import { expect } from "vitest";
import type { JsonObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";

const get = (path: string, accept?: string) => ({
  method: "GET" as const,
  path,
  ...(accept === undefined ? {} : { headers: { accept } }),
});

test("health, version and unknown paths", async () => {
  const server = await createServer([]);
  expect(await server.send(get("/healthz"))).toMatchObject({ kind: "text", code: 200, body: "ok" });
  expect(await server.send(get("/livez/ping"))).toMatchObject({ code: 200, body: "ok" });
  const verbose = await server.send({ ...get("/readyz"), query: { verbose: "" } });
  expect(verbose).toMatchObject({ body: expect.stringMatching(/^\[\+\]ping ok\n[\s\S]*readyz check passed\n$/) });
  const version = await server.send(get("/version"));
  // Its own bytes in-process; on the wire it is JSON like any other.
  expect(version.kind === "text" ? JSON.parse(String(version.body)) : "body" in version && version.body).toMatchObject({
    major: "1",
    minor: "33",
  });
  for (const path of ["/nope", "/apis/nope", "/apis/apps/v1/namespaces/default/widgets", "/api/v2/pods"])
    expect(await server.body(get(path))).toMatchObject({
      code: 404,
      message: "the server could not find the requested resource",
    });
});

test("discovery, old and aggregated", async () => {
  const server = await createServer([]);
  expect(await server.body(get("/apis/apps"))).toEqual({
    kind: "APIGroup",
    apiVersion: "v1",
    name: "apps",
    versions: [{ groupVersion: "apps/v1", version: "v1" }],
    preferredVersion: { groupVersion: "apps/v1", version: "v1" },
  });
  const accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const all = await server.body(get("/apis", accept));
  const autoscaling = all["items"].find((g: JsonObject) => g["metadata"].name === "autoscaling");
  expect(autoscaling.versions.map((v: JsonObject) => v["version"])).toEqual(["v2", "v1"]);
  const core = await server.body(get("/api", accept));
  const pods = core["items"][0].versions[0].resources.find((r: JsonObject) => r["resource"] === "pods");
  expect(pods).toMatchObject({ singularResource: "pod", scope: "Namespaced", shortNames: ["po"] });
  expect(pods.subresources.map((s: JsonObject) => s["subresource"])).toContain("eviction");
});

test("OpenAPI documents hold together", async () => {
  const server = await createServer([]);
  const index = await server.body(get("/openapi/v3"));
  expect(index["paths"]["apis/apps/v1"].serverRelativeURL).toMatch(/^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]{8}$/);
  for (const [path, root] of [
    ["/openapi/v3/apis/apps/v1", "#/components/schemas/"],
    ["/openapi/v2", "#/definitions/"],
  ] as const) {
    const document = await server.body(get(path));
    const schemas: JsonObject = document["components"]?.schemas ?? document["definitions"];
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map((m) => m[1]!);
    expect(refs.length).toBeGreaterThan(100);
    for (const ref of refs) expect(Object.hasOwn(schemas, ref.slice(root.length)), ref).toBe(true);
  }
  const apps = await server.body(get("/openapi/v3/apis/apps/v1"));
  const path = apps["paths"]["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"];
  expect(path.patch.parameters.map((p: JsonObject) => p["name"])).toContain("fieldValidation");
  expect(path.get["x-kubernetes-group-version-kind"]).toEqual({ group: "apps", kind: "Deployment", version: "v1" });
  expect(apps["components"].schemas["io.k8s.api.core.v1.Container"].properties.ports).toMatchObject({
    type: "array",
    "x-kubernetes-list-map-keys": ["containerPort", "protocol"],
    "x-kubernetes-patch-merge-key": "containerPort",
  });
});

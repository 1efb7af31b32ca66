import { randomBytes } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientConfig } from "../../src/client/client-config.ts";
import { createClient } from "../../src/client/create-client.ts";
import { connectEmbedded, openControls } from "../../src/cluster/connect-embedded.ts";
import { clusterDirectory } from "../../src/cluster/home.ts";
import { type Credential, createClusterKeys, issueCertificate } from "../../src/cluster/pki.ts";
import { readKeys } from "../../src/cluster/settings.ts";
import { openState } from "../../src/cluster/state-guard.ts";
import type { JsonObject } from "../../src/machinery/object.ts";
import { readSchema } from "../support/scratch-cluster.ts";
import { type ServedCluster, servedCluster } from "../support/served-cluster.ts";

let cluster: ServedCluster;
beforeAll(async () => {
  cluster = await servedCluster();
});
afterAll(() => cluster.remove());

const json = { "content-type": "application/json" };
const configMaps = "/api/v1/namespaces/default/configmaps";
const post = (body: string | Uint8Array, headers: Record<string, string> = json) =>
  cluster.ask(configMaps, { method: "POST", headers, body });
const status = (body: string): JsonObject => JSON.parse(body);

test("the certificate of the kubeconfig is the administrator's; nobody else may look", async () => {
  expect((await cluster.ask("/api/v1/nodes")).code).toBe(200);
  const nobody = await cluster.ask("/api/v1/nodes", { anonymous: true });
  expect(nobody.code).toBe(403);
  expect(status(nobody.body)).toMatchObject({ kind: "Status", reason: "Forbidden" });
  expect((await cluster.ask("/readyz", { anonymous: true })).body).toBe("ok");
  expect((await cluster.ask("/metrics", { anonymous: true })).code).toBe(403);
});

test("a wrong token is a 401, also beside a good certificate; a service account's is that account", async () => {
  for (const anonymous of [true, false])
    for (const authorization of ["Bearer wrong", "Bearer a.b.c", "Basic YTpi", "Bearer"]) {
      const answer = await cluster.ask("/api/v1/nodes", { anonymous, headers: { authorization } });
      expect([authorization, answer.code]).toEqual([authorization, 401]);
      expect(status(answer.body)).toMatchObject({ kind: "Status", reason: "Unauthorized", message: "Unauthorized" });
    }
  const account = "/api/v1/namespaces/default/serviceaccounts/default/token";
  const made = await cluster.ask(account, { method: "POST", headers: json, body: "{}" });
  const authorization = `Bearer ${(status(made.body)["status"] as JsonObject)["token"]}`;
  const review = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
  const who = await cluster.ask(review, {
    method: "POST",
    anonymous: true,
    headers: { ...json, authorization },
    body: "{}",
  });
  expect(who.body).toContain("system:serviceaccount:default:default");
});

/** Asks for the nodes with a certificate, and answers with the status line. */
async function nodesAs({ certificate, key }: Credential): Promise<string> {
  const socket = tls.connect({
    host: "127.0.0.1",
    port: cluster.port,
    ca: cluster.tls.ca,
    cert: certificate,
    key,
  });
  socket.end("GET /api/v1/nodes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let text = "";
  socket.on("error", () => undefined);
  for await (const chunk of socket) text += chunk;
  return text.split("\r\n")[0]!;
}

test("a certificate is worth what the cluster's authority says, at the cluster's time", async () => {
  const other = await createClusterKeys(Date.now());
  expect(await nodesAs({ certificate: other.adminCertificate, key: other.adminKey })).toMatch(/ 401 /);
  const state = openState(clusterDirectory(cluster.home, "kind"));
  const { caCertificate, caKey } = readKeys(state);
  state.close();
  const issue = (usage: "client" | "server", now: number, subject = "O=system:masters,CN=jane"): Promise<Credential> =>
    issueCertificate({ certificate: caCertificate, key: caKey }, { subject, usage, now });
  const day = 24 * 60 * 60 * 1000;
  expect(await nodesAs(await issue("client", Date.now()))).toMatch(/ 200 /);
  expect(await nodesAs(await issue("client", Date.now(), "CN=joe"))).toMatch(/ 403 /);
  expect(await nodesAs(await issue("server", Date.now()))).toMatch(/ 401 /);
  expect(await nodesAs(await issue("client", Date.now() + day))).toMatch(/ 401 /);
  expect(await nodesAs(await issue("client", Date.now() - 366 * day))).toMatch(/ 401 /);
});

test("bodies that are none get a clean status", async () => {
  const name = `m${randomBytes(4).toString("hex")}`;
  const object = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name } });
  expect((await post(object)).code).toBe(201);
  expect((await post(object)).code).toBe(409);
  const wrong: readonly (readonly [number, string | Uint8Array, Record<string, string>])[] = [
    [400, "{", json],
    [400, "[]", json],
    [400, '"text"', json],
    [400, "", json],
    [400, Buffer.from("k8s\0nonsense"), { "content-type": "application/vnd.kubernetes.protobuf" }],
    [415, "x", { "content-type": "text/plain" }],
    [413, Buffer.alloc(4 * 1024 * 1024, 0x20), json],
    [400, "[".repeat(200_000), json],
  ];
  for (const [code, body, headers] of wrong) {
    const answer = await post(body, headers);
    expect([code, answer.code, body.slice(0, 20)]).toEqual([code, code, body.slice(0, 20)]);
    expect(status(answer.body)).toMatchObject({ kind: "Status", status: "Failure", code });
    expect(answer.body).not.toMatch(/\bat .*\.(ts|js):\d+/);
  }
});

test("odd paths and limits are answered, and change nothing", async () => {
  const paths = [
    "//api/v1/nodes",
    "/api/v1/../v1/nodes",
    "/api/v1/namespaces/..%2f..%2fetc/pods",
    "/api/v1/namespaces/%00/pods",
    "/api/v1/nodes/__proto__",
    "/apis/__proto__/constructor/x",
    "/api/v1/pods?limit=1000000000000",
    "/api/v1/pods?limit=-1",
    "/api/v1/pods?limit=x",
    "/api/v1/pods?continue=nonsense",
    "/api/v1/pods?labelSelector=%3D%3D%3D",
    "/api/v1/pods?resourceVersion=x",
    "/api/%zz",
    `/api/v1/pods/${"x".repeat(100_000)}`,
  ];
  for (const path of paths) {
    const { code, body } = await cluster.ask(path);
    expect([path.slice(0, 60), code < 500]).toEqual([path.slice(0, 60), true]);
    expect(body).not.toMatch(/\bat .*\.(ts|js):\d+/);
  }
  expect((await cluster.ask("/api/v1/nodes", { method: "BREW" }).catch(() => ({ code: 400 }))).code).toBeGreaterThan(
    399,
  );
});

test("garbage on the wire and slow clients take nothing down", async () => {
  const plain = net.connect(cluster.port, "127.0.0.1");
  plain.on("error", () => undefined);
  plain.end(randomBytes(2000));
  const idle = Array.from({ length: 50 }, () =>
    tls
      .connect({ host: "127.0.0.1", port: cluster.port, ca: cluster.tls.ca }, function (this: tls.TLSSocket) {
        this.write("POST /api/v1/namespaces/default/configmaps HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
      })
      .on("error", () => undefined),
  );
  const answers = await Promise.all(Array.from({ length: 100 }, () => cluster.ask("/api/v1/nodes")));
  expect(new Set(answers.map((answer) => answer.code))).toEqual(new Set([200]));
  for (const socket of idle) socket.destroy();
});

test("what goes beyond the API is the administrator's alone", async () => {
  const clock = (body: string, anonymous = false) =>
    cluster.ask("/drykube/clock", { method: "POST", headers: json, body, anonymous });
  expect((await clock("{}", true)).code).toBe(403);
  expect((await clock('{"advanceMs":-1}')).code).toBe(400);
  expect((await clock("[")).code).toBe(400);
  const before = status((await clock('{"advanceMs":0}')).body)["now"] as number;
  const after = status((await clock('{"advanceMs":60000}')).body)["now"] as number;
  expect(after - before).toBeGreaterThanOrEqual(60_000);
  // A client that prints ages goes by this clock.
  const { headers } = await cluster.ask("/readyz");
  expect(Number(headers["drykube-now"])).toBeGreaterThanOrEqual(after);
  expect(Date.parse(String(headers["date"]))).toBeGreaterThan(after - 1000);
  expect((await cluster.ask("/drykube/other", { method: "POST", body: "{}" })).code).toBe(404);
});

test("plain commands go to the server that holds the state", async () => {
  const config: ClientConfig = {
    namespace: { name: "default", explicit: false },
    server: "https://127.0.0.1:1",
    cluster: {},
    user: {},
    directory: cluster.home,
    embedded: { home: cluster.home, cluster: "kind" },
    files: [],
    isEmpty: true,
  };
  const host = {
    env: {},
    streams: { stderr: { write: () => undefined, isTTY: false } },
    now: () => Date.now(),
    sleep: async () => undefined,
    readSchema,
  };
  const transport = await connectEmbedded(host, config);
  const client = createClient(transport);
  const resource = { group: "", version: "v1", resource: "configmaps", namespace: "default" };
  await client.create(resource, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "plain" } });
  const ahead = transport.now!()! - Date.now();
  const told = Number((await cluster.ask("/readyz")).headers["drykube-now"]) - Date.now();
  expect(Math.abs(ahead - told)).toBeLessThan(5000);
  expect((await cluster.ask(`${configMaps}/plain`)).code).toBe(200);
  await transport.close?.();
  const controls = await openControls(host, config);
  expect(await controls.setNodePower("kind-worker", false)).toBe(true);
  expect(await controls.setNodePower("kind-worker", false)).toBe(false);
  expect(await controls.setNodePower("nope", false)).toBeUndefined();
  expect(
    await controls.requestFromOutside(
      { host: "nope", port: 1, tls: false },
      { method: "GET", url: "/", headers: {}, body: "" },
    ),
  ).toEqual({ why: "name", ms: 0 });
  await controls.close();
});

test("a closed server has saved everything, and lets go", async () => {
  const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept" }, data: { a: "b" } });
  expect((await post(body)).code).toBe(201);
  await cluster.server.close();
  await expect(cluster.ask("/readyz")).rejects.toThrow(/ECONNREFUSED/);
  await cluster.again();
  expect(status((await cluster.ask(`${configMaps}/kept`)).body)["data"]).toEqual({ a: "b" });
});

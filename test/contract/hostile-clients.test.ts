import { randomBytes } from "node:crypto";
import net from "node:net";
import tls from "node:tls";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import type { JsonObject } from "../../src/machinery/object.ts";
import { type ServedCluster, servedCluster } from "../support/served-cluster.ts";
import { createTestServer } from "../support/test-server.ts";

let cluster: ServedCluster;
beforeAll(async () => {
  cluster = await servedCluster();
});
// Whatever was done to it, it is there.
afterAll(async () => {
  expect((await cluster.ask("/readyz")).body).toBe("ok");
  await cluster.remove();
});

const json = { "content-type": "application/json" };
const configMaps = "/api/v1/namespaces/default/configmaps";
const STACK = /\bat .*\.(ts|js):\d+/;

/** Opens a connection as the administrator, sends bytes, and answers with what comes back until the end, or for so long. */
async function raw(bytes: string | Uint8Array, ms = 3000): Promise<string> {
  const socket = tls.connect({ host: "127.0.0.1", port: cluster.port, ...cluster.tls });
  const chunks: Buffer[] = [];
  socket.on("error", () => undefined);
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.write(bytes);
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    socket.once("close", () => {
      clearTimeout(timer);
      resolve();
    });
  });
  socket.destroy();
  return Buffer.concat(chunks).toString("latin1");
}

const first = (answer: string): string => answer.split("\r\n")[0]!;

test("bytes that are no HTTP request are refused in HTTP", async () => {
  const cases: [string, RegExp][] = [
    ["GET\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["GET /readyz HTTP/9.9\r\nHost: x\r\n\r\n", /^HTTP\/1\.1 (400|505) /],
    ["GET /ready\0z HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["GET /readyz HTTP/1.1\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["BREW /readyz HTTP/1.1\r\nHost: x\r\n\r\n", /^HTTP\/1\.1 400 /],
    ["TRACE /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 40[05] /],
    [
      "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      /^HTTP\/1\.1 400 /,
    ],
    ["POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", /^HTTP\/1\.1 400 /],
    [`GET /readyz HTTP/1.1\r\nHost: x\r\nX: ${"y".repeat(1_100_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [`GET /readyz HTTP/1.1\r\nHost: x\r\n${"A: b\r\n".repeat(700_000)}\r\n`, /^HTTP\/1\.1 431 /],
  ];
  for (const [bytes, expected] of cases)
    expect([bytes.slice(0, 40), first(await raw(bytes))]).toEqual([
      bytes.slice(0, 40),
      expect.stringMatching(expected),
    ]);
  expect(await raw(randomBytes(4000))).not.toMatch(STACK);
});

test("many requests in one go are answered in their order", async () => {
  const one = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
  const bytes = Array.from({ length: 200 }, (_, i) => one(i % 2 === 0 ? "/readyz" : `${configMaps}/none-${i}`)).join(
    "",
  );
  const answer = await raw(bytes + one("/livez").replace("Host: x", "Host: x\r\nConnection: close"));
  expect(answer.match(/HTTP\/1\.1 \d+/g)!.map((line) => line.slice(-3))).toEqual(
    Array.from({ length: 201 }, (_, i) => (i % 2 === 0 ? "200" : "404")),
  );
  expect(answer.indexOf("none-1\\")).toBeLessThan(answer.indexOf("none-199\\"));
});

test("a body that is too large is refused at once, and the connection goes on", async () => {
  const socket = tls.connect({ host: "127.0.0.1", port: cluster.port, ...cluster.tls });
  socket.on("error", () => undefined);
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  const size = 8 * 1024 * 1024;
  socket.write(
    `POST ${configMaps} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${size}\r\n\r\n`,
  );
  await expect.poll(() => text, { timeout: 5000 }).toContain("Request entity too large: limit is 3145728");
  expect(text).toMatch(/^HTTP\/1\.1 413 /);
  text = "";
  socket.write(Buffer.alloc(size, 0x20));
  socket.write("GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n");
  await expect.poll(() => text, { timeout: 5000 }).toMatch(/^HTTP\/1\.1 200 /);
  socket.destroy();
  const chunked = `POST ${configMaps} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
  const chunk = `100000\r\n${" ".repeat(0x100000)}\r\n`;
  expect(first(await raw(`${chunked}${chunk.repeat(5)}0\r\n\r\n`, 2000))).toMatch(/ 413 /);
});

test("bodies that blow up are refused", async () => {
  const name = `victim-${randomBytes(3).toString("hex")}`;
  const made = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, annotations: { a: "x".repeat(1000) } } };
  expect((await cluster.ask(configMaps, { method: "POST", headers: json, body: JSON.stringify(made) })).code).toBe(201);
  const patch = (type: string, body: string) =>
    cluster.ask(`${configMaps}/${name}`, { method: "PATCH", headers: { "content-type": type }, body });
  const doubling = Array.from({ length: 40 }, (_, i) => ({ op: "copy", from: "/metadata", path: `/metadata/x${i}` }));
  expect((await patch("application/json-patch+json", JSON.stringify(doubling))).code).toBe(422);
  const many = Array.from({ length: 10_001 }, () => ({ op: "test", path: "/kind", value: "ConfigMap" }));
  expect((await patch("application/json-patch+json", JSON.stringify(many))).code).toBe(413);
  expect((await patch("application/merge-patch+json", `{"a":${"[".repeat(100_000)}`)).code).toBe(400);
  expect((await patch("application/nonsense", "{}")).code).toBe(415);
  const laughs = ["a: &a [x,x,x,x,x,x,x,x,x,x]"];
  for (let i = 1; i < 12; i++) {
    const before = String.fromCharCode(96 + i);
    laughs.push(
      `${String.fromCharCode(97 + i)}: &${String.fromCharCode(97 + i)} [${Array(10).fill(`*${before}`).join(",")}]`,
    );
  }
  const yaml = await cluster.ask(configMaps, {
    method: "POST",
    headers: { "content-type": "application/yaml" },
    body: laughs.join("\n"),
  });
  expect([yaml.code, yaml.body.slice(0, 200)]).toEqual([400, expect.not.stringMatching(STACK)]);
  const polluted = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}-p"},"data":{"__proto__":"a","constructor":"b"},"__proto__":{"x":1}}`;
  expect((await cluster.ask(configMaps, { method: "POST", headers: json, body: polluted })).code).toBe(201);
  expect(JSON.parse((await cluster.ask(`${configMaps}/${name}-p`)).body).data.constructor).toBe("b");
  expect(({} as JsonObject)["x"]).toBeUndefined();
});

test("long and strange queries are answered soon, with a Status", async () => {
  const long = "a".repeat(500_000);
  const queries = [
    `labelSelector=${long}`,
    `labelSelector=a in (${"b,".repeat(100_000)}b)`,
    `labelSelector=${"!a,".repeat(100_000)}!a`,
    `fieldSelector=${"metadata.name!=a,".repeat(30_000)}metadata.name!=a`,
    `fieldSelector=${long}`,
    `continue=${long}`,
    `limit=${"9".repeat(400)}`,
    "limit=1000000000000&continue=AAAA",
    "timeoutSeconds=x&watch=1",
    `resourceVersion=${"9".repeat(1000)}`,
    "__proto__=1&constructor=2&limit=1",
    "limit=1&limit=2&limit=x",
    "watch=1&timeoutSeconds=1&fieldSelector=nope=1",
    `${"x=1&".repeat(50_000)}limit=1`,
  ];
  for (const query of queries) {
    const started = Date.now();
    const { code, body } = await cluster.ask(`${configMaps}?${query.replaceAll(" ", "%20")}`);
    expect([query.slice(0, 50), code < 500 && !STACK.test(body)]).toEqual([query.slice(0, 50), true]);
    expect(JSON.parse(body).kind).toMatch(/^(Status|ConfigMapList)$/);
    expect([query.slice(0, 50), Date.now() - started < 10_000]).toEqual([query.slice(0, 50), true]);
  }
});

test("impersonation headers that make no sense are refused", async () => {
  const cases: [Record<string, string>, number][] = [
    [{ "impersonate-group": "a" }, 500],
    [{ "impersonate-extra-__proto__": "a" }, 500],
    [{ "impersonate-user": "jane", "impersonate-extra-%zz": "b", "impersonate-extra-__proto__": "c" }, 403],
    [{ "impersonate-user": "system:serviceaccount:::" }, 403],
  ];
  for (const [headers, code] of cases) {
    const answer = await cluster.ask("/api/v1/nodes", { headers });
    expect([headers, answer.code]).toEqual([headers, code]);
    expect(answer.body).not.toMatch(STACK);
  }
});

test("upgrades to nonsense are refused; those that nobody needs are ignored", async () => {
  const upgrade = (path: string, fields: string): Promise<string> =>
    raw(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n${fields}\r\n\r\n`, 2000);
  expect(first(await upgrade("/readyz", "Upgrade: h2c"))).toBe("HTTP/1.1 200 OK");
  expect(first(await upgrade("/api/v1/nodes", "Upgrade: tea"))).toBe("HTTP/1.1 200 OK");
  const exec = "/api/v1/namespaces/default/pods/none/exec?command=ls";
  const socket = "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  expect(first(await upgrade(exec, socket))).toBe("HTTP/1.1 404 Not Found");
  expect(first(await upgrade(exec, "Upgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io"))).toBe(
    "HTTP/1.1 404 Not Found",
  );
  expect(first(await upgrade(exec, `${socket}\r\nSec-WebSocket-Protocol: v99.channel.k8s.io`))).toMatch(/ 400 /);
  expect(first(await upgrade("/readyz", socket))).toBe("HTTP/1.1 200 OK");
  expect(first(await upgrade("/api/v1/pods?watch=1", "Upgrade: websocket"))).toMatch(/ 400 /);
});

test("a watch goes over a WebSocket too, and frames that break its rules end it", async () => {
  const url = `wss://127.0.0.1:${cluster.port}${configMaps}?watch=true`;
  const socket = new WebSocket(url, cluster.tls);
  const seen: string[] = [];
  socket.on("message", (data) => seen.push(JSON.parse(String(data)).type));
  socket.on("error", () => undefined);
  await expect.poll(() => seen.length, { timeout: 5000 }).toBeGreaterThan(0);
  expect(new Set(seen)).toEqual(new Set(["ADDED"]));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  // A frame with reserved bits, straight onto the wire.
  (socket as unknown as { _socket: net.Socket })._socket.write(Buffer.from("ff80deadbeef", "hex"));
  expect(await closed).toBeGreaterThanOrEqual(1000);
});

test("connections that are opened and left, or broken off, do not keep others waiting", async () => {
  const open = Array.from({ length: 100 }, (_, i) => {
    const socket = net.connect(cluster.port, "127.0.0.1");
    socket.on("error", () => undefined);
    if (i % 2 === 0) socket.write(Buffer.from("160301", "hex"));
    return socket;
  });
  for (let i = 0; i < 20; i++) {
    const socket = tls.connect({ host: "127.0.0.1", port: cluster.port, ...cluster.tls }, () => {
      socket.write(`GET ${configMaps}?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n`, () => socket.destroy());
    });
    socket.on("error", () => undefined);
  }
  const answers = await Promise.all(Array.from({ length: 20 }, () => cluster.ask("/api/v1/nodes")));
  expect(new Set(answers.map((answer) => answer.code))).toEqual(new Set([200]));
  for (const socket of open) socket.destroy();
});

test("a watcher that does not read is let go, and holds no memory", async () => {
  const server = await createTestServer();
  const key = "/registry/core/configmaps/default/busy";
  const object = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "busy", namespace: "default" } };
  server.store.commit(key, 0, object);
  const answer = await server.send({ method: "GET", path: configMaps, query: { watch: "true" } });
  if (answer.kind !== "stream") throw new Error("no stream");
  const frames = answer.frames[Symbol.asyncIterator]();
  expect((await frames.next()).value).toMatchObject({ type: "ADDED" });
  for (let i = 0; i < 15_000; i++) server.store.commit(key, server.store.get(key)!.revision, object);
  const left = [];
  for (let next = await frames.next(); !next.done; next = await frames.next()) left.push(next.value);
  expect(left.length).toBeLessThan(2);
});

import fs from "node:fs";
import { createApiServer } from "../../src/apiserver/server.ts";
import type { Client } from "../../src/client/client.ts";
import { createClient } from "../../src/client/create-client.ts";
import { createInProcessTransport } from "../../src/client/in-process.ts";
import type { ApiRequest, ApiResponse, Transport } from "../../src/client/transport.ts";
import { catalog } from "../../src/kinds/catalog.ts";
import type { ResourceDefinition } from "../../src/kinds/definition.ts";
import type { JsonObject } from "../../src/machinery/object.ts";
import { type Instant, parseTime } from "../../src/machinery/time.ts";
import { createObjectStore } from "../../src/store/memory-store.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** An apiserver over a store in memory, with a clock that the test moves. */
export interface TestServer {
  readonly store: ObjectStore;
  readonly client: Client;
  readonly transport: Transport;
  now: Instant;
  /** What was thrown that is no refusal: defects of ours, whose text the client is not told in full. */
  readonly defects: readonly unknown[];
  /** The whole answer, refusals included. */
  send(request: ApiRequest): Promise<ApiResponse>;
  /** As {@link send}, without a user: the server authenticates by headers. */
  anonymous(request: ApiRequest): Promise<ApiResponse>;
  /** The JSON body of an answer, refusals included. */
  body(request: ApiRequest): Promise<JsonObject>;
}

/** A number in [0, 1) that follows from the text. */
function chance(purpose: string): number {
  let h = 2166136261;
  for (let i = 0; i < purpose.length; i++) h = Math.imul(h ^ purpose.charCodeAt(i), 16777619);
  h ^= h >>> 13;
  h = Math.imul(h, 0x5bd1e995);
  return ((h ^ (h >>> 15)) >>> 0) / 2 ** 32;
}

const unavailable = (): never => {
  throw new Error("no nodes in this test");
};

/** Makes one; `namespaces` are there from the start, each with the service account "default". */
export async function createTestServer(
  namespaces: readonly string[] = ["default", "kube-system"],
  definitions: readonly ResourceDefinition[] = catalog,
): Promise<TestServer> {
  const store = createObjectStore();
  let now = parseTime("2026-11-20T08:00:00Z");
  const defects: unknown[] = [];
  const handler = createApiServer({
    store,
    onDefect: (error) => defects.push(error),
    catalog: definitions,
    readSchema: (file) => fs.readFileSync(new URL(`../../schemas/${file}`, import.meta.url), "utf8"),
    now: () => now,
    chance,
    nodes: {
      logs: unavailable,
      exec: unavailable,
      attach: unavailable,
      portForward: unavailable,
      http: unavailable,
      kubelet: unavailable,
    },
    settings: {
      gitVersion: "v1.33.1",
      serviceCidr: "10.96.0.0/16",
      nodePortRange: [30000, 32767],
      serverAddress: "127.0.0.1:6443",
      serviceAccountKey: () => "a key for tests",
    },
  });
  const admin = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };
  const transport = createInProcessTransport(handler, admin);
  const server: TestServer = {
    store,
    defects,
    client: createClient(transport),
    transport,
    get now() {
      return now;
    },
    set now(at: Instant) {
      now = at;
    },
    send: (request) => transport.request(request),
    anonymous: (request) => handler(request),
    async body(request) {
      const response = await transport.request(request);
      if (response.kind === "object") return response.body;
      throw new Error(`answered with ${response.kind}`);
    },
  };
  for (const name of namespaces) {
    await server.client.create(
      { group: "", version: "v1", resource: "namespaces" },
      {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name },
      },
    );
    await server.client.create(
      { group: "", version: "v1", resource: "serviceaccounts", namespace: name },
      {
        apiVersion: "v1",
        kind: "ServiceAccount",
        metadata: { name: "default" },
      },
    );
  }
  return server;
}

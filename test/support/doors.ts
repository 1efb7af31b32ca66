import { onTestFinished, test as vitestTest } from "vitest";
import type { ClientConfig } from "../../src/client/client-config.ts";
import { createClient } from "../../src/client/create-client.ts";
import { createHttpsTransport } from "../../src/client/https.ts";
import type { ApiRequest, ApiResponse, Transport, UserInfo } from "../../src/client/transport.ts";
import { createAuthority, issueCertificate } from "../../src/cluster/pki.ts";
import { parseTime } from "../../src/machinery/time.ts";
import { listen } from "../../src/serve/https-listener.ts";
import { createTestServer, type TestServer } from "./test-server.ts";

/** A server behind the door that the running test is about. */
export const createServer: typeof createTestServer = (...args) => open(...args);
let open = createTestServer;

/** The same test through both doors of the apiserver: its function, and HTTPS with our own client. */
export function test(name: string, run: () => Promise<void> | void, timeout?: number): void {
  const through = (door: string, make: typeof createTestServer): void =>
    vitestTest(
      `${name} (${door})`,
      () => {
        // A file's tests run one after the other.
        open = make;
        return run();
      },
      timeout,
    );
  through("in-process", createTestServer);
  through("over HTTPS", createServedTestServer);
}

const ADMIN: UserInfo = { name: "kubernetes-admin", groups: ["system:masters", "system:authenticated"] };
/** The present of test servers, whose clock is what certificates are held against. */
const WHEN = parseTime("2026-11-20T08:00:00Z");
const authority = createAuthority(Date.now());
const serving = authority.then((ca) =>
  issueCertificate(ca, { subject: "CN=kube-apiserver", usage: "server", now: Date.now(), ipAddresses: ["127.0.0.1"] }),
);
const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** A {@link TestServer} that is asked over the wire; users come with certificates. It ends with the test. */
async function createServedTestServer(...args: Parameters<typeof createTestServer>): Promise<TestServer> {
  const server = await createTestServer(...args);
  const [ca, { certificate, key }] = await Promise.all([authority, serving]);
  const listener = await listen({
    host: "127.0.0.1",
    port: 0,
    tls: { certificate, key, clientCa: ca.certificate },
    now: () => server.now,
    handle: (request) => server.anonymous(request),
    upgrade: (_message, socket) => socket.destroy(),
  });
  const transports = new Map<string, Promise<Transport>>();
  const transportOf = (user: UserInfo | undefined): Promise<Transport> => {
    const known = JSON.stringify(user ?? null);
    const transport = transports.get(known) ?? connect(listener.port, user);
    transports.set(known, transport);
    return transport;
  };
  onTestFinished(async () => {
    for (const transport of transports.values()) await (await transport).close?.();
    await listener.close();
  });
  const send = async ({ user, ...request }: ApiRequest, fallback?: UserInfo): Promise<ApiResponse> => {
    const transport = await transportOf(user ?? fallback);
    return inProcessForm(
      await transport.request({ ...request, headers: { "user-agent": "kubectl", ...request.headers } }),
    );
  };
  const transport: Transport = { request: (request) => send(request, ADMIN) };
  return {
    store: server.store,
    defects: server.defects,
    client: createClient(transport),
    transport,
    get now() {
      return server.now;
    },
    set now(at) {
      server.now = at;
    },
    send: (request) => transport.request(request),
    anonymous: (request) => send(request),
    async body(request) {
      const response = await transport.request(request);
      if (response.kind === "object") return response.body;
      throw new Error(`answered with ${response.kind}`);
    },
  };
}

async function connect(port: number, user: UserInfo | undefined): Promise<Transport> {
  const ca = await authority;
  const config: ClientConfig = {
    namespace: { name: "default", explicit: false },
    server: `https://127.0.0.1:${port}`,
    cluster: { "certificate-authority-data": base64(ca.certificate) },
    user: user === undefined ? {} : await credentialsOf(user),
    directory: "/",
    embedded: undefined,
    files: [],
    isEmpty: false,
  };
  return createHttpsTransport({ config, timeoutMs: 0, insecure: false });
}

async function credentialsOf(user: UserInfo): Promise<Record<string, string>> {
  const organizations = user.groups.filter((group) => group !== "system:authenticated");
  const { certificate, key } = await issueCertificate(await authority, {
    subject: [...organizations.map((group) => `O=${group}`), `CN=${user.name}`].join(","),
    usage: "client",
    now: WHEN,
  });
  return { "client-certificate-data": base64(certificate), "client-key-data": base64(key) };
}

/** What came over the wire, as the function would have answered. */
function inProcessForm(response: ApiResponse): ApiResponse {
  if (response.kind === "text") return { ...response, body: Buffer.from(response.body).toString("utf8") };
  if (response.kind !== "stream" || !response.contentType.startsWith("application/json")) return response;
  return { ...response, frames: events(response.frames) };
}

async function* events(frames: AsyncIterable<unknown>) {
  let pending = "";
  for await (const chunk of frames) {
    const lines = (pending + Buffer.from(chunk as Uint8Array).toString("utf8")).split("\n");
    pending = lines.pop()!;
    for (const line of lines) yield JSON.parse(line);
  }
}

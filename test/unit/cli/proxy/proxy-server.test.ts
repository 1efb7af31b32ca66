import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type ProxyFilter, proxyServer } from "../../../../src/cli/commands/proxy/proxy-server.ts";
import type { Client } from "../../../../src/client/client.ts";
import type { ApiRequest } from "../../../../src/client/transport.ts";
import { notFound } from "../../../../src/machinery/status-error.ts";

const asked: ApiRequest[] = [];
const client = {
  async request(request: ApiRequest) {
    asked.push(request);
    if (request.path.endsWith("/gone")) throw notFound({ group: "", resource: "pods" }, "gone");
    return { kind: "object", code: 200, body: { kind: "Pod" } };
  },
} as unknown as Client;

const filter: ProxyFilter = {
  disabled: false,
  acceptPaths: [/^.*/],
  rejectPaths: [/^\/api\/.*\/pods\/.*\/exec/],
  rejectMethods: [/^DELETE$/],
  acceptHosts: [/^127\.0\.0\.1$/],
};

async function withProxy(
  run: (ask: (path: string, method?: string, host?: string) => Promise<string>) => Promise<void>,
) {
  const server = proxyServer("/", client, filter, { apiPrefix: "/", www: "", wwwPrefix: "/static/" });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const ask = (path: string, method = "GET", host = "127.0.0.1"): Promise<string> =>
    new Promise((resolve, reject) => {
      const request = http.request({ port, path, method, agent: false, headers: { host } }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => {
          text += chunk;
        });
        answer.on("end", () => resolve(`${answer.statusCode} ${text.trim()}`));
      });
      request.on("error", reject);
      request.end();
    });
  try {
    await run(ask);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("requests go to the cluster, or meet the filter", async () => {
  await withProxy(async (ask) => {
    expect(await ask("/api/v1/pods?limit=1&limit=2")).toBe('200 {"kind":"Pod"}');
    expect(asked.at(-1)).toMatchObject({ method: "GET", path: "/api/v1/pods", query: { limit: ["1", "2"] } });
    expect(await ask("/api/v1/namespaces/default/pods/gone")).toMatch(/^404 .*"reason":"NotFound"/);
    expect(await ask("/api/v1/namespaces/default/pods/web/exec")).toBe("403 Forbidden");
    expect(await ask("/api/v1/pods", "DELETE")).toBe("403 Forbidden");
    expect(await ask("/api/v1/pods", "GET", "evil.example.com")).toBe("403 Forbidden");
  });
});

test("targets that make no sense take nothing down", async () => {
  await withProxy(async (ask) => {
    for (const path of ["/%", "/%zz", "//", "//[", "/static/%ff"]) expect(await ask(path)).toMatch(/^(400|404|200) /);
    expect(await ask("/api/v1/pods")).toMatch(/^200 /);
  });
});

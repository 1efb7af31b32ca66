import { expect, test } from "vitest";
import { probeHttp } from "../../../src/node/kubelet/probe-actions.ts";
import type { PodSync } from "../../../src/node/kubelet/sync.ts";
import type { HttpAnswer, HttpExchange } from "../../../src/node/runtime/runtime.ts";

async function probed(
  action: Parameters<typeof probeHttp>[1],
  status: number | undefined,
): Promise<{ asked: HttpExchange; result: Awaited<ReturnType<typeof probeHttp>> }> {
  let asked: HttpExchange | undefined;
  const http = async (_uid: string, _port: number, request: HttpExchange): Promise<HttpAnswer | undefined> => {
    asked = request;
    return status === undefined ? undefined : { status, statusText: "", headers: [], body: new Uint8Array() };
  };
  const sync = { record: { uid: "u", podIP: "10.244.1.2" }, now: 0, runtime: { http } } as unknown as PodSync;
  const result = await probeHttp(sync, action, 8080);
  return { asked: asked!, result };
}

test("an HTTP probe asks for a path, as the server at that address, and tells of failures with the URL", async () => {
  const { asked, result } = await probed({ port: 8080, path: "healthz?full=1" }, 302);
  expect(asked.url).toBe("/healthz?full=1");
  expect(asked.headers).toMatchObject({ host: "10.244.1.2:8080", "user-agent": "kube-probe/1.33" });
  expect(result.success).toBe(true);
  expect((await probed({ port: 8080 }, 404)).result.output).toBe("HTTP probe failed with statuscode: 404");
  expect((await probed({ port: 8080, scheme: "HTTPS" }, undefined)).result.output).toBe(
    'Get "https://10.244.1.2:8080/": dial tcp 10.244.1.2:8080: connect: connection refused',
  );
  const own = await probed({ port: 8080, httpHeaders: [{ name: "Host", value: "shop.example.com" }] }, 200);
  expect(own.asked.headers["host"]).toBe("shop.example.com");
});

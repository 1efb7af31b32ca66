import { expect, test } from "vitest";
import type { JsonObject, KubeObject } from "../../../../src/machinery/object.ts";
import { parseTime } from "../../../../src/machinery/time.ts";
import { serveKubelet } from "../../../../src/node/kubelet/http-server.ts";

const node: KubeObject = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "kind-worker", creationTimestamp: "2026-11-20T08:00:00Z" },
  status: { nodeInfo: { kubeletVersion: "v1.33.1" } },
};
const web: KubeObject = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default", uid: "u1" },
  spec: { containers: [{ name: "c", image: "nginx" }] },
  status: {
    phase: "Running",
    startTime: "2026-11-20T08:00:00Z",
    containerStatuses: [
      { name: "c", containerID: "containerd://abc", state: { running: { startedAt: "2026-11-20T08:00:10Z" } } },
    ],
  },
};
const dependencies = {
  runtime: { usage: async (id: string) => (id === "abc" ? { milliCpu: 20, memoryBytes: 1000 } : undefined) },
  logs: async (_pod: KubeObject, container: string, options: JsonObject) =>
    (async function* () {
      yield `${container} ${JSON.stringify(options)}`;
    })(),
  now: () => parseTime("2026-11-20T08:01:50Z"),
};

const ask = (url: string, method = "GET") =>
  serveKubelet(dependencies, { node, pods: [web], exchange: { method, url, headers: {} } });
async function body(url: string): Promise<string> {
  const { body } = await ask(url);
  if (typeof body === "string") return body;
  let text = "";
  for await (const chunk of body) text += chunk;
  return text;
}

test("what people ask a kubelet for", async () => {
  expect(await body("/healthz")).toBe("ok");
  expect(JSON.parse(await body("/pods"))).toMatchObject({ kind: "PodList", items: [{ metadata: { name: "web" } }] });
  expect(JSON.parse(await body("/configz")).kubeletconfig).toMatchObject({ clusterDNS: ["10.96.0.10"], maxPods: 110 });
  expect(JSON.parse(await body("/stats/summary"))).toMatchObject({
    node: { nodeName: "kind-worker", cpu: { usageNanoCores: 20_000_000 } },
    pods: [
      {
        podRef: { name: "web", namespace: "default", uid: "u1" },
        containers: [{ name: "c", cpu: { usageCoreNanoSeconds: 2_000_000_000 }, memory: { workingSetBytes: 1000 } }],
      },
    ],
  });
  expect(await body("/metrics/resource")).toContain(
    `container_cpu_usage_seconds_total{container="c",namespace="default",pod="web"} 2 ${dependencies.now()}\n`,
  );
  expect(await body("/metrics")).toContain("\nkubelet_running_pods 1\n");
  expect(await body("/containerLogs/default/web/c?tailLines=5&timestamps=true")).toBe(
    'c {"tailLines":5,"timestamps":true}',
  );
});

test("what a kubelet refuses", async () => {
  expect(await ask("/nope")).toMatchObject({ status: 404, body: "404 page not found\n" });
  expect(await ask("/pods", "DELETE")).toMatchObject({ status: 405 });
  expect(await ask("/containerLogs/default/gone/c")).toMatchObject({
    status: 404,
    body: 'pod "gone" does not exist\n',
  });
  expect(await ask("/containerLogs/default/web/d")).toMatchObject({
    status: 404,
    body: 'container "d" not found in pod "web"\n',
  });
});

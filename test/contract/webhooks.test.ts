import { expect } from "vitest";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";
import type { TestServer } from "../support/test-server.ts";

const configurations = (kind: string) => ({
  group: "admissionregistration.k8s.io",
  version: "v1",
  resource: `${kind}webhookconfigurations`,
});
const core = (resource: string) => ({ group: "", version: "v1", resource, namespace: "default" });

const configuration = (webhook: JsonObject): KubeObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind: "ValidatingWebhookConfiguration",
  metadata: { name: "guard" },
  webhooks: [
    {
      name: "guard.example.com",
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      clientConfig: { service: { name: "guard", namespace: "default", path: "/check" } },
      rules: [{ operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] }],
      ...webhook,
    },
  ],
});

async function withWebhook(webhook: JsonObject): Promise<TestServer> {
  const server = await createServer();
  await server.client.create(configurations("validating"), configuration(webhook));
  return server;
}

/** What came of creating a config map: the refusal, or "created" with the warnings. */
async function create(server: TestServer, name = "a", labels: Record<string, string> = {}): Promise<string> {
  const answer = await server.send({
    method: "POST",
    path: "/api/v1/namespaces/default/configmaps",
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels } },
  });
  if (answer.kind !== "object") throw new Error("no object");
  if (answer.code >= 400) return `${answer.code} ${answer.body["reason"]}: ${answer.body["message"]}`;
  return ["created", ...(answer.warnings ?? [])].join("; ");
}

const failed = (why: string): string =>
  `500 InternalError: Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://guard.default.svc:443/check?timeout=10s": ${why}`;
const WARNING =
  'created; webhook "guard.example.com" of ValidatingWebhookConfiguration "guard" was not called: drykube calls no webhooks';

test("a webhook that nobody serves fails what it is for, unless it is to be ignored", async () => {
  const server = await withWebhook({});
  expect(await create(server)).toBe(failed('service "guard" not found'));
  const service: JsonObject = { apiVersion: "v1", kind: "Service", metadata: { name: "guard" } };
  const made = await server.client.create<KubeObject>(core("services"), {
    ...service,
    spec: { ports: [{ port: 443 }], selector: { app: "guard" } },
  } as unknown as KubeObject);
  expect(await create(server)).toBe(failed(`dial tcp ${made.spec.clusterIP}:443: connect: connection refused`));
  await server.client.patch(configurations("validating"), "guard", "application/json-patch+json", [
    { op: "replace", path: "/webhooks/0/failurePolicy", value: "Ignore" },
  ]);
  expect(await create(server)).toBe("created");
});

test("a webhook that would be called is told of", async () => {
  const server = await withWebhook({ clientConfig: { url: "https://guard.example.com/check" } });
  expect(await create(server)).toBe(WARNING);
});

test("a webhook is for what its rules, selectors and conditions say", async () => {
  const url = { clientConfig: { url: "https://guard.example.com/check" } };
  const cases: [JsonObject, string][] = [
    [{ objectSelector: { matchLabels: { guarded: "yes" } } }, WARNING],
    [{ objectSelector: { matchLabels: { guarded: "no" } } }, "created"],
    [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }, "created"],
    [{ matchConditions: [{ name: "c", expression: "object.metadata.name == 'a'" }] }, WARNING],
    [{ matchConditions: [{ name: "c", expression: "object.metadata.name != 'a'" }] }, "created"],
    [{ rules: [{ operations: ["UPDATE"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }] }, "created"],
    [{ rules: [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*/*"] }] }, WARNING],
  ];
  for (const [webhook, expected] of cases)
    expect([webhook, await create(await withWebhook({ ...url, ...webhook }), "a", { guarded: "yes" })]).toEqual([
      webhook,
      expected,
    ]);
});

test("webhooks are not asked about webhooks", async () => {
  const everything = [{ operations: ["*"], apiGroups: ["*"], apiVersions: ["*"], resources: ["*"] }];
  const server = await withWebhook({ rules: everything });
  expect(await create(server)).toContain("500 InternalError");
  await server.client.delete(configurations("validating"), "guard");
  expect(await create(server)).toBe("created");
});

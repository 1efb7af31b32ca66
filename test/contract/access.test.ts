import { expect } from "vitest";
import type { ApiRequest } from "../../src/client/transport.ts";
import type { JsonObject } from "../../src/machinery/object.ts";
import { createServer, test } from "../support/doors.ts";
import type { TestServer } from "../support/test-server.ts";

const rbac = { group: "rbac.authorization.k8s.io", version: "v1" };

async function withReader(): Promise<TestServer> {
  const server = await createServer();
  await server.client.create(
    { ...rbac, resource: "roles", namespace: "default" },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "reader" },
      rules: [{ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get", "list"] }],
    },
  );
  await server.client.create(
    { ...rbac, resource: "rolebindings", namespace: "default" },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "readers" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "reader" },
      subjects: [
        { kind: "User", name: "jane", apiGroup: "rbac.authorization.k8s.io" },
        { kind: "ServiceAccount", name: "default", namespace: "default" },
      ],
    },
  );
  return server;
}

const as = (user: string, request: ApiRequest): ApiRequest => ({ ...request, headers: { "impersonate-user": user } });
const get = (path: string): ApiRequest => ({ method: "GET", path });

test("RBAC allows what a role says and refuses the rest in upstream's words", async () => {
  const server = await withReader();
  const pods = "/api/v1/namespaces/default/pods";
  expect(await server.body(as("jane", get(pods)))).toMatchObject({ kind: "PodList" });
  const cases: [string, ApiRequest, string][] = [
    [
      "jane",
      get("/api/v1/namespaces/kube-system/pods"),
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "kube-system"',
    ],
    [
      "jane",
      get("/api/v1/nodes"),
      'nodes is forbidden: User "jane" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      "jane",
      { method: "DELETE", path: `${pods}/web` },
      'pods "web" is forbidden: User "jane" cannot delete resource "pods" in API group "" in the namespace "default"',
    ],
    ["joe", get("/metrics"), 'forbidden: User "joe" cannot get path "/metrics"'],
  ];
  for (const [user, request, text] of cases)
    expect(await server.body(as(user, request))).toMatchObject({ code: 403, reason: "Forbidden", message: text });
});

test("who may not impersonate is told so", async () => {
  const server = await withReader();
  const answer = await server.body({
    ...as("joe", get("/api/v1/nodes")),
    user: { name: "jane", groups: ["system:authenticated"] },
  });
  expect(answer["message"]).toBe(
    'users "joe" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
  );
});

test("a service account's token is worth what its account is", async () => {
  const server = await withReader();
  const path = "/api/v1/namespaces/default/serviceaccounts/default/token";
  const made = await server.body({ method: "POST", path, body: { spec: { expirationSeconds: 600 } } });
  const token: string = made["status"].token;
  const bearer = (t: string, p: string): ApiRequest => ({
    method: "GET",
    path: p,
    headers: { authorization: `Bearer ${t}` },
  });
  const send = async (request: ApiRequest): Promise<JsonObject> => {
    const response = await server.anonymous(request);
    return response.kind === "object" ? response.body : {};
  };
  expect(await send(bearer(token, "/api/v1/namespaces/default/pods"))).toMatchObject({ kind: "PodList" });
  expect((await send(bearer(token, "/api/v1/nodes")))["message"]).toBe(
    'nodes is forbidden: User "system:serviceaccount:default:default" cannot list resource "nodes" in API group "" at the cluster scope',
  );
  expect(await send(bearer(`${token}x`, "/api/v1/nodes"))).toMatchObject({ code: 401, message: "Unauthorized" });
  server.now += 601_000;
  expect(await send(bearer(token, "/api/v1/nodes"))).toMatchObject({ code: 401 });
  expect((await send(get("/api/v1/nodes")))["message"]).toBe(
    'nodes is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "" at the cluster scope',
  );
  expect((await server.body({ method: "POST", path, body: { spec: { expirationSeconds: 60 } } }))["message"]).toBe(
    'TokenRequest.authentication.k8s.io "" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
  );
});

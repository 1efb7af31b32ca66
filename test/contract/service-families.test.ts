import { expect, test } from "vitest";
import type { JsonObject, KubeObject } from "../../src/machinery/object.ts";
import { createTestServer } from "../support/test-server.ts";

const services = { group: "", version: "v1", resource: "services", namespace: "default" };
const service = (spec: JsonObject): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "web" },
  spec: { ports: [{ port: 80 }], ...spec },
});
const selector = { app: "web" };

test.each<[JsonObject, string[], string]>([
  [{ selector }, ["IPv4"], "SingleStack"],
  [{ selector, clusterIP: "None" }, ["IPv4"], "SingleStack"],
  [{ selector, ipFamilyPolicy: "PreferDualStack" }, ["IPv4"], "PreferDualStack"],
  [{ clusterIP: "None" }, ["IPv4", "IPv6"], "RequireDualStack"],
  [{ clusterIP: "None", ipFamilyPolicy: "SingleStack" }, ["IPv4"], "SingleStack"],
])("%j has families of its own", async (given, families, policy) => {
  const { client } = await createTestServer();
  const { spec } = await client.create<KubeObject>(services, service(given));
  expect([spec.ipFamilies, spec.ipFamilyPolicy]).toEqual([families, policy]);
});

test.each<[JsonObject, string]>([
  [
    { ipFamilyPolicy: "RequireDualStack" },
    'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  ],
  [{ ipFamilies: ["IPv6"] }, 'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster'],
  [
    { ipFamilies: ["IPv4", "IPv6"] },
    "spec.ipFamilyPolicy: Invalid value: \"SingleStack\": must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified",
  ],
  [
    { clusterIP: "fd00::1" },
    'spec.clusterIPs[0]: Invalid value: []string{"fd00::1"}: IPv6 is not configured on this cluster',
  ],
])("a cluster of one family refuses %j", async (given, text) => {
  const { client } = await createTestServer();
  await expect(client.create(services, service({ selector, ...given }))).rejects.toThrow(
    `Service "web" is invalid: ${text}`,
  );
});

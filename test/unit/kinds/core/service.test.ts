import { expect, test } from "vitest";
import { repackSubsets } from "../../../../src/kinds/core/endpoints/repack.ts";
import { strategy as endpoints } from "../../../../src/kinds/core/endpoints/strategy.ts";
import { strategy as service } from "../../../../src/kinds/core/service/strategy.ts";
import { parseCidr, parseIp } from "../../../../src/machinery/ip.ts";
import { drafted, refusals, updateRefusals } from "../../../support/kinds.ts";

const range = "must be between 1 and 65535, inclusive";

test.each<[string, string, string[]]>([
  [
    "everything at once",
    `
  type: Cluster
  sessionAffinity: Cookie
  selector: {"app!": x}
  ports: [{port: 0}, {port: 80, targetPort: 99999}, {port: 80, name: "UP", protocol: HTTP}]`,
    [
      "spec.ports[0].name: Required value",
      `spec.ports[0].port: Invalid value: 0: ${range}`,
      `spec.ports[0].targetPort: Invalid value: 0: ${range}`,
      "spec.ports[1].name: Required value",
      `spec.ports[1].targetPort: Invalid value: 99999: ${range}`,
      "spec.ports[2].name: Invalid value: \"UP\": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
      'spec.ports[2].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
      "spec.selector: Invalid value: \"app!\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
      'spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"',
      'spec.type: Unsupported value: "Cluster": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ],
  ],
  ["no ports", "{selector: {app: x}}", ["spec.ports: Required value"]],
  [
    "a node port of nobody",
    "{type: ClusterIP, ports: [{port: 80, nodePort: 30500}]}",
    ["spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"],
  ],
  ["no external name", "{type: ExternalName}", ["spec.externalName: Required value"]],
  [
    "local traffic inside",
    "{ports: [{port: 80}], externalTrafficPolicy: Local}",
    ['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
  ],
  [
    "a headless node port",
    "{type: NodePort, clusterIP: None, clusterIPs: [None], ports: [{port: 80}]}",
    [`spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`],
  ],
])("refuses %s", (_name, spec, errors) => {
  expect(refusals(service, spec.startsWith("{") ? `{spec: ${spec}}` : `spec:${spec}`)).toEqual(errors);
});

test("keeps the cluster IP, lets go of what the old type needed", () => {
  const base = "{spec: {clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9], ports: [{port: 80}]}}";
  expect(
    updateRefusals(service, base, (o) => {
      o.spec.clusterIP = "10.96.0.77";
      o.spec.clusterIPs = ["10.96.0.77"];
    }),
  ).toEqual(['spec.clusterIPs[0]: Invalid value: []string{"10.96.0.77"}: may not change once set']);
  const balanced = "{spec: {type: LoadBalancer, clusterIP: 10.96.0.9, clusterIPs: [10.96.0.9], ports: [{port: 80}]}}";
  expect(updateRefusals(service, balanced, (o) => (o.spec.type = "ClusterIP"))).toEqual([]);
});

test("fills in ports, policies and affinity", () => {
  expect(drafted(service, "{spec: {type: NodePort, sessionAffinity: ClientIP, ports: [{port: 80}]}}")).toMatchObject({
    spec: {
      type: "NodePort",
      externalTrafficPolicy: "Cluster",
      internalTrafficPolicy: "Cluster",
      ports: [{ port: 80, protocol: "TCP", targetPort: 80 }],
      sessionAffinityConfig: { clientIP: { timeoutSeconds: 10800 } },
    },
    status: { loadBalancer: {} },
  });
});

test("refuses endpoints that lead nowhere", () => {
  expect(
    refusals(
      endpoints,
      "{subsets: [{addresses: [{ip: 127.0.0.1}, {ip: nope}], ports: [{port: 0}, {port: 80, protocol: HTTP}]}]}",
    ),
  ).toEqual([
    'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
    'subsets[0].addresses[1].ip: Invalid value: "nope": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'subsets[0].addresses[1].ip: Invalid value: "nope": must be a valid IP address',
    "subsets[0].ports[0].name: Required value",
    `subsets[0].ports[0].port: Invalid value: 0: ${range}`,
    "subsets[0].ports[1].name: Required value",
    'subsets[0].ports[1].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
  ]);
});

test("packs subsets with the same ports into one", () => {
  const ports = [{ port: 80, protocol: "TCP" }];
  expect(
    repackSubsets([
      { addresses: [{ ip: "10.0.0.2" }], ports },
      { addresses: [{ ip: "10.0.0.1" }], notReadyAddresses: [{ ip: "10.0.0.3" }], ports },
    ]),
  ).toEqual([{ addresses: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }], notReadyAddresses: [{ ip: "10.0.0.3" }], ports }]);
});

test.each<[string, readonly number[] | undefined]>([
  ["10.0.0.1", [10, 0, 0, 1]],
  ["010.0.0.1", [10, 0, 0, 1]],
  ["256.0.0.1", undefined],
  ["::1", [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
  ["::ffff:1.2.3.4", [1, 2, 3, 4]],
  ["1:2", undefined],
  ["1::2::3", undefined],
  ["", undefined],
])("reads %s", (text, bytes) => expect(parseIp(text)).toEqual(bytes));

test("masks a network's address", () => {
  expect(parseCidr("10.1.2.3/20")).toEqual({ ip: [10, 1, 0, 0], bits: 20 });
  expect(parseCidr("10.1.2.3/33")).toBeUndefined();
});

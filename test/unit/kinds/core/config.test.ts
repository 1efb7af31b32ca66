import { expect, test } from "vitest";
import { strategy as configMap } from "../../../../src/kinds/core/config-map/strategy.ts";
import { strategy as limitRange } from "../../../../src/kinds/core/limit-range/strategy.ts";
import { strategy as namespace } from "../../../../src/kinds/core/namespace/strategy.ts";
import { strategy as resourceQuota } from "../../../../src/kinds/core/resource-quota/strategy.ts";
import { strategy as secret } from "../../../../src/kinds/core/secret/strategy.ts";
import type { Strategy } from "../../../../src/kinds/definition.ts";
import { drafted, refusals, updateRefusals } from "../../../support/kinds.ts";

const key =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const quantity = (n: number): string =>
  `resource.Quantity{i:resource.int64Amount{value:${n}, scale:0}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"${n}", Format:"DecimalSI"}`;

test.each<[string, Strategy<any>, string, string[]]>([
  ["bad keys", configMap, "{data: {bad key: x}}", [`data[bad key]: Invalid value: "bad key": ${key}`]],
  [
    "a key in both maps",
    configMap,
    "{data: {dup: a}, binaryData: {dup: YQ==}}",
    ['data[dup]: Invalid value: "dup": duplicate of key present in binaryData'],
  ],
  ["half a certificate", secret, "{type: kubernetes.io/tls, data: {tls.crt: YQ==}}", ["data[tls.key]: Required value"]],
  [
    "no registry login",
    secret,
    '{type: kubernetes.io/dockerconfigjson, stringData: {.dockerconfigjson: "not json"}}',
    [
      `data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'o' in literal null (expecting 'u')`,
    ],
  ],
  [
    "no user, no password",
    secret,
    "{type: kubernetes.io/basic-auth}",
    ["data[username]: Required value", "data[password]: Required value"],
  ],
  [
    "a token of nobody",
    secret,
    "{type: kubernetes.io/service-account-token}",
    ["metadata.annotations[kubernetes.io/service-account.name]: Required value"],
  ],
  [
    "a negative quota",
    resourceQuota,
    '{spec: {hard: {pods: "-1"}, scopes: [Everything]}}',
    [
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.scopes: Invalid value: []core.ResourceQuotaScope{"Everything"}: unsupported scope',
    ],
  ],
  [
    "an unknown quota",
    resourceQuota,
    '{spec: {hard: {bogus: "2"}}}',
    [
      "spec.hard[bogus]: Invalid value: bogus: must be a standard resource type or fully qualified",
      "spec.hard[bogus]: Invalid value: bogus: must be a standard resource for quota",
    ],
  ],
  [
    "a minimum above the maximum",
    limitRange,
    '{spec: {limits: [{type: Container, max: {cpu: "1"}, min: {cpu: "3"}}]}}',
    [
      `spec.limits[0].min[cpu]: Invalid value: ${quantity(3)}: min value 3 is greater than max value 1`,
      `spec.limits[0].defaultRequest[cpu]: Invalid value: ${quantity(1)}: min value 3 is greater than default request value 1`,
      `spec.limits[0].default[cpu]: Invalid value: ${quantity(3)}: min value 3 is greater than default value 1`,
    ],
  ],
])("refuses %s", (_name, strategy, manifest, errors) => {
  expect(refusals(strategy, manifest)).toEqual(errors);
});

const frozen = "field is immutable when `immutable` is set";

test("keeps what is immutable", () => {
  const fixed = "{data: {a: '1'}, immutable: true}";
  expect(updateRefusals(configMap, fixed, (o) => (o.data.a = "2"))).toEqual([`data: Forbidden: ${frozen}`]);
  expect(updateRefusals(configMap, fixed, (o) => (o.immutable = false))).toEqual([`immutable: Forbidden: ${frozen}`]);
  const locked = "{stringData: {a: '1'}, immutable: true}";
  expect(updateRefusals(secret, locked, (o) => (o.stringData = { b: "2" }))).toEqual([`data: Forbidden: ${frozen}`]);
  expect(updateRefusals(secret, locked, (o) => (o.type = "kubernetes.io/tls"))).toEqual([
    'type: Invalid value: "kubernetes.io/tls": field is immutable',
    "data[tls.crt]: Required value",
    "data[tls.key]: Required value",
  ]);
});

test("writes stringData over data, in base64, names like __proto__ included", () => {
  const made = drafted(secret, JSON.parse('{"data":{"a":"eA=="},"stringData":{"a":"ä","__proto__":"p"}}'));
  expect(Object.entries(made.data)).toEqual([
    ["a", "w6Q="],
    ["__proto__", "cA=="],
  ]);
  expect(made.stringData).toBeUndefined();
  expect(made.type).toBe("Opaque");
});

test("labels a namespace with its name and keeps its finalizer", () => {
  expect(drafted(namespace, "{metadata: {name: dev}}")).toMatchObject({
    metadata: { labels: { "kubernetes.io/metadata.name": "dev" } },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  });
});

import { expect, test } from "vitest";
import {
  type OpenApiSchemas,
  openApiTypeOf,
} from "../../../src/kinds/admissionregistration/validating-admission-policy/openapi-type.ts";
import {
  kindsToCheck,
  resourcesToCheck,
  typeCheck,
} from "../../../src/kinds/admissionregistration/validating-admission-policy/type-checking.ts";
import type { RuleWithOperations } from "../../../src/kinds/types/admissionregistration_v1.ts";

const schemas: OpenApiSchemas = {
  Deployment: {
    type: "object",
    properties: { spec: { allOf: [{ $ref: "#/components/schemas/Spec" }] } },
    "x-kubernetes-group-version-kind": [{ group: "apps", version: "v1", kind: "Deployment" }],
  },
  Spec: {
    type: "object",
    properties: {
      replicas: { type: "integer" },
      names: { type: "array", items: { type: "string" } },
      limits: { type: "object", additionalProperties: { $ref: "#/components/schemas/Quantity" } },
      port: { format: "int-or-string", oneOf: [{ type: "integer" }, { type: "string" }] },
      since: { type: "string", format: "date-time" },
      again: { $ref: "#/components/schemas/Spec" },
    },
  },
  Quantity: { oneOf: [{ type: "string" }, { type: "number" }] },
};
const of = { group: "apps", version: "v1", kind: "Deployment" };
const kind = { ...of, type: openApiTypeOf(schemas, of.group, of.version, of.kind)! };

const warned = (expression: string, more: object = {}): string[] =>
  typeCheck({ validations: [{ expression }], ...more }, [kind], undefined).map((w) => `${w.fieldRef}: ${w.warning}`);

test.each([
  "object.spec.replicas > 1 && oldObject.spec.again.again.replicas < 2",
  "object.spec.names.all(n, n.startsWith('a'))",
  "object.spec.limits.memory == '1' || object.spec.limits.cpu > 2",
  "object.spec.port == 80 || object.spec.port == 'http'",
  "object.spec.since < timestamp('2030-01-01T00:00:00Z')",
  "request.operation == 'CREATE' && namespaceObject.metadata.name == 'a'",
])("has nothing against %s", (expression) => expect(warned(expression)).toEqual([]));

test("says of every kind what does not fit", () => {
  expect(warned("object.replicas > 1")).toEqual([
    "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n | object.replicas > 1\n | ......^\n",
  ]);
  expect(warned("variables.r > 'x'", { variables: [{ name: "r", expression: "object.spec.replicas" }] })).toEqual([
    "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:13: found no matching overload for '_>_' applied to '(int, string)'\n | variables.r > 'x'\n | ............^\n",
  ]);
  expect(warned("params.x == 1")).toEqual([
    "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:1: undeclared reference to 'params' (in container '')\n | params.x == 1\n | ^\n",
  ]);
});

const rule = (apiGroups: string[], apiVersions: string[], resources: string[]): RuleWithOperations => ({
  ...{ apiGroups, apiVersions, resources },
  operations: ["*"],
});

test("looks at what is named without a wildcard, in order", () => {
  const resourceRules = [
    rule(["apps"], ["v1"], ["replicasets", "deployments", "deployments/scale", "*"]),
    rule(["*"], ["v1"], ["pods"]),
    rule([""], ["*"], ["pods"]),
  ];
  expect(resourcesToCheck({ matchConstraints: { resourceRules } }).map((r) => r.resource)).toEqual([
    "deployments",
    "replicasets",
  ]);
  const kinds = ["B", "A", "B"].map((k) => ({ group: "g", version: "v1", kind: k }));
  expect(kindsToCheck(kinds).map((k) => k.kind)).toEqual(["A", "B"]);
});

import { expect, test } from "vitest";
import { admissionScope, withVariables } from "../../../../src/kinds/admissionregistration/scope.ts";
import { celTypeOf } from "../../../../src/kinds/custom/cel-type.ts";
import { compileCelIn } from "../../../../src/kinds/shared/cel-error.ts";
import { celTypes, formatCelType } from "../../../../src/machinery/cel/types.ts";

const scope = withVariables(admissionScope({ params: false, authorizer: true }), { limit: celTypes.int });
const self = celTypeOf({
  type: "object",
  properties: {
    replicas: { type: "integer" },
    ratio: { type: "number" },
    name: { type: "string" },
    started: { type: "string", format: "date-time" },
    port: { "x-kubernetes-int-or-string": true },
    tags: { type: "array", items: { type: "string" } },
    labels: { type: "object", additionalProperties: { type: "string" } },
    "max-size": { type: "integer" },
    namespace: { type: "string" },
  },
})!;

test.each<[string, string]>([
  ["object.spec.replicas <= variables.limit", "bool"],
  ["object.metadata.labels", "dyn"],
  ["object.items.map(i, i.name)", "list(dyn)"],
  ["[1, 2].map(i, i * 2)", "list(int)"],
  ["[1, 2].filter(i, i > 1).size()", "int"],
  ["{'a': 1}.transformMap(k, v, v > 0)", "map(string, bool)"],
  ["object.?spec.?replicas.orValue(3) > 2", "bool"],
  ["authorizer.group('apps').resource('deployments').namespace('a').check('create').allowed()", "bool"],
  ["authorizer.requestResource.check('create').reason()", "string"],
  ["cidr('10.0.0.0/8').containsIP(ip('10.1.2.3'))", "bool"],
  ["url('https://a/b').getQuery()", "map(string, list(string))"],
  ["quantity('1Gi').add(quantity('1Mi')).isGreaterThan(quantity('1'))", "bool"],
  ["sets.contains([1, 2], [1]) && [3, 1].isSorted()", "bool"],
  ["format.dns1123Label().validate('a').hasValue()", "bool"],
  ["timestamp('2024-01-01T00:00:00Z') + duration('1h')", "timestamp"],
  ["type(1) == int ? [null] : []", "list(null)"],
  ["request.userInfo.groups.exists(g, g == 'system:masters')", "bool"],
  ["1 < 2.5", "bool"],
])("%s is of type %s", (expression, type) => {
  const compiled = compileCelIn(expression, scope);
  expect(compiled.error).toBeUndefined();
  expect(formatCelType(compiled.type!)).toBe(type);
});

const first = (expression: string, variables = scope): string =>
  /^ERROR: <input>:(.*)$/m.exec(compileCelIn(expression, variables).error ?? "")?.[1] ?? "";

test.each<[string, string]>([
  ["objct.spec", "1:1: undeclared reference to 'objct' (in container '')"],
  ["object.a.startWith('x')", "1:19: undeclared reference to 'startWith' (in container '')"],
  ["foo (1)", "1:5: undeclared reference to 'foo' (in container '')"],
  ["variables.max > 1", "1:10: undefined field 'max'"],
  ["request.user", "1:8: undefined field 'user'"],
  ["1 + 'a'", "1:3: found no matching overload for '_+_' applied to '(int, string)'"],
  ["(1) == 'a'", "1:5: found no matching overload for '_==_' applied to '(int, string)'"],
  ["'a'.startsWith(1)", "1:15: found no matching overload for 'startsWith' applied to 'string.(int)'"],
  ["size(1)", "1:5: found no matching overload for 'size' applied to '(int)'"],
  ["!1", "1:1: found no matching overload for '!_' applied to '(int)'"],
  ["true && 'a'", "1:6: found no matching overload for '_&&_' applied to '(bool, string)'"],
  ["1 ? 2 : 3", "1:3: found no matching overload for '_?_:_' applied to '(int, int, int)'"],
  ["[1][0].a", "1:7: type 'int' does not support field selection"],
  ["[1, 'a']", "1:5: expected type 'int' but found 'string'"],
  [
    "1.all(x, x > 0)",
    "1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
  ],
  ["[1].all(x, x)", "1:8: found no matching overload for '_&&_' applied to '(bool, int)'"],
  ["params.x", "1:1: undeclared reference to 'params' (in container '')"],
  ["'a'.matches('(')", "1:13: invalid matches argument"],
  ["duration('1x') > duration('1s')", "1:10: invalid duration argument"],
  ["timestamp('yesterday') == null", "1:11: invalid timestamp argument"],
  ["has(object)", "1:5: invalid argument to has() macro"],
])("%s does not compile", (expression, message) => {
  expect(first(expression)).toBe(message);
});

test.each<[string, string]>([
  ["self.replicas > 1 && self.ratio < 2 && self.port == 3", ""],
  ["self.max__dash__size > 1 && self.__namespace__ != ''", ""],
  ["self.labels.all(k, self.labels[k] != '') && self.started < timestamp('2024-01-01T00:00:00Z')", ""],
  ["self.replica > 1", "1:5: undefined field 'replica'"],
  ["self.name > 1", "1:11: found no matching overload for '_>_' applied to '(string, int)'"],
  ["self.tags.exists(t, t == 1)", "1:23: found no matching overload for '_==_' applied to '(string, int)'"],
])("in a custom resource's rule: %s", (expression, message) => {
  expect(first(expression, { self, oldSelf: self })).toBe(message);
});

test("all issues are told, each with its line drawn", () => {
  expect(compileCelIn("a &&\n  b", scope).error).toBe(
    "ERROR: <input>:1:1: undeclared reference to 'a' (in container '')\n | a &&\n | ^\n" +
      "ERROR: <input>:2:3: undeclared reference to 'b' (in container '')\n |   b\n | ..^",
  );
});

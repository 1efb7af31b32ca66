import { expect, test } from "vitest";
import { customStrategy } from "../../../src/kinds/custom/strategy.ts";
import type { JsonObject } from "../../../src/machinery/object.ts";
import { texts } from "../../support/kinds.ts";

const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      "x-kubernetes-validations": [
        { rule: "self.replicas <= self.max__dash__replicas", message: "too many" },
        { rule: "!has(self.until) || self.until > self.since" },
        { rule: "!has(self.every) || self.every < duration('1h')", reason: "FieldValueForbidden", message: "too long" },
        { rule: "!has(self.port) || self.port > 3" },
        { rule: "self.replicas >= oldSelf.replicas", messageExpression: "'was ' + string(oldSelf.replicas)" },
      ],
      properties: {
        replicas: { type: "integer" },
        "max-replicas": { type: "integer" },
        since: { type: "string", format: "date-time" },
        until: { type: "string", format: "date-time" },
        every: { type: "string", format: "duration" },
        port: { "x-kubernetes-int-or-string": true },
      },
    },
  },
};
const strategy = customStrategy(schema, false, {});
const gadget = (spec: JsonObject): any => ({
  apiVersion: "example.com/v1",
  kind: "Gadget",
  metadata: { name: "a" },
  spec,
});

test.each<[JsonObject, string[]]>([
  [{ replicas: 1, "max-replicas": 2 }, []],
  [{ replicas: 3, "max-replicas": 2 }, ['spec: Invalid value: "object": too many']],
  [{ replicas: 3 }, ['spec: Invalid value: "object": no such key: max__dash__replicas evaluating rule: too many']],
  [
    { replicas: 1, "max-replicas": 2, since: "2024-01-01T00:00:00Z", until: "2023-01-01T00:00:00Z", every: "2h" },
    [
      'spec: Invalid value: "object": failed rule: !has(self.until) || self.until > self.since',
      "spec: Forbidden: too long",
    ],
  ],
  [
    { replicas: 1, "max-replicas": 2, port: "x" },
    [
      "spec: Invalid value: \"object\": 'no such overload': call arguments did not match a supported operator, function or macro signature for rule: !has(self.port) || self.port > 3",
    ],
  ],
])("rules about %j", (spec, expected) => {
  expect(texts(strategy.validate(gadget(spec)))).toEqual(expected);
});

test("a transition rule sees the old object", () => {
  const old = gadget({ replicas: 2, "max-replicas": 5 });
  const errors = strategy.validateUpdate!(gadget({ replicas: 1, "max-replicas": 5 }), old);
  expect(texts(errors)).toEqual(['spec: Invalid value: "object": was 2']);
});

import { expect, test } from "vitest";
import type { JsonObject } from "../../../../src/machinery/object.ts";
import { applyDefaults } from "../../../../src/machinery/schema/defaults.ts";
import { fromOpenApi } from "../../../../src/machinery/schema/from-openapi.ts";
import { fromUnstructured } from "../../../../src/machinery/schema/from-unstructured.ts";
import { pruneUnknown } from "../../../../src/machinery/schema/prune.ts";
import { structure } from "../../../support/structure.ts";

test.each([
  ["apps.v1.Deployment", { spec: { replicas: "three" } }, "unrecognized type: int32"],
  ["apps.v1.Deployment", { spec: { replicas: 1.5 } }, "cannot convert float64 to int32"],
  ["apps.v1.Deployment", { spec: { paused: 1 } }, "unrecognized type: bool"],
  ["apps.v1.Deployment", { spec: [] }, "cannot restore struct from: slice"],
  ["core.v1.ConfigMap", { data: { a: 1 } }, "cannot convert int64 to string"],
  ["core.v1.ConfigMap", { data: { a: true } }, "unrecognized type: string"],
  ["core.v1.ConfigMap", { data: "x" }, "cannot restore map from string"],
  ["core.v1.Pod", { spec: { containers: { name: "x" } } }, "cannot restore slice from map"],
  ["core.v1.Pod", { spec: { containers: [{ imagePullPolicy: 1 }] } }, "cannot convert int64 to v1.PullPolicy"],
  [
    "core.v1.Pod",
    { spec: { overhead: { cpu: "x" } } },
    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  ],
  ["core.v1.Secret", { data: { a: "hello!" } }, "error decoding from json: illegal base64 data at input byte 5"],
])("%s %j does not convert", (type, value, error) => {
  expect(fromUnstructured(structure, `io.k8s.api.${type}`, value).error).toBe(error);
});

test("a map converts to what decoding would hold, unknown fields sorted by text", () => {
  const value = {
    spec: {
      replica: 1,
      replicas: 99999999999,
      template: { spec: { containers: [{ name: "a", port: 1, command: [] }] } },
    },
    metadata: { lables: {} },
  };
  const { object, unknown } = fromUnstructured(structure, "io.k8s.api.apps.v1.Deployment", value);
  expect(unknown).toEqual([
    'unknown field "metadata.lables"',
    'unknown field "spec.replica"',
    'unknown field "spec.template.spec.containers[0].port"',
  ]);
  expect(object).toEqual({
    metadata: {},
    spec: { replicas: 1215752191, template: { spec: { containers: [{ name: "a" }] } } },
  });
});

test("defaults of the table reach into lists", () => {
  const pod = {
    spec: { containers: [{ name: "a", ports: [{ containerPort: 80 }, { containerPort: 53, protocol: "UDP" }] }] },
  };
  applyDefaults(structure, { ref: "io.k8s.api.core.v1.Pod" }, pod);
  expect(pod.spec.containers[0]!.ports).toEqual([
    { containerPort: 80, protocol: "TCP" },
    { containerPort: 53, protocol: "UDP" },
  ]);
});

const shirt: JsonObject = {
  type: "object",
  required: ["spec"],
  properties: {
    spec: {
      type: "object",
      properties: {
        size: { type: "integer", default: 3 },
        note: { type: "string", nullable: true, default: "n" },
        tags: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
        parts: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["name"],
          items: { type: "object", properties: { name: { type: "string" }, count: { type: "integer", default: 1 } } },
        },
        free: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          properties: { inner: { type: "object" } },
        },
        map: { type: "object", additionalProperties: { type: "object", properties: { a: { type: "string" } } } },
        port: { "x-kubernetes-int-or-string": true },
      },
    },
  },
};

test("a CRD's schema has the shape of the table's", () => {
  const schema = fromOpenApi(shirt);
  expect(Object.keys(schema.fields!)).toEqual(["spec", "apiVersion", "kind", "metadata"]);
  expect(schema.fields!.spec!.fields).toMatchObject({
    size: { type: "integer", default: 3 },
    tags: { type: "array", listType: "set", items: { type: "string" } },
    parts: { listType: "map", listMapKeys: ["name"] },
    free: { preserveUnknown: true },
    map: { values: { fields: { a: { type: "string" } } } },
    port: { type: "integer|string" },
  });
});

test("custom objects are pruned and defaulted", () => {
  const object: JsonObject = {
    apiVersion: "example.com/v1",
    kind: "Shirt",
    metadata: { name: "s", nonsense: 1 },
    extra: 1,
    spec: {
      fabric: "wool",
      note: null,
      size: null,
      tags: null,
      parts: [{ name: "a", x: 1 }],
      free: { y: 1, inner: { z: 1 } },
      map: { k: { a: "1", b: 2 } },
    },
  };
  const schema = fromOpenApi(shirt);
  expect(pruneUnknown(structure, schema, object)).toEqual([
    'unknown field "extra"',
    'unknown field "spec.fabric"',
    'unknown field "spec.free.inner.z"',
    'unknown field "spec.map.k.b"',
    'unknown field "spec.parts[0].x"',
  ]);
  applyDefaults(structure, schema, object);
  expect(object.spec).toEqual({
    note: null,
    size: 3,
    parts: [{ name: "a", count: 1 }],
    free: { y: 1, inner: {} },
    map: { k: { a: "1" } },
  });
  expect(object.metadata).toEqual({ name: "s", nonsense: 1 });
});

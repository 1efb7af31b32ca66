import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../../src/machinery/object.ts";
import { mergePatch } from "../../../../src/machinery/patch/merge.ts";
import { PatchError } from "../../../../src/machinery/patch/patch-error.ts";
import { applyStrategicPatch } from "../../../../src/machinery/patch/strategic.ts";
import { createStrategicPatch } from "../../../../src/machinery/patch/strategic-diff.ts";
import {
  createThreeWayJsonMergePatch,
  createThreeWayMergePatch,
  identityUnchanged,
} from "../../../../src/machinery/patch/three-way.ts";
import { decodeGo } from "../../../../src/machinery/schema/decode.ts";
import { deployment } from "../../../support/arbitrary-deployment.ts";
import { structure } from "../../../support/structure.ts";

const type = "io.k8s.api.apps.v1.Deployment";
const patchOf = (original: JsonObject, modified: JsonObject, current: JsonObject, of = type): JsonObject =>
  createThreeWayMergePatch({ original, modified, current }, { structure, type: of }, { overwrite: true });
const applied = (object: JsonObject, patch: JsonObject, of = type): JsonObject =>
  applyStrategicPatch(structure, of, structuredClone(object), structuredClone(patch));

const service = "io.k8s.api.core.v1.Service";
const ports = (...list: (string | number)[][]) => list.map(([name, port]) => ({ name, port }));

test("keyed and set lists keep what others added, where upstream puts it", () => {
  const original = { metadata: { finalizers: ["x/a"] }, spec: { ports: ports(["http", 80], ["https", 443]) } };
  const modified = { metadata: { finalizers: ["x/b"] }, spec: { ports: ports(["http", 80], ["https", 8443]) } };
  const current = {
    metadata: { finalizers: ["x/a", "x/live"] },
    spec: { ports: ports(["http", 80], ["https", 443], ["extra", 9000]) },
  };
  const patch = patchOf(original, modified, current, service);
  expect(patch).toEqual({
    metadata: {
      finalizers: ["x/b"],
      "$deleteFromPrimitiveList/finalizers": ["x/a"],
      "$setElementOrder/finalizers": ["x/b"],
    },
    spec: {
      ports: [
        { name: "https", port: 8443 },
        { port: 443, $patch: "delete" },
      ],
      "$setElementOrder/ports": [{ port: 80 }, { port: 8443 }],
    },
  });
  expect(applied(current, patch, service)).toEqual({
    metadata: { finalizers: ["x/b", "x/live"] },
    spec: { ports: ports(["http", 80], ["extra", 9000], ["https", 8443]) },
  });
});

test("what the file no longer has goes; what it never had stays; nulls are asked for", () => {
  const original = { metadata: { labels: { a: "1", tier: "x" } }, spec: { replicas: 1 } };
  const modified = { metadata: { labels: { a: "1" }, annotations: null }, spec: { paused: null } };
  const current = {
    metadata: { labels: { a: "1", tier: "x", extra: "k" }, annotations: { n: "m" } },
    spec: { replicas: 4 },
  };
  const patch = patchOf(original, modified, current);
  expect(patch).toEqual({
    metadata: { labels: { tier: null }, annotations: null },
    spec: { replicas: null, paused: null },
  });
  expect(applied(current, patch)).toEqual({ metadata: { labels: { a: "1", extra: "k" } }, spec: {} });
});

test("a strategy that changes its type drops the other's fields", () => {
  const current = { spec: { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } } } };
  expect(patchOf({}, { spec: { strategy: { type: "Recreate" } } }, current)).toEqual({
    spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } },
  });
});

test("conflicts and changed identities are refused", () => {
  const refused = (action: () => unknown): string | undefined => {
    try {
      action();
    } catch (error) {
      if (error instanceof PatchError) return error.kind;
    }
    return undefined;
  };
  const three = {
    original: { spec: { replicas: 1 } },
    modified: { spec: { replicas: 2 } },
    current: { spec: { replicas: 3 } },
  };
  const schema = { structure, type };
  expect(refused(() => createThreeWayMergePatch(three, schema, { overwrite: false }))).toBe("conflict");
  expect(refused(() => createThreeWayMergePatch(three, schema, { overwrite: true }))).toBeUndefined();
  const agree = { ...three, current: { spec: { replicas: 2 } } };
  expect(refused(() => createThreeWayMergePatch(agree, schema, { overwrite: false }))).toBeUndefined();
  const named = (name: string): JsonObject => ({ metadata: { name } });
  const renamed = { original: {}, modified: named("a"), current: named("b") };
  expect(
    refused(() => createThreeWayMergePatch(renamed, schema, { overwrite: true, preconditions: identityUnchanged })),
  ).toBe("precondition");
  expect(refused(() => createThreeWayJsonMergePatch(renamed, { preconditions: identityUnchanged }))).toBe(
    "precondition",
  );
});

test("custom objects merge by JSON merge patch", () => {
  const patch = createThreeWayJsonMergePatch({
    original: { spec: { a: 1, gone: 1, list: [1] } },
    modified: { spec: { a: 2, list: [1, 2], empty: {} } },
    current: { spec: { a: 1, gone: 1, live: 1, list: [9] } },
  });
  expect(patch).toEqual({ spec: { a: 2, gone: null, list: [1, 2], empty: {} } });
});

test("a created patch makes the one of the other", () => {
  fc.assert(
    fc.property(deployment, deployment, (original, modified) => {
      const patch = createStrategicPatch(structure, type, original, modified);
      expect(applied(original, patch)).toEqual(modified);
      expect(createStrategicPatch(structure, type, modified, modified)).toEqual({});
    }),
  );
});

test("applying a file twice changes nothing the second time, whatever is live", () => {
  fc.assert(
    fc.property(deployment, deployment, deployment, (original, modified, current) => {
      // Directives about what is not there stay in upstream's result; decoding drops them.
      const held = (object: JsonObject): JsonObject => decodeGo(structure, type, object).object;
      const once = held(applied(current, patchOf(original, modified, current)));
      expect(held(applied(once, patchOf(modified, modified, once)))).toEqual(once);
      const merged = mergePatch(current, createThreeWayJsonMergePatch({ original, modified, current })) as JsonObject;
      expect(createThreeWayJsonMergePatch({ original: modified, modified, current: merged })).toEqual({});
    }),
  );
});

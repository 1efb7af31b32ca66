import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../../src/machinery/object.ts";
import { applyServerSide } from "../../../../src/machinery/patch/apply.ts";
import { lastAppliedAnnotation } from "../../../../src/machinery/patch/last-applied.ts";
import { type TrackingContext, trackUpdate } from "../../../../src/machinery/patch/managed-fields.ts";
import { decodeGo } from "../../../../src/machinery/schema/decode.ts";
import { encodeGo } from "../../../../src/machinery/schema/encode.ts";
import { StatusError } from "../../../../src/machinery/status-error.ts";
import { deployment as anyDeployment } from "../../../support/arbitrary-deployment.ts";
import { structure } from "../../../support/structure.ts";

const contextOf = (type: string, apiVersion: string, subresource = ""): TrackingContext => ({
  structure,
  schema: { ref: `io.k8s.api.${type}` },
  apiVersion,
  subresource,
  time: "2026-11-20T08:00:00Z",
});
const configMaps = contextOf("core.v1.ConfigMap", "v1");
const deployments = contextOf("apps.v1.Deployment", "apps/v1");
const cm = (data?: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "cfg", namespace: "default", ...metadata },
  ...(data === undefined ? {} : { data }),
});
const deployment = (spec: JsonObject): JsonObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default" },
  spec,
});

/** As an apiserver goes on with what applying came to. */
function apply(
  context: TrackingContext,
  live: JsonObject | undefined,
  applied: JsonObject,
  manager: string,
  force = false,
): JsonObject {
  const merged = applyServerSide(context, { live, applied, manager, force });
  return encodeGo(structure, context.schema.ref!, decodeGo(structure, context.schema.ref!, merged).object);
}
function update(context: TrackingContext, live: JsonObject, updated: JsonObject, manager: string): JsonObject {
  return { ...updated, metadata: { ...updated.metadata, managedFields: trackUpdate(context, live, updated, manager) } };
}
const owners = (object: JsonObject): string[] =>
  object.metadata.managedFields.map((e: JsonObject) => `${e.manager} ${e.operation} ${JSON.stringify(e.fieldsV1)}`);
const refusal = (action: () => unknown): StatusError => {
  try {
    action();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error("was accepted");
};

test("an applier owns what it sends, and applying again changes nothing", () => {
  const first = apply(configMaps, undefined, cm({ a: "1", b: "2" }), "kubectl");
  expect(owners(first)).toEqual(['kubectl Apply {"f:data":{"f:a":{},"f:b":{}}}']);
  expect(apply(configMaps, first, cm({ a: "1", b: "2" }), "kubectl")).toEqual(first);
});

test("another applier conflicts, shares, takes by force; what nobody applies any more goes", () => {
  const first = apply(configMaps, undefined, cm({ a: "1", b: "2" }), "kubectl");
  const error = refusal(() => apply(configMaps, first, cm({ a: "x", b: "2" }), "other"));
  expect(error.message).toBe('Apply failed with 1 conflict: conflict with "kubectl": .data.a');
  expect(error.status).toMatchObject({
    code: 409,
    reason: "Conflict",
    details: { causes: [{ reason: "FieldManagerConflict", message: 'conflict with "kubectl"', field: ".data.a" }] },
  });
  const forced = apply(configMaps, first, cm({ a: "x", b: "2" }), "other", true);
  expect(forced.data).toEqual({ a: "x", b: "2" });
  expect(owners(forced)).toEqual(['kubectl Apply {"f:data":{"f:b":{}}}', 'other Apply {"f:data":{"f:a":{},"f:b":{}}}']);
  const less = apply(configMaps, forced, cm({ b: "2" }), "kubectl");
  expect(less.data).toEqual({ a: "x", b: "2" });
  const gone = apply(configMaps, less, cm(), "other");
  expect(gone.data).toEqual({ b: "2" });
  expect(owners(gone)).toEqual(['kubectl Apply {"f:data":{"f:b":{}}}']);
});

test("conflicts name updaters with version and subresource, several in a list", () => {
  const first = apply(configMaps, undefined, cm({ a: "1", b: "2" }), "kubectl");
  const patched = update(configMaps, first, { ...first, data: { a: "p", b: "q" } }, "kubectl-patch");
  expect(refusal(() => apply(configMaps, patched, cm({ a: "1", b: "2" }), "kubectl")).message).toBe(
    'Apply failed with 2 conflicts: conflicts with "kubectl-patch" using v1:\n- .data.a\n- .data.b',
  );
  const spec = {
    replicas: 2,
    selector: { matchLabels: { app: "web" } },
    template: { spec: { containers: [{ name: "c", image: "i" }] } },
  };
  const web = apply(deployments, undefined, deployment(spec), "kubectl");
  const scaled = update(
    contextOf("apps.v1.Deployment", "apps/v1", "scale"),
    web,
    { ...web, spec: { ...web.spec, replicas: 5 } },
    "kubectl",
  );
  expect(refusal(() => apply(deployments, scaled, deployment(spec), "kubectl")).message).toBe(
    'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
  );
  const { replicas: _, ...rest } = spec;
  expect(apply(deployments, scaled, deployment(rest), "kubectl").spec.replicas).toBe(5);
});

test("keyed lists merge by key and keep the order of the live object around what is applied", () => {
  const containers = (...names: string[]) =>
    deployment({ template: { spec: { containers: names.map((name) => ({ name, image: name })) } } });
  const names = (object: JsonObject) => object.spec.template.spec.containers.map((c: JsonObject) => c.name);
  const live = apply(deployments, undefined, containers("a", "b", "c"), "one");
  const more = apply(deployments, live, containers("c", "x", "a"), "two", true);
  expect(names(more)).toEqual(["b", "c", "x", "a"]);
  expect(names(apply(deployments, more, containers("x"), "two"))).toEqual(["b", "c", "x", "a"]);
  expect(names(apply(deployments, more, containers("a"), "one"))).toEqual(["c", "x", "a"]);
});

test("fields of updaters are kept when an applier drops them", () => {
  const live = apply(configMaps, undefined, cm({ a: "1" }, { labels: { l: "1" } }), "one");
  const updated = update(configMaps, live, { ...live, data: { a: "1", z: "9" } }, "two");
  const left = apply(configMaps, updated, cm(), "one");
  expect(left.data).toEqual({ z: "9" });
  expect(left.metadata.labels).toBeUndefined();
});

test("kubectl takes over what its client-side apply left, and keeps the annotation in step", () => {
  const annotated = (data: JsonObject): JsonObject =>
    cm(data, { annotations: { [lastAppliedAnnotation]: `${JSON.stringify({ ...cm(data) })}\n` } });
  const created = annotated({ a: "1", b: "2" });
  const live = update(configMaps, undefined as unknown as JsonObject, created, "kubectl-client-side-apply");
  expect(refusal(() => apply(configMaps, live, cm({ a: "x" }), "ci")).message).toContain(
    'conflict with "kubectl-client-side-apply" using v1: .data.a',
  );
  const taken = apply(configMaps, live, cm({ a: "x" }), "kubectl");
  expect(taken.data).toEqual({ a: "x", b: "2" });
  expect(taken.metadata.annotations[lastAppliedAnnotation]).toBe(
    '{"apiVersion":"v1","data":{"a":"x"},"kind":"ConfigMap","metadata":{"name":"cfg","namespace":"default"}}\n',
  );
});

test("an untracked object belongs to before-first-apply", () => {
  const taken = refusal(() => apply(configMaps, cm({ a: "1" }, { uid: "u" }), cm({ a: "2" }), "kubectl"));
  expect(taken.message).toBe('Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a');
});

test.each([
  [
    configMaps,
    { ...cm(), metadata: { name: "new", namespace: "default" }, bogus: 1 },
    500,
    "failed to create typed patch object (default/new; /v1, Kind=ConfigMap): .bogus: field not declared in schema",
  ],
  [
    deployments,
    deployment({ replicas: "x" }),
    500,
    "failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.replicas: expected numeric (int or float), got string",
  ],
  [
    deployments,
    deployment({ template: { spec: { containers: [{ image: "x" }] } } }),
    500,
    'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): .spec.template.spec.containers: element 0: associative list with keys has an element that omits key field "name" (and doesn\'t have default value)',
  ],
  [
    deployments,
    deployment({ template: { spec: { containers: [{ name: "a" }, { name: "a", image: 1 }] } } }),
    500,
    'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): errors:\n  .spec.template.spec.containers: duplicate entries for key [name="a"]\n  .spec.template.spec.containers[name="a"].image: expected string, got &value.valueUnstructured{Value:1}',
  ],
  [
    configMaps,
    { ...cm(), apiVersion: "v2" },
    400,
    "Incorrect version specified in apply patch. Specified patch version: v2, expected: v1",
  ],
  [configMaps, cm({}, { managedFields: [] }), 400, "metadata.managedFields must be nil"],
])("refuses what does not fit %#", (context, applied, code, message) => {
  const error = refusal(() => apply(context, undefined, applied, "kubectl"));
  expect([error.code, error.message]).toEqual([code, message]);
});

test("whatever is applied comes to be, is owned, and applying it again changes nothing", () => {
  fc.assert(
    fc.property(anyDeployment, anyDeployment, (first, second) => {
      const live = apply(deployments, undefined, first, "one");
      expect(apply(deployments, live, first, "one")).toEqual(live);
      const taken = apply(deployments, live, second, "two", true);
      expect(apply(deployments, taken, second, "two")).toEqual(taken);
      // When the first applier lets go, what is left is what the second one wants.
      const left = apply(deployments, taken, deployment({}), "one");
      expect(left.spec.replicas).toBe(second.spec.replicas);
      expect(left.spec.template.spec.hostname).toBe(second.spec.template.spec.hostname);
      expect((left.spec.template.spec.containers ?? []).map((c: JsonObject) => c.name).sort()).toEqual(
        (second.spec.template.spec.containers ?? []).map((c: JsonObject) => c.name).sort(),
      );
    }),
  );
});

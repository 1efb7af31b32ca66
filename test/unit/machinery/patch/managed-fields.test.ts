import { expect, test } from "vitest";
import type { JsonObject, ManagedFieldsEntry } from "../../../../src/machinery/object.ts";
import { csaUpgradePatch } from "../../../../src/machinery/patch/csa-upgrade.ts";
import { equalButForTimes, type TrackingContext, trackUpdate } from "../../../../src/machinery/patch/managed-fields.ts";
import { structure } from "../../../support/structure.ts";

const context = (type: string, apiVersion: string, more: Partial<TrackingContext> = {}): TrackingContext => ({
  structure,
  schema: { ref: `io.k8s.api.${type}` },
  apiVersion,
  subresource: "",
  time: "2026-11-20T08:00:00Z",
  ...more,
});
const configMaps = context("core.v1.ConfigMap", "v1");
const cm = (data: JsonObject, metadata: JsonObject = {}): JsonObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "cfg", namespace: "default", ...metadata },
  data,
});
const owners = (entries: readonly ManagedFieldsEntry[]) =>
  entries.map((e) => `${e.manager} ${e.operation} ${JSON.stringify(e.fieldsV1)}`);

test("who creates owns what it set, maps included, but nothing of its identity", () => {
  const created = cm(
    { a: "1" },
    { labels: { app: "web" }, annotations: { note: "n" }, uid: "u", creationTimestamp: "x" },
  );
  expect(trackUpdate(configMaps, undefined, created, "kubectl-create")).toEqual([
    {
      manager: "kubectl-create",
      operation: "Update",
      apiVersion: "v1",
      time: "2026-11-20T08:00:00Z",
      fieldsType: "FieldsV1",
      fieldsV1: {
        "f:data": { ".": {}, "f:a": {} },
        "f:metadata": { "f:annotations": { ".": {}, "f:note": {} }, "f:labels": { ".": {}, "f:app": {} } },
      },
    },
  ]);
});

test("structs and lists that Go always writes are not owned as such", () => {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "web" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          containers: [{ name: "nginx", image: "nginx", ports: [{ containerPort: 80, protocol: "TCP" }] }],
          securityContext: {},
          volumes: [{ name: "v", emptyDir: {} }],
        },
      },
    },
  };
  const [entry] = trackUpdate(context("apps.v1.Deployment", "apps/v1"), undefined, deployment, "m");
  expect(JSON.stringify(entry!.fieldsV1)).toBe(
    JSON.stringify({
      "f:spec": {
        "f:replicas": {},
        "f:selector": {},
        "f:strategy": { "f:rollingUpdate": { ".": {}, "f:maxSurge": {} }, "f:type": {} },
        "f:template": {
          "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
          "f:spec": {
            "f:containers": {
              'k:{"name":"nginx"}': {
                ".": {},
                "f:image": {},
                "f:name": {},
                "f:ports": {
                  ".": {},
                  'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {}, "f:protocol": {} },
                },
                "f:resources": {},
              },
            },
            "f:securityContext": {},
            "f:volumes": { ".": {}, 'k:{"name":"v"}': { ".": {}, "f:emptyDir": {}, "f:name": {} } },
          },
        },
      },
    }),
  );
});

test("changes move between managers, and who owns nothing is gone", () => {
  const first = cm({ a: "1", b: "2" });
  const metadata = { managedFields: trackUpdate(configMaps, undefined, first, "one") };
  const live = cm({ a: "1", b: "2" }, metadata);
  const later = { ...configMaps, time: "2026-11-20T09:00:00Z" };
  const second = trackUpdate(later, live, cm({ a: "x" }, metadata), "two");
  expect(owners(second)).toEqual(['one Update {"f:data":{}}', 'two Update {"f:data":{"f:a":{}}}']);
  expect(second.map((e) => e.time)).toEqual(["2026-11-20T08:00:00Z", "2026-11-20T09:00:00Z"]);
  const third = trackUpdate(later, cm({ a: "x" }, { managedFields: second }), { ...cm({}), data: undefined }, "three");
  expect(owners(third)).toEqual([]);
});

test("a write that changes nothing leaves the entry and its time", () => {
  const entries = trackUpdate(configMaps, undefined, cm({ a: "1" }), "one");
  const live = cm({ a: "1" }, { managedFields: entries });
  expect(trackUpdate({ ...configMaps, time: "2026-11-20T09:00:00Z" }, live, live, "one")).toEqual(entries);
});

test("an object that nobody tracks stays so; [{}] resets; fields of another endpoint are not owned", () => {
  expect(trackUpdate(configMaps, cm({ a: "1" }), cm({ a: "2" }), "m")).toEqual([]);
  const live = cm({ a: "1" }, { managedFields: trackUpdate(configMaps, undefined, cm({ a: "1" }), "one") });
  expect(trackUpdate(configMaps, live, cm({ a: "2" }, { managedFields: [{}] }), "m")).toEqual([]);
  const pods = context("core.v1.Pod", "v1", { resetFields: [["status"]] });
  const pod = { apiVersion: "v1", kind: "Pod", metadata: {}, spec: { nodeName: "n" }, status: { phase: "Running" } };
  expect(owners(trackUpdate(pods, undefined, pod, "m"))).toEqual(['m Update {"f:spec":{"f:nodeName":{}}}']);
});

test("the oldest of many updaters share one entry", () => {
  let live = cm({ k: "0" });
  live.metadata.managedFields = trackUpdate(configMaps, undefined, live, "m0");
  for (let i = 1; i < 13; i++) {
    const next: JsonObject = { ...live, data: { ...live.data, [`k${i}`]: "x" } };
    const time = `2026-11-20T08:00:${String(i).padStart(2, "0")}Z`;
    const managedFields = trackUpdate({ ...configMaps, time }, live, next, `m${i}`);
    live = { ...next, metadata: { ...next.metadata, managedFields } };
  }
  const entries: ManagedFieldsEntry[] = live.metadata.managedFields;
  expect(entries).toHaveLength(10);
  expect(owners(entries)[0]).toBe('ancient-changes Update {"f:data":{".":{},"f:k":{},"f:k1":{},"f:k2":{},"f:k3":{}}}');
});

test("times and revision alone make no difference", () => {
  const a = cm({ a: "1" }, { resourceVersion: "1", managedFields: [{ manager: "m", time: "1" }] });
  const b = cm({ a: "1" }, { resourceVersion: "2", managedFields: [{ manager: "m", time: "2" }] });
  expect(equalButForTimes(a, b)).toBe(true);
  expect(equalButForTimes(a, cm({ a: "2" }))).toBe(false);
});

test("client-side apply's fields go to the server-side applier", () => {
  const annotation = { "f:kubectl.kubernetes.io/last-applied-configuration": {} };
  const fieldsV1 = { "f:data": { ".": {}, "f:a": {} }, "f:metadata": { "f:annotations": { ".": {}, ...annotation } } };
  const csa = {
    manager: "kubectl-client-side-apply",
    operation: "Update",
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1,
    time: "t",
  };
  const other = {
    manager: "x",
    operation: "Update",
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1: { "f:data": { "f:z": {} } },
  };
  const object = cm({ a: "1" }, { resourceVersion: "7", managedFields: [csa, other] });
  const patch = csaUpgradePatch(object, ["kubectl-client-side-apply"], "kubectl");
  const moved = { ...csa, manager: "kubectl", operation: "Apply" };
  expect(patch).toEqual([
    { op: "replace", path: "/metadata/managedFields", value: [moved, other] },
    { op: "replace", path: "/metadata/resourceVersion", value: "7" },
  ]);
  expect(csaUpgradePatch(cm({}, { managedFields: [other] }), ["kubectl-client-side-apply"], "kubectl")).toBeUndefined();
});

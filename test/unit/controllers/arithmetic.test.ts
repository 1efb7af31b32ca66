import { expect, test } from "vitest";
import { fenceposts, newSetReplicas, proportion } from "../../../src/controllers/deployment/arithmetic.ts";
import { decide, type History } from "../../../src/controllers/hpa/behavior.ts";
import { freeAddress, ipNumber, ipText, poolsOf } from "../../../src/controllers/load-balancer/address-pool.ts";
import { bestMatch, mismatch } from "../../../src/controllers/persistent-volume/match.ts";
import { contentHash, safeEncode } from "../../../src/controllers/shared/hash.ts";
import { scaledValue } from "../../../src/controllers/shared/int-or-percent.ts";
import { deletionOrder } from "../../../src/controllers/shared/pods.ts";
import type { Deployment, ReplicaSet } from "../../../src/kinds/types/apps_v1.ts";
import type { HorizontalPodAutoscaler } from "../../../src/kinds/types/autoscaling_v2.ts";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../../src/kinds/types/core_v1.ts";

test.each([
  ["25%", 10, true, 3],
  ["25%", 10, false, 2],
  [3, 10, true, 3],
  [undefined, 10, true, 0],
  ["0%", 4, true, 0],
])("%s of %i", (value, total, up, expected) => {
  expect(scaledValue(value, total, up)).toBe(expected);
});

const deployment = (replicas: number, maxSurge: number | string, maxUnavailable: number | string): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: {},
  spec: {
    replicas,
    selector: {},
    template: {},
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } },
  },
});
const set = (replicas: number, max: number): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { annotations: { "deployment.kubernetes.io/max-replicas": String(max) } },
  spec: { replicas, selector: {} },
});

test.each([
  [10, "25%", "25%", 3, 2],
  [3, "25%", "25%", 1, 0],
  [2, 0, "25%", 0, 1],
  [1, "100%", 0, 1, 0],
])("fenceposts of %i with %s and %s", (replicas, maxSurge, maxUnavailable, surge, unavailable) => {
  expect(fenceposts(deployment(replicas, maxSurge, maxUnavailable))).toEqual({ surge, unavailable });
});

test("a new set gets what room there is", () => {
  expect(newSetReplicas(deployment(10, 3, 2), [set(10, 13)], 0)).toBe(3);
  expect(newSetReplicas(deployment(10, 3, 2), [set(8, 13), set(3, 13)], 3)).toBe(5);
  expect(newSetReplicas(deployment(10, 3, 2), [set(13, 13)], 0)).toBe(0);
});

test("a set's share of a new size", () => {
  expect(proportion(set(8, 13), deployment(15, 3, 2), 5, 0)).toBe(3);
  expect(proportion(set(8, 13), deployment(15, 3, 2), 2, 1)).toBe(1);
  expect(proportion(set(8, 13), deployment(0, 3, 2), -13, 0)).toBe(-8);
});

test("hashes have no vowels, are stable and differ by collision", () => {
  expect(safeEncode("0123456789")).toBe("456789bcdf");
  expect(contentHash({ a: 1, b: [2] })).toBe(contentHash({ b: [2], a: 1, c: undefined }));
  expect(contentHash({ a: 1 })).not.toBe(contentHash({ a: 1 }, 1));
});

const pod = (name: string, status: Pod["status"], spec: object = { nodeName: "n" }, annotations = {}): Pod =>
  ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, uid: name, annotations, creationTimestamp: "2026-01-01T00:00:00Z" },
    spec,
    status,
  }) as Pod;
const ready = (since: string, restartCount = 0): Pod["status"] => ({
  phase: "Running",
  conditions: [{ type: "Ready", status: "True", lastTransitionTime: since }],
  containerStatuses: [{ name: "c", restartCount, image: "", imageID: "", ready: true }],
});

test("pods that help least are deleted first", () => {
  const old = "2026-01-01T00:00:00Z";
  const pods = [
    pod("old", ready(old)),
    pod("cheap", ready(old), { nodeName: "n" }, { "controller.kubernetes.io/pod-deletion-cost": "-5" }),
    pod("young", ready("2026-01-02T00:00:00Z")),
    pod("unready", { phase: "Running" }),
    pod("pending", { phase: "Pending" }),
    pod("unbound", { phase: "Pending" }, {}),
    pod("doubled", ready(old), { nodeName: "crowded" }),
  ];
  const rank = (p: Pod): number => (p.spec?.nodeName === "crowded" ? 2 : 1);
  const order = [...pods].sort(deletionOrder(rank, Date.parse("2026-01-02T01:00:00Z"))).map((p) => p.metadata.name);
  expect(order).toEqual(["unbound", "pending", "unready", "cheap", "doubled", "young", "old"]);
});

const volume = (name: string, storage: string, accessModes: string[], more: object = {}): PersistentVolume => ({
  apiVersion: "v1",
  kind: "PersistentVolume",
  metadata: { name },
  spec: { capacity: { storage }, accessModes, storageClassName: "manual", ...more },
  status: { phase: "Available" },
});
const claim: PersistentVolumeClaim = {
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "c", namespace: "n", uid: "u" },
  spec: { accessModes: ["ReadWriteOnce"], storageClassName: "manual", resources: { requests: { storage: "1Gi" } } },
};

test("the smallest volume with the fewest modes wins, a reserved one before all", () => {
  const volumes = [
    volume("both", "1Gi", ["ReadWriteOnce", "ReadOnlyMany"]),
    volume("big", "9Gi", ["ReadWriteOnce"]),
    volume("fit", "2Gi", ["ReadWriteOnce"]),
    volume("tiny", "500Mi", ["ReadWriteOnce"]),
    volume("other", "1Gi", ["ReadWriteOnce"], { storageClassName: "x" }),
  ];
  const reserved = volume("mine", "20Gi", ["ReadWriteOnce"], { claimRef: { namespace: "n", name: "c" } });
  expect(bestMatch(volumes, claim, false)?.metadata.name).toBe("fit");
  expect(bestMatch(volumes, claim, true)).toBeUndefined();
  expect(bestMatch([...volumes, reserved], claim, true)?.metadata.name).toBe("mine");
  expect(volumes.map((v) => mismatch(v, claim))).toEqual([
    undefined,
    undefined,
    undefined,
    "requested PV is too small",
    "storageClassName does not match",
  ]);
});

test("address pools", () => {
  const pools = poolsOf(
    "address-pools:\n- name: default\n  addresses:\n  - 172.18.255.200-172.18.255.202\n  - 10.0.0.0/30\n",
  );
  expect(pools.map((p) => p.map(ipText))).toEqual([
    ["172.18.255.200", "172.18.255.202"],
    ["10.0.0.0", "10.0.0.3"],
  ]);
  expect(freeAddress(pools, new Set(["172.18.255.200"]))).toBe("172.18.255.201");
  expect(freeAddress([[1, 2]], new Set(["0.0.0.1", "0.0.0.2"]))).toBeUndefined();
  expect(ipNumber("1.2.3.256")).toBeUndefined();
});

const hpa = (behavior?: object): HorizontalPodAutoscaler => ({
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: {},
  spec: {
    minReplicas: 2,
    maxReplicas: 30,
    scaleTargetRef: { kind: "Deployment", name: "d" },
    ...(behavior ? { behavior } : {}),
  },
});
const reasons = (
  h: HorizontalPodAutoscaler,
  history: History,
  current: number,
  wanted: number,
  now = 1_000_000,
): [number, string] => {
  const { replicas, conditions } = decide(h, history, current, wanted, now);
  return [replicas, conditions.map((c) => c.reason).join(" ")];
};

test("autoscaling keeps to rates, bounds and windows", () => {
  const empty = (): History => ({ recommendations: [], scaled: [] });
  expect(reasons(hpa(), empty(), 3, 20)).toEqual([6, "ReadyForNewScale ScaleUpLimit"]);
  expect(reasons(hpa(), empty(), 20, 50)).toEqual([30, "ReadyForNewScale TooManyReplicas"]);
  expect(reasons(hpa(), empty(), 5, 1)).toEqual([2, "ReadyForNewScale TooFewReplicas"]);
  const recent: History = { recommendations: [{ at: 900_000, replicas: 8 }], scaled: [] };
  expect(reasons(hpa(), recent, 8, 3)).toEqual([8, "ScaleDownStabilized DesiredWithinRange"]);
  expect(reasons(hpa(), recent, 8, 3, 1_300_000)).toEqual([3, "ReadyForNewScale DesiredWithinRange"]);
});

test("autoscaling policies count what was done within their period", () => {
  const behavior = {
    scaleUp: {
      policies: [{ type: "Pods", value: 2, periodSeconds: 60 }],
      selectPolicy: "Max",
      stabilizationWindowSeconds: 0,
    },
    scaleDown: {
      policies: [{ type: "Percent", value: 50, periodSeconds: 60 }],
      selectPolicy: "Max",
      stabilizationWindowSeconds: 0,
    },
  };
  const fresh = (): History => ({ recommendations: [], scaled: [] });
  expect(reasons(hpa(behavior), fresh(), 4, 10)).toEqual([6, "ReadyForNewScale ScaleUpLimit"]);
  const done: History = { recommendations: [], scaled: [{ at: 990_000, change: 2 }] };
  expect(reasons(hpa(behavior), done, 6, 10)).toEqual([6, "ReadyForNewScale ScaleUpLimit"]);
  expect(reasons(hpa(behavior), fresh(), 20, 3)).toEqual([10, "ReadyForNewScale ScaleDownLimit"]);
  expect(
    reasons(hpa({ scaleDown: { selectPolicy: "Disabled", stabilizationWindowSeconds: 0 } }), fresh(), 20, 3)[0],
  ).toBe(20);
});

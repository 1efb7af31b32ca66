import { expect, test } from "vitest";
import { horizontalPodAutoscalerV1 as v1 } from "../../../src/kinds/autoscaling/horizontal-pod-autoscaler/convert.ts";
import { strategy } from "../../../src/kinds/autoscaling/horizontal-pod-autoscaler/strategy.ts";
import { eventsV1 } from "../../../src/kinds/events/event/convert.ts";
import type { KubeObject } from "../../../src/machinery/object.ts";
import { drafted, refusals } from "../../support/kinds.ts";

const target = "scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}";

test("refuses an autoscaler that aims at nothing", () => {
  expect(
    refusals(
      strategy,
      "{spec: {scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: ''}, minReplicas: 5, maxReplicas: 2, metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization}}}]}}",
    ),
  ).toEqual([
    "spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`",
    "spec.scaleTargetRef.name: Required value",
    "spec.metrics[0].resource.target.averageUtilization: Required value: must set either a target raw value or a target utilization",
  ]);
});

test("fills in metrics and behavior", () => {
  expect(
    drafted(
      strategy,
      `{spec: {${target}, maxReplicas: 6, behavior: {scaleDown: {stabilizationWindowSeconds: 60, policies: [{type: Percent, value: 10, periodSeconds: 60}]}}}}`,
    ).spec,
  ).toMatchObject({
    minReplicas: 1,
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }],
    behavior: {
      scaleDown: {
        policies: [{ periodSeconds: 60, type: "Percent", value: 10 }],
        selectPolicy: "Max",
        stabilizationWindowSeconds: 60,
      },
      scaleUp: {
        policies: [
          { periodSeconds: 15, type: "Pods", value: 4 },
          { periodSeconds: 15, type: "Percent", value: 100 },
        ],
        selectPolicy: "Max",
        stabilizationWindowSeconds: 0,
      },
    },
  });
});

const stored: KubeObject = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { name: "web" },
  spec: {
    maxReplicas: 5,
    minReplicas: 2,
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" },
    metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } } }],
  },
};

test("shows a v2 autoscaler as v1, and reads it back", () => {
  const shown = v1.fromStorage(stored);
  expect(shown).toEqual({
    apiVersion: "autoscaling/v1",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: {
      maxReplicas: 5,
      minReplicas: 2,
      scaleTargetRef: stored.spec.scaleTargetRef,
      targetCPUUtilizationPercentage: 80,
    },
  });
  expect(v1.toStorage(shown)).toEqual(stored);
});

test("carries what v1 cannot say in annotations, both ways", () => {
  const memory = {
    type: "Resource",
    resource: { name: "memory", target: { type: "AverageValue", averageValue: "200Mi" } },
  };
  const behavior = {
    scaleDown: { stabilizationWindowSeconds: 60, policies: [{ type: "Pods", value: 1, periodSeconds: 15 }] },
  };
  const rich = { ...stored, spec: { ...stored.spec, metrics: [memory, ...stored.spec.metrics], behavior } };
  const shown = v1.fromStorage(rich);
  expect(shown.metadata.annotations!["autoscaling.alpha.kubernetes.io/metrics"]).toBe(
    '[{"type":"Resource","resource":{"name":"memory","targetAverageValue":"200Mi"}}]',
  );
  expect(v1.toStorage(shown)).toEqual({ ...rich, metadata: { name: "web", annotations: {} } });
});

test("shows a core event as an event of events.k8s.io", () => {
  const core = {
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    message: "m",
    involvedObject: { kind: "Pod" },
    count: 2,
    reason: "R",
  };
  const shown = eventsV1.fromStorage(core);
  expect(shown).toEqual({
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: {},
    note: "m",
    regarding: { kind: "Pod" },
    deprecatedCount: 2,
    reason: "R",
  });
  expect(eventsV1.toStorage(shown)).toEqual(core);
});

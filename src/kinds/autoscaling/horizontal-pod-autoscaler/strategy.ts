import type { Strategy } from "../../definition.ts";
import { checkNonNegative } from "../../shared/check.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import type { HorizontalPodAutoscaler, HPAScalingRules } from "../../types/autoscaling_v2.ts";
import { checkAutoscalerSpec } from "./validation.ts";

const defaultUtilization = 80;

/** Mirrors pkg/registry/autoscaling/horizontalpodautoscaler/strategy.go, on autoscaling/v2. */
export const strategy: Strategy<HorizontalPodAutoscaler> = {
  defaults,
  prepareForCreate(autoscaler) {
    autoscaler.status = { desiredReplicas: 0 };
  },
  prepareForUpdate(autoscaler, old) {
    keep(autoscaler, old, "status");
  },
  validate: (autoscaler) => checkAutoscalerSpec(autoscaler.spec),
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: ({ status }) => [
      ...checkNonNegative(status?.currentReplicas, "status.currentReplicas"),
      ...checkNonNegative(status?.desiredReplicas, "status.desiredReplicas"),
    ],
  },
};

/** Mirrors SetDefaults_HorizontalPodAutoscaler of autoscaling/v2. */
function defaults({ spec }: HorizontalPodAutoscaler): void {
  if (!spec) return;
  spec.minReplicas ??= 1;
  if ((spec.metrics ?? []).length === 0)
    spec.metrics = [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: defaultUtilization } },
      },
    ];
  if (!spec.behavior) return;
  spec.behavior.scaleUp = withRules(spec.behavior.scaleUp, {
    stabilizationWindowSeconds: 0,
    selectPolicy: "Max",
    policies: [
      { type: "Pods", value: 4, periodSeconds: 15 },
      { type: "Percent", value: 100, periodSeconds: 15 },
    ],
  });
  spec.behavior.scaleDown = withRules(spec.behavior.scaleDown, {
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  });
}

/** What the user said goes over what is usual, list by list. Mirrors GenerateHPAScaleUpRules. */
function withRules(rules: HPAScalingRules | undefined, usual: HPAScalingRules): HPAScalingRules {
  const said = Object.entries(rules ?? {}).filter(([, value]) => value !== undefined && value !== null);
  return { ...usual, ...Object.fromEntries(said) };
}

import { type FieldError, GoLiteral, invalid } from "../../../machinery/field-error.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { Strategy } from "../../definition.ts";
import {
  checkNonNegative,
  checkNotMoreThan100Percent,
  checkOneOf,
  checkPositiveIntOrPercent,
} from "../../shared/check.ts";
import { goPointer } from "../../shared/go-syntax.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from "../../types/policy_v1.ts";

/** Mirrors pkg/registry/policy/poddisruptionbudget/strategy.go. */
export const strategy: Strategy<PodDisruptionBudget> = {
  prepareForCreate(budget) {
    budget.status = { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 };
  },
  prepareForUpdate(budget, old) {
    keep(budget, old, "status");
  },
  validate: (budget) => checkSpec(budget.spec ?? {}),
  allowUnconditionalUpdate: false,
  status: {
    prepareForUpdate: keepAllButStatus,
    validateUpdate: ({ status }) =>
      (["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] as const).flatMap((name) =>
        checkNonNegative(status?.[name], `status.${name}`),
      ),
  },
};

/** Mirrors policy validation.ValidatePodDisruptionBudgetSpec. */
function checkSpec(spec: PodDisruptionBudgetSpec): FieldError[] {
  const errors: FieldError[] = [];
  const { minAvailable, maxUnavailable } = spec;
  if (minAvailable !== undefined && maxUnavailable !== undefined)
    errors.push(invalid("spec", goSpec(spec), "minAvailable and maxUnavailable cannot be both set"));
  for (const name of ["minAvailable", "maxUnavailable"] as const)
    errors.push(
      ...checkPositiveIntOrPercent(spec[name], `spec.${name}`),
      ...checkNotMoreThan100Percent(spec[name], `spec.${name}`),
    );
  errors.push(...validateLabelSelector(spec.selector, "spec.selector"));
  if (spec.unhealthyPodEvictionPolicy !== undefined)
    errors.push(
      ...checkOneOf(
        spec.unhealthyPodEvictionPolicy,
        ["AlwaysAllow", "IfHealthyBudget"],
        "spec.unhealthyPodEvictionPolicy",
      ),
    );
  return errors;
}

const goSpec = (spec: PodDisruptionBudgetSpec): GoLiteral =>
  new GoLiteral(
    `policy.PodDisruptionBudgetSpec{MinAvailable:${goPointer("intstr.IntOrString", spec.minAvailable)}, Selector:${goPointer("v1.LabelSelector", spec.selector)}, MaxUnavailable:${goPointer("intstr.IntOrString", spec.maxUnavailable)}, UnhealthyPodEvictionPolicy:${goPointer("policy.UnhealthyPodEvictionPolicyType", spec.unhealthyPodEvictionPolicy)}}`,
  );

import { type FieldError, invalid } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { negativeMessage } from "../../shared/check.ts";
import type { Lease } from "../../types/coordination_v1.ts";

/** Mirrors pkg/registry/coordination/lease/strategy.go. */
export const strategy: Strategy<Lease> = {
  validate,
  allowCreateOnUpdate: true,
  allowUnconditionalUpdate: false,
};

function validate({ spec = {} }: Lease): FieldError[] {
  const errors: FieldError[] = [];
  const { leaseDurationSeconds: duration, leaseTransitions: transitions } = spec;
  if (typeof duration === "number" && duration <= 0)
    errors.push(invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"));
  if (typeof transitions === "number" && transitions < 0)
    errors.push(invalid("spec.leaseTransitions", transitions, negativeMessage));
  return errors;
}

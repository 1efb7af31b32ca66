import { type FieldError, fieldForbidden } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, checkRequiredOneOf } from "../../shared/check.ts";
import type { PriorityClass } from "../../types/scheduling_v1.ts";

const highestUserPriority = 1_000_000_000;
const systemClasses: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};

/** Mirrors pkg/registry/scheduling/priorityclass/strategy.go. */
export const strategy: Strategy<PriorityClass> = {
  defaults(priorityClass) {
    priorityClass.preemptionPolicy ??= "PreemptLowerPriority";
  },
  generationChanges: () => false,
  validate,
  validateUpdate: (priorityClass, old) => [
    ...((priorityClass.value ?? 0) === (old.value ?? 0)
      ? []
      : [fieldForbidden("value", "may not be changed in an update.")]),
    ...checkImmutable(priorityClass.preemptionPolicy, old.preemptionPolicy, "preemptionPolicy"),
  ],
};

function validate(priorityClass: PriorityClass): FieldError[] {
  const errors: FieldError[] = [];
  const name = priorityClass.metadata.name ?? "";
  const value = priorityClass.value ?? 0;
  if (name.startsWith("system-")) {
    const cause = systemClassError(name, value, priorityClass.globalDefault ?? false);
    if (cause)
      errors.push(
        fieldForbidden(
          "metadata.name",
          `priority class names with 'system-' prefix are reserved for system use only. error: ${cause}`,
        ),
      );
  } else if (value > highestUserPriority)
    errors.push(fieldForbidden("value", `maximum allowed value of a user defined priority is ${highestUserPriority}`));
  const policies = ["PreemptLowerPriority", "Never"];
  return [...errors, ...checkRequiredOneOf(priorityClass.preemptionPolicy, policies, "preemptionPolicy")];
}

/** Mirrors scheduling/v1 IsKnownSystemPriorityClass. */
function systemClassError(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = Object.hasOwn(systemClasses, name) ? systemClasses[name] : undefined;
  if (known === undefined) return `${name} is not a known system priority class`;
  if (known !== value) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

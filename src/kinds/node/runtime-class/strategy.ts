import { duplicate, type FieldError } from "../../../machinery/field-error.ts";
import { dns1123LabelErrors } from "../../../machinery/names.ts";
import { validateLabels } from "../../../machinery/selectors/label-selector.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, invalidEach, sortedKeys } from "../../shared/check.ts";
import { checkResourceRequirements } from "../../shared/pod/resources.ts";
import { checkTolerations } from "../../shared/pod/scheduling.ts";
import { deprecatedNodeLabels, isDeprecatedLabel } from "../../shared/pod/warnings.ts";
import type { RuntimeClass } from "../../types/node_v1.ts";

/** Mirrors pkg/registry/node/runtimeclass/strategy.go. */
export const strategy: Strategy<RuntimeClass> = {
  validate,
  validateUpdate: (runtimeClass, old) => checkImmutable(runtimeClass.handler, old.handler, "handler"),
  warnings: ({ scheduling }) =>
    sortedKeys(scheduling?.nodeSelector)
      .filter(isDeprecatedLabel)
      .map((key) => `scheduling.nodeSelector: ${deprecatedNodeLabels[key]}`),
  allowUnconditionalUpdate: false,
};

function validate(runtimeClass: RuntimeClass): FieldError[] {
  const { handler = "", overhead, scheduling } = runtimeClass;
  const errors = invalidEach("handler", handler, dns1123LabelErrors(handler));
  if (overhead) errors.push(...checkResourceRequirements({ limits: overhead.podFixed }, "overhead.podFixed"));
  errors.push(...validateLabels(scheduling?.nodeSelector, "scheduling.nodeSelector"));
  errors.push(...checkTolerations(scheduling?.tolerations, "scheduling.tolerations"));
  const seen = new Set<string>();
  for (const [i, toleration] of (scheduling?.tolerations ?? []).entries()) {
    const key = JSON.stringify(Object.entries(toleration).sort());
    if (seen.has(key)) errors.push(duplicate(`scheduling.tolerations[${i}]`, toleration.key ?? ""));
    seen.add(key);
  }
  return errors;
}

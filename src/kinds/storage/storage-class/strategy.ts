import {
  duplicate,
  type FieldError,
  fieldForbidden,
  invalid,
  required,
  tooLong,
} from "../../../machinery/field-error.ts";
import { byteLength, qualifiedNameErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, checkLabelName, checkOneOf, invalidEach, sortedKeys } from "../../shared/check.ts";
import { deprecatedNodeLabels, isDeprecatedLabel } from "../../shared/pod/warnings.ts";
import type { TopologySelectorTerm } from "../../types/core_v1.ts";
import type { StorageClass } from "../../types/storage_v1.ts";

const maxParameters = 512;
const maxParameterBytes = 256 * 1024;

/** Mirrors pkg/registry/storage/storageclass/strategy.go. */
export const strategy: Strategy<StorageClass> = {
  defaults(storageClass) {
    storageClass.reclaimPolicy ??= "Delete";
    storageClass.volumeBindingMode ??= "Immediate";
  },
  validate,
  warnings: ({ allowedTopologies = [] }) =>
    allowedTopologies.flatMap(({ matchLabelExpressions = [] }, i) =>
      matchLabelExpressions.flatMap(({ key }, j) =>
        isDeprecatedLabel(key)
          ? [`allowedTopologies[${i}].matchLabelExpressions[${j}]: ${deprecatedNodeLabels[key]}`]
          : [],
      ),
    ),
  validateUpdate(storageClass, old) {
    const errors: FieldError[] = [];
    const forbid = (field: string): void => {
      errors.push(fieldForbidden(field, `updates to ${field} are forbidden.`));
    };
    if (!deepEqual(storageClass.parameters ?? {}, old.parameters ?? {})) forbid("parameters");
    if (storageClass.provisioner !== old.provisioner) forbid("provisioner");
    if (storageClass.reclaimPolicy !== old.reclaimPolicy) forbid("reclaimPolicy");
    return [...errors, ...checkImmutable(storageClass.volumeBindingMode, old.volumeBindingMode, "volumeBindingMode")];
  },
};

function validate(storageClass: StorageClass): FieldError[] {
  const { provisioner = "" } = storageClass;
  const errors = provisioner
    ? invalidEach("provisioner", provisioner, qualifiedNameErrors(provisioner.toLowerCase()))
    : [required("provisioner")];
  errors.push(...checkParameters(storageClass.parameters));
  errors.push(...checkOneOf(storageClass.reclaimPolicy, ["Delete", "Retain"], "reclaimPolicy"));
  errors.push(
    ...checkOneOf(storageClass.volumeBindingMode, ["Immediate", "WaitForFirstConsumer"], "volumeBindingMode"),
  );
  return [...errors, ...checkTopologies(storageClass.allowedTopologies ?? [])];
}

function checkParameters(parameters: Readonly<Record<string, string>> | undefined): FieldError[] {
  const keys = sortedKeys(parameters);
  if (keys.length > maxParameters) return [tooLong("parameters", maxParameters)];
  const errors = keys.filter((k) => k === "").map((k) => invalid("parameters", k, "field can not be empty."));
  const size = keys.reduce((sum, k) => sum + byteLength(k) + byteLength(parameters![k]!), 0);
  return size > maxParameterBytes ? [...errors, tooLong("parameters", maxParameterBytes)] : errors;
}

/** Mirrors storage validation.validateAllowedTopologies. */
function checkTopologies(terms: readonly TopologySelectorTerm[]): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, term] of terms.entries()) {
    const at = `allowedTopologies[${i}]`;
    errors.push(...checkTerm(term, `${at}.matchLabelExpressions`));
    const shape = JSON.stringify(
      (term.matchLabelExpressions ?? []).map((e) => [e.key, [...(e.values ?? [])].sort()]).sort(),
    );
    if (seen.has(shape)) errors.push(duplicate(`${at}.matchLabelExpressions`, ""));
    seen.add(shape);
  }
  return errors;
}

function checkTerm(term: TopologySelectorTerm, field: string): FieldError[] {
  const keys = new Set<string>();
  return (term.matchLabelExpressions ?? []).flatMap((expression, i) => {
    const at = `${field}[${i}]`;
    const values = expression.values ?? [];
    const errors: FieldError[] = values.length === 0 ? [required(`${at}.values`)] : [];
    for (const [j, value] of values.entries())
      if (values.indexOf(value) < j) errors.push(duplicate(`${at}.values[${j}]`, value));
    errors.push(...checkLabelName(expression.key ?? "", `${at}.key`));
    if (keys.has(expression.key)) errors.push(duplicate(`${at}.key`, expression.key));
    keys.add(expression.key);
    return errors;
  });
}

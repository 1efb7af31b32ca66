import { type FieldError, invalid, required } from "../../../machinery/field-error.ts";
import { nameIsDnsSubdomain, relaxedEnvVarNameErrors } from "../../../machinery/names.ts";
import type { EnvFromSource, EnvVar } from "../../types/core_v1.ts";
import { invalidEach } from "../check.ts";
import { checkFieldRef, checkKeySelector, checkResourceFieldRef, envFieldPaths } from "./field-refs.ts";

/** Mirrors core validation.ValidateEnv. */
export function checkEnv(env: readonly EnvVar[], field: string): FieldError[] {
  return env.flatMap((variable, i) => {
    const path = `${field}[${i}]`;
    const errors = variable.name
      ? invalidEach(`${path}.name`, variable.name, relaxedEnvVarNameErrors(variable.name))
      : [required(`${path}.name`)];
    return [...errors, ...checkValueFrom(variable, `${path}.valueFrom`)];
  });
}

function checkValueFrom(variable: EnvVar, field: string): FieldError[] {
  const from = variable.valueFrom;
  if (!from) return [];
  const errors: FieldError[] = [];
  if (from.fieldRef) errors.push(...checkFieldRef(from.fieldRef, envFieldPaths, `${field}.fieldRef`));
  if (from.resourceFieldRef)
    errors.push(...checkResourceFieldRef(from.resourceFieldRef, `${field}.resourceFieldRef`, false));
  if (from.configMapKeyRef) errors.push(...checkKeySelector(from.configMapKeyRef, `${field}.configMapKeyRef`));
  if (from.secretKeyRef) errors.push(...checkKeySelector(from.secretKeyRef, `${field}.secretKeyRef`));
  const sources = [from.fieldRef, from.resourceFieldRef, from.configMapKeyRef, from.secretKeyRef].filter(
    Boolean,
  ).length;
  if (sources === 0)
    errors.push(
      invalid(field, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`"),
    );
  else if (variable.value) errors.push(invalid(field, "", "may not be specified when `value` is not empty"));
  else if (sources > 1) errors.push(invalid(field, "", "may not have more than one field specified at a time"));
  return errors;
}

/** Mirrors core validation.ValidateEnvFrom; a wrong number of sources is told at the list, as upstream has it. */
export function checkEnvFrom(envFrom: readonly EnvFromSource[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, source] of envFrom.entries()) {
    const path = `${field}[${i}]`;
    if (source.prefix)
      errors.push(...invalidEach(`${path}.prefix`, source.prefix, relaxedEnvVarNameErrors(source.prefix)));
    for (const kind of ["configMapRef", "secretRef"] as const) {
      const ref = source[kind];
      if (!ref) continue;
      if (!ref.name) errors.push(required(`${path}.${kind}.name`));
      else errors.push(...invalidEach(`${path}.${kind}.name`, ref.name, nameIsDnsSubdomain(ref.name, true)));
    }
    const sources = [source.configMapRef, source.secretRef].filter(Boolean).length;
    if (sources === 0) errors.push(invalid(field, "", "must specify one of: `configMapRef` or `secretRef`"));
    else if (sources > 1) errors.push(invalid(field, "", "may not have more than one field specified at a time"));
  }
  return errors;
}

import { type FieldError, required } from "../../machinery/field-error.ts";
import { validateLabelSelector } from "../../machinery/selectors/label-selector.ts";
import { checkOneOf } from "../shared/check.ts";
import type { MatchResources } from "../types/admissionregistration_v1.ts";
import { checkRule, defaultRules } from "./rules.ts";

/** Mirrors SetDefaults_MatchResources. */
export function defaultMatchResources(match: MatchResources): void {
  match.matchPolicy ??= "Equivalent";
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
  defaultRules(match.resourceRules as never);
  defaultRules(match.excludeResourceRules as never);
}

/** Mirrors admissionregistration validation.validateMatchResources. */
export function checkMatchResources(match: MatchResources | undefined, field: string): FieldError[] {
  if (!match) return [];
  const errors: FieldError[] = [];
  if (match.matchPolicy === undefined) errors.push(required(`${field}.matchPolicy`));
  else errors.push(...checkOneOf(match.matchPolicy, ["Equivalent", "Exact"], `${field}.matchPolicy`));
  errors.push(...validateLabelSelector(match.namespaceSelector, `${field}.namespaceSelector`));
  errors.push(...validateLabelSelector(match.objectSelector, `${field}.objectSelector`));
  for (const list of ["resourceRules", "excludeResourceRules"] as const)
    for (const [i, rule] of (match[list] ?? []).entries())
      errors.push(...checkRule(rule as never, `${field}.${list}[${i}]`));
  return errors;
}

import { type FieldError, GoLiteral, invalid, required } from "../../machinery/field-error.ts";
import { goStrings } from "../shared/go-syntax.ts";
import type { PolicyRule } from "../types/rbac_v1.ts";

/** Mirrors rbac validation.ValidatePolicyRule. */
export function checkRules(rules: readonly PolicyRule[] | undefined, namespaced: boolean): FieldError[] {
  return (rules ?? []).flatMap((rule, i) => checkRule(rule, namespaced, `rules[${i}]`));
}

const count = (list: readonly string[] | undefined): number => list?.length ?? 0;

function checkRule(rule: PolicyRule, namespaced: boolean, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (count(rule.verbs) === 0) errors.push(required(`${field}.verbs`, "verbs must contain at least one value"));
  if (count(rule.nonResourceURLs) > 0) {
    const at = `${field}.nonResourceURLs`;
    const shown = new GoLiteral(goStrings(rule.nonResourceURLs));
    if (namespaced) errors.push(invalid(at, shown, "namespaced rules cannot apply to non-resource URLs"));
    if (count(rule.apiGroups) + count(rule.resources) + count(rule.resourceNames) > 0)
      errors.push(invalid(at, shown, "rules cannot apply to both regular resources and non-resource URLs"));
    return errors;
  }
  if (count(rule.apiGroups) === 0)
    errors.push(required(`${field}.apiGroups`, "resource rules must supply at least one api group"));
  if (count(rule.resources) === 0)
    errors.push(required(`${field}.resources`, "resource rules must supply at least one resource"));
  return errors;
}

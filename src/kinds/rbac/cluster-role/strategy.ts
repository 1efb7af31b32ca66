import { type FieldError, required } from "../../../machinery/field-error.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { Strategy } from "../../definition.ts";
import type { ClusterRole } from "../../types/rbac_v1.ts";
import { checkRules } from "../rules.ts";

/** Mirrors pkg/registry/rbac/clusterrole/strategy.go. */
export const strategy: Strategy<ClusterRole> = {
  validate: (role) => [...checkRules(role.rules, false), ...checkAggregation(role)],
  nameRule: "path-segment",
  allowCreateOnUpdate: true,
};

function checkAggregation({ aggregationRule }: ClusterRole): FieldError[] {
  if (!aggregationRule) return [];
  const at = "aggregationRule.clusterRoleSelectors";
  const selectors = aggregationRule.clusterRoleSelectors ?? [];
  if (selectors.length === 0)
    return [required(at, "at least one clusterRoleSelector required if aggregationRule is non-nil")];
  return selectors.flatMap((selector, i) => validateLabelSelector(selector, `${at}[${i}]`));
}

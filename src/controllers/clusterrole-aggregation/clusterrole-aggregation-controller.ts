import type { ClusterRole, PolicyRule } from "../../kinds/types/rbac_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";
import type { Controller } from "../controller.ts";
import { path } from "../shared/paths.ts";

/** Fills aggregated cluster roles with the rules of those they select. Mirrors pkg/controller/clusterroleaggregation. */
export const clusterRoleAggregationController: Controller = {
  async reconcile(name, context) {
    const at = ["rbac.authorization.k8s.io", "clusterroles"] as const;
    const role = context.lister.get<ClusterRole>(...at, undefined, name);
    const selectors = role?.aggregationRule?.clusterRoleSelectors;
    if (role === undefined || selectors === undefined) return undefined;
    const rules: PolicyRule[] = [];
    for (const selector of selectors) {
      for (const other of context.lister.list<ClusterRole>(...at)) {
        if (other.metadata.name === name || !labelSelectorMatches(selector, other.metadata.labels)) continue;
        for (const rule of other.rules ?? []) if (!rules.some((r) => deepEqual(r, rule))) rules.push(rule);
      }
    }
    if (deepEqual(rules, role.rules ?? [])) return undefined;
    await context.client.update(path("rbac.authorization.k8s.io", "v1", "clusterroles"), { ...role, rules });
    return undefined;
  },
};

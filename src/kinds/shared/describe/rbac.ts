import type { DescribeFacet } from "../../definition.ts";
import type { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from "../../types/rbac_v1.ts";
import { field, headers, heading, rows } from "./fields.ts";
import { describePolicyRules } from "./policy-rules.ts";

/** Roles and cluster roles: no namespace, no events. Mirrors describe.RoleDescriber. */
export const describeRole: DescribeFacet<Role | ClusterRole> = {
  describe: (role, _context, out) => {
    heading(out, role, "cluster");
    describePolicyRules(out, role.rules);
  },
};

/** Bindings of both. Mirrors describe.RoleBindingDescriber. */
export const describeRoleBinding: DescribeFacet<RoleBinding | ClusterRoleBinding> = {
  describe: (binding, _context, out) => {
    heading(out, binding, "cluster");
    out.write(0, "Role:\n");
    field(out, "Kind", binding.roleRef.kind, 1);
    field(out, "Name", binding.roleRef.name, 1);
    out.write(0, "Subjects:\n");
    rows(out, 1, [
      ...headers("Kind", "Name", "Namespace"),
      ...(binding.subjects ?? []).map((s) => [s.kind, s.name, s.namespace ?? ""]),
    ]);
  },
};

import type { Strategy } from "../../definition.ts";
import type { ClusterRoleBinding } from "../../types/rbac_v1.ts";
import { checkBinding, checkRoleRefUpdate, defaultBinding } from "../bindings.ts";

/** Mirrors pkg/registry/rbac/clusterrolebinding/strategy.go. */
export const strategy: Strategy<ClusterRoleBinding> = {
  defaults: defaultBinding,
  validate: (binding) => checkBinding(binding, false),
  validateUpdate: (binding, old) => [...checkBinding(binding, false), ...checkRoleRefUpdate(binding, old)],
  nameRule: "path-segment",
  allowCreateOnUpdate: true,
};

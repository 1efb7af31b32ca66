import type { Strategy } from "../../definition.ts";
import type { RoleBinding } from "../../types/rbac_v1.ts";
import { checkBinding, checkRoleRefUpdate, defaultBinding } from "../bindings.ts";

/** Mirrors pkg/registry/rbac/rolebinding/strategy.go. */
export const strategy: Strategy<RoleBinding> = {
  defaults: defaultBinding,
  validate: (binding) => checkBinding(binding, true),
  validateUpdate: (binding, old) => [...checkBinding(binding, true), ...checkRoleRefUpdate(binding, old)],
  nameRule: "path-segment",
  allowCreateOnUpdate: true,
};

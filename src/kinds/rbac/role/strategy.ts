import type { Strategy } from "../../definition.ts";
import type { Role } from "../../types/rbac_v1.ts";
import { checkRules } from "../rules.ts";

/** Mirrors pkg/registry/rbac/role/strategy.go. */
export const strategy: Strategy<Role> = {
  validate: (role) => checkRules(role.rules, true),
  nameRule: "path-segment",
  allowCreateOnUpdate: true,
};

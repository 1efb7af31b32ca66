import type { TableFacet } from "../../definition.ts";
import type { ClusterRoleBinding, RoleBinding, Subject } from "../../types/rbac_v1.ts";
import { age } from "./cells.ts";
import { ageColumn, nameColumn, textColumn, wide } from "./columns.ts";

function subjects(all: readonly Subject[] | undefined, kind: string, text: (s: Subject) => string): string {
  return (all ?? [])
    .filter((s) => s.kind === kind)
    .map(text)
    .join(", ");
}

/** Bindings of roles and of cluster roles. Mirrors printers.printRoleBinding. */
export const roleBindingTable: TableFacet<RoleBinding | ClusterRoleBinding> = {
  columns: [
    nameColumn,
    textColumn("Role"),
    ageColumn,
    wide(textColumn("Users")),
    wide(textColumn("Groups")),
    wide(textColumn("ServiceAccounts")),
  ],
  row: (binding, now) => [
    binding.metadata.name,
    `${binding.roleRef.kind}/${binding.roleRef.name}`,
    age(binding, now),
    subjects(binding.subjects, "User", (s) => s.name),
    subjects(binding.subjects, "Group", (s) => s.name),
    subjects(binding.subjects, "ServiceAccount", (s) => `${s.namespace ?? ""}/${s.name}`),
  ],
};

import { type FieldError, GoLiteral, goQuote, invalid, notSupported, required } from "../../machinery/field-error.ts";
import { dns1123SubdomainErrors, pathSegmentNameErrors } from "../../machinery/names.ts";
import { deepEqual } from "../../machinery/object.ts";
import { checkOneOf, invalidEach } from "../shared/check.ts";
import type { RoleRef, Subject } from "../types/rbac_v1.ts";

const group = "rbac.authorization.k8s.io";

interface Binding {
  roleRef: RoleRef;
  subjects?: Subject[];
}

/** Users and groups belong to the group of RBAC. Mirrors SetDefaults_RoleBinding and SetDefaults_Subject. */
export function defaultBinding(binding: Partial<Binding>): void {
  if (binding.roleRef) binding.roleRef.apiGroup ||= group;
  for (const subject of binding.subjects ?? [])
    if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ||= group;
}

/** Mirrors rbac validation.ValidateRoleBinding and ValidateClusterRoleBinding. */
export function checkBinding(binding: Partial<Binding>, namespaced: boolean): FieldError[] {
  const { apiGroup = "", kind = "", name = "" } = binding.roleRef ?? {};
  const errors = [
    ...checkOneOf(apiGroup, [group], "roleRef.apiGroup"),
    ...checkOneOf(kind, namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"], "roleRef.kind"),
    ...(name ? invalidEach("roleRef.name", name, pathSegmentNameErrors(name)) : [required("roleRef.name")]),
  ];
  for (const [i, subject] of (binding.subjects ?? []).entries())
    errors.push(...checkSubject(subject, namespaced, `subjects[${i}]`));
  return errors;
}

function checkSubject(subject: Subject, namespaced: boolean, field: string): FieldError[] {
  const { name = "", kind = "", apiGroup = "" } = subject;
  const errors: FieldError[] = name ? [] : [required(`${field}.name`)];
  switch (kind) {
    case "ServiceAccount":
      if (name) errors.push(...invalidEach(`${field}.name`, name, dns1123SubdomainErrors(name)));
      if (apiGroup) errors.push(notSupported(`${field}.apiGroup`, apiGroup, [""]));
      if (!namespaced && !subject.namespace) errors.push(required(`${field}.namespace`));
      return errors;
    case "User":
    case "Group":
      return [...errors, ...checkOneOf(apiGroup, [group], `${field}.apiGroup`)];
    default:
      return [...errors, notSupported(`${field}.kind`, kind, ["ServiceAccount", "User", "Group"])];
  }
}

/** A binding grants one role for good. */
export function checkRoleRefUpdate(binding: Partial<Binding>, old: Partial<Binding>): FieldError[] {
  if (deepEqual(binding.roleRef, old.roleRef)) return [];
  const { apiGroup = "", kind = "", name = "" } = binding.roleRef ?? {};
  const shown = `rbac.RoleRef{APIGroup:${goQuote(apiGroup)}, Kind:${goQuote(kind)}, Name:${goQuote(name)}}`;
  return [invalid("roleRef", new GoLiteral(shown), "cannot change roleRef")];
}

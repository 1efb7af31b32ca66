import type { JsonObject } from "../../machinery/object.ts";
import type { AccessAttributes } from "./attributes.ts";

/** rbac/v1 PolicyRule. */
export interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const has = (list: readonly string[] | undefined, value: string): boolean =>
  list !== undefined && (list.includes("*") || list.includes(value));

function hasResource(resources: readonly string[] | undefined, resource: string, subresource: string): boolean {
  const combined = subresource === "" ? resource : `${resource}/${subresource}`;
  return (resources ?? []).some((r) => r === "*" || r === combined || (subresource !== "" && r === `*/${subresource}`));
}

const hasPath = (urls: readonly string[] | undefined, path: string): boolean =>
  (urls ?? []).some((u) => u === "*" || u === path || (u.endsWith("*") && path.startsWith(u.slice(0, -1))));

/** Whether a rule allows what is wanted. Mirrors plugin/pkg/auth/authorizer/rbac RuleAllows. */
export function ruleAllows(rule: PolicyRule, a: AccessAttributes): boolean {
  if (!a.isResource) return has(rule.verbs, a.verb) && hasPath(rule.nonResourceURLs, a.path);
  return (
    has(rule.verbs, a.verb) &&
    has(rule.apiGroups, a.group) &&
    hasResource(rule.resources, a.resource, a.subresource) &&
    ((rule.resourceNames ?? []).length === 0 || rule.resourceNames!.includes(a.name))
  );
}

/** The rules of a Role or ClusterRole. */
export const rulesOf = (role: JsonObject | undefined): readonly PolicyRule[] => role?.rules ?? [];

/** One verb on one resource (or URL), for the comparison of rules. */
function breakdown(rule: PolicyRule): PolicyRule[] {
  const parts: PolicyRule[] = [];
  for (const verb of rule.verbs ?? [])
    for (const apiGroup of rule.apiGroups ?? [])
      for (const resource of rule.resources ?? []) {
        const one = { verbs: [verb], apiGroups: [apiGroup], resources: [resource] };
        if ((rule.resourceNames ?? []).length === 0) parts.push(one);
        for (const name of rule.resourceNames ?? []) parts.push({ ...one, resourceNames: [name] });
      }
  for (const verb of rule.verbs ?? [])
    for (const url of rule.nonResourceURLs ?? []) parts.push({ verbs: [verb], nonResourceURLs: [url] });
  return parts;
}

function covers(owner: PolicyRule, part: PolicyRule): boolean {
  if (!has(owner.verbs, part.verbs![0]!)) return false;
  if (part.nonResourceURLs !== undefined) return hasPath(owner.nonResourceURLs, part.nonResourceURLs[0]!);
  const [resource = "", subresource = ""] = part.resources![0]!.split("/");
  return (
    has(owner.apiGroups, part.apiGroups![0]!) &&
    hasResource(owner.resources, resource, subresource) &&
    ((owner.resourceNames ?? []).length === 0 ||
      (part.resourceNames !== undefined && owner.resourceNames!.includes(part.resourceNames[0]!)))
  );
}

/** The parts of `wanted` that `owned` does not cover. Mirrors component-helpers/auth/rbac/validation Covers. */
export function uncovered(owned: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  return wanted.flatMap(breakdown).filter((part) => !owned.some((owner) => covers(owner, part)));
}

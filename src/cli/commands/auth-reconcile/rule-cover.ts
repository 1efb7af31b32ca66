import { breakDown, type SimpleRule } from "../../../kinds/shared/describe/policy-rules.ts";
import type { PolicyRule } from "../../../kinds/types/rbac_v1.ts";

const hasOrAll = (list: readonly string[] | undefined, value: string): boolean =>
  list?.includes("*") === true || list?.includes(value) === true;

function coversResource(owner: PolicyRule, resource: string): boolean {
  if (hasOrAll(owner.resources, resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && owner.resources?.includes(`*${resource.slice(slash)}`) === true;
}

function coversUrl(owner: PolicyRule, url: string): boolean {
  return (owner.nonResourceURLs ?? []).some(
    (o) => o === url || (o.endsWith("*") && url.startsWith(o.replace(/\*+$/, ""))),
  );
}

function covers(owner: PolicyRule, rule: SimpleRule): boolean {
  if (!hasOrAll(owner.verbs, rule.verbs[0]!)) return false;
  if (rule.url !== undefined) return coversUrl(owner, rule.url);
  if (!hasOrAll(owner.apiGroups, rule.group ?? "") || !coversResource(owner, rule.resource ?? "")) return false;
  const names = owner.resourceNames ?? [];
  return names.length === 0 || (rule.name !== undefined && names.includes(rule.name));
}

function asRule({ verbs, group, resource, name, url }: SimpleRule): PolicyRule {
  if (url !== undefined) return { verbs: [...verbs], nonResourceURLs: [url] };
  return {
    verbs: [...verbs],
    apiGroups: [group ?? ""],
    resources: [resource ?? ""],
    ...(name === undefined ? {} : { resourceNames: [name] }),
  };
}

/** What `rules` allow and `owned` do not, taken apart into rules of one thing each. Mirrors component-helpers rbac/validation Covers. */
export function uncovered(owned: readonly PolicyRule[], rules: readonly PolicyRule[]): PolicyRule[] {
  return rules
    .flatMap(breakDown)
    .filter((rule) => !owned.some((owner) => covers(owner, rule)))
    .map(asRule);
}

/** A rule as Go's %+v prints it. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  const list = (values: readonly string[] | undefined): string => `[${(values ?? []).join(" ")}]`;
  return `{Verbs:${list(verbs)} APIGroups:${list(apiGroups)} Resources:${list(resources)} ResourceNames:${list(resourceNames)} NonResourceURLs:${list(nonResourceURLs)}}`;
}

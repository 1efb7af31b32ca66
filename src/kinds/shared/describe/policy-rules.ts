import type { DescribeWriter } from "../../definition.ts";
import type { PolicyRule } from "../../types/rbac_v1.ts";
import { headers, rows } from "./fields.ts";
import { goList } from "./go-values.ts";

/** One resource or one URL, at most one name. */
export interface SimpleRule {
  readonly group?: string;
  readonly resource?: string;
  readonly name?: string;
  readonly url?: string;
  readonly verbs: string[];
}

/** A rule taken apart into rules of one thing and one verb each. Mirrors kubectl/pkg/util/rbac BreakdownRule. */
export function breakDown({
  apiGroups = [],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
  verbs,
}: PolicyRule) {
  const simple: SimpleRule[] = [];
  for (const group of apiGroups)
    for (const resource of resources)
      for (const verb of verbs ?? [])
        if (resourceNames.length === 0) simple.push({ group, resource, verbs: [verb] });
        else for (const name of resourceNames) simple.push({ group, resource, name, verbs: [verb] });
  for (const url of nonResourceURLs) for (const verb of verbs ?? []) simple.push({ url, verbs: [verb] });
  return simple;
}

/** Rules for the same resource become one, with all verbs; those for URLs stay apart. Mirrors CompactRules. */
function compact(rules: readonly SimpleRule[]): SimpleRule[] {
  const byResource = new Map<string, SimpleRule>();
  const result: SimpleRule[] = [];
  for (const rule of rules) {
    if (rule.url !== undefined) {
      result.push(rule);
      continue;
    }
    const key = JSON.stringify([rule.group, rule.resource, rule.name]);
    const known = byResource.get(key);
    if (known === undefined) byResource.set(key, { ...rule, verbs: [...rule.verbs] });
    else if (!known.verbs.includes(rule.verbs[0]!)) known.verbs.push(rule.verbs[0]!);
  }
  return [...result, ...byResource.values()];
}

const listOf = (value: string | undefined): string => goList(value === undefined ? [] : [value]);

/** The order of rules: that of their generated String(). */
const orderText = ({ verbs, group, resource, name, url }: SimpleRule): string =>
  `&PolicyRule{Verbs:${goList(verbs)},APIGroups:${listOf(group)},Resources:${listOf(resource)},ResourceNames:${listOf(name)},NonResourceURLs:${listOf(url)},}`;

/** "deployments.apps/scale". Mirrors describe.CombineResourceGroup. */
export function combineResourceGroup(resource: string | undefined, group: string | undefined): string {
  if (resource === undefined) return "";
  const [head, ...rest] = resource.split("/");
  return [group ? `${head}.${group}` : head, ...(rest.length === 0 ? [] : [rest.join("/")])].join("/");
}

/** What is told of rules, a line each: resource, URL, resource name, verbs. Mirrors the rows of `auth can-i --list` and of RoleDescriber. */
export function policyRuleCells(rules: readonly PolicyRule[] | undefined): string[][] {
  const keyed = compact((rules ?? []).flatMap(breakDown)).map((rule) => ({ rule, order: orderText(rule) }));
  keyed.sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0));
  return keyed.map(({ rule }) => [
    combineResourceGroup(rule.resource, rule.group),
    listOf(rule.url),
    listOf(rule.name),
    goList(rule.verbs),
  ]);
}

/** "PolicyRule:" of a role or cluster role. Mirrors describe.RoleDescriber. */
export function describePolicyRules(out: DescribeWriter, rules: readonly PolicyRule[] | undefined): void {
  out.write(0, "PolicyRule:\n");
  rows(out, 1, [...headers("Resources", "Non-Resource URLs", "Resource Names", "Verbs"), ...policyRuleCells(rules)]);
}

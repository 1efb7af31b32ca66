import type { RestMapper } from "../../client/rest-mapper.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { ExitError } from "../exit.ts";
import type { Session } from "../session.ts";

/** One word of --resource: RESOURCE[.GROUP][/SUBRESOURCE]. */
export interface RuleResource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
}

const RBAC = "rbac.authorization.k8s.io";
const RESOURCE_VERBS = [
  "*",
  "get",
  "delete",
  "list",
  "create",
  "update",
  "patch",
  "watch",
  "proxy",
  "deletecollection",
  "use",
  "bind",
  "escalate",
  "impersonate",
];

/** Verbs that make sense for a few resources only, as "resource.group". */
const SPECIAL_VERBS: ReadonlyMap<string, readonly string[]> = new Map([
  ["use", ["podsecuritypolicies.policy", "podsecuritypolicies.extensions"]],
  ["bind", [`roles.${RBAC}`, `clusterroles.${RBAC}`]],
  ["escalate", [`roles.${RBAC}`, `clusterroles.${RBAC}`]],
  ["impersonate", ["users.", "serviceaccounts.", "groups.", "userextras.authentication.k8s.io"]],
]);

/** The verbs of --verb, each once; "*" stands for all. */
export function ruleVerbs(verbs: readonly string[]): readonly string[] {
  return verbs.includes("*") ? ["*"] : [...new Set(verbs)];
}

/** The words of --resource; "*" alone ends the list. Mirrors create_role.go Complete. */
export function ruleResources(words: readonly string[]): readonly RuleResource[] {
  const resources: RuleResource[] = [];
  for (const word of words) {
    const slash = word.indexOf("/");
    const name = slash < 0 ? word : word.slice(0, slash);
    const dot = name.indexOf(".");
    const parsed = {
      resource: dot < 0 ? name : name.slice(0, dot),
      group: dot < 0 ? "" : name.slice(dot + 1),
      subresource: slash < 0 ? "" : word.slice(slash + 1),
    };
    if (word === "*") return [parsed];
    resources.push(parsed);
  }
  return resources;
}

const find = (mapper: RestMapper, r: RuleResource) =>
  mapper.resourceFor(r.group === "" ? r.resource : `${r.resource}.${r.group}`);

/** Warns of verbs that are none for resources. */
export function warnOfVerbs(session: Session, verbs: readonly string[]): void {
  for (const verb of verbs)
    if (!RESOURCE_VERBS.includes(verb))
      session.streams.stderr.write(`Warning: '${verb}' is not a standard resource verb\n`);
}

function checkSpecialVerb(verb: string, resource: { resource: string; group: string }): boolean {
  const fitting = SPECIAL_VERBS.get(verb);
  if (fitting === undefined) return false;
  if (fitting.includes(`${resource.resource}.${resource.group}`)) return true;
  throw new Error(`can not perform '${verb}' on '${resource.resource}' in group '${resource.group}'`);
}

/** Throws where a resource does not exist, or a verb does not fit it. Mirrors create_role.go validateResource. */
export function checkResources(mapper: RestMapper, verbs: readonly string[], resources: readonly RuleResource[]): void {
  for (const r of resources) {
    if (r.resource === "") throw new Error("resource must be specified if apiGroup/subresource specified");
    if (r.resource === "*") return;
    const found = find(mapper, r);
    let isKnown = found !== undefined;
    for (const verb of verbs) if (checkSpecialVerb(verb, found ?? r)) isKnown = true;
    if (isKnown) continue;
    const where = r.group === "" ? "" : ` in group ${JSON.stringify(r.group)}`;
    throw new ExitError(`the server doesn't have a resource type ${JSON.stringify(r.resource)}${where}`);
  }
}

/** The rules of a role: one for each API group, sorted, and one for URLs. Mirrors create_role.go generateResourcePolicyRules. */
export function policyRules(
  mapper: RestMapper | undefined,
  rule: {
    readonly verbs: readonly string[];
    readonly resources: readonly RuleResource[];
    readonly resourceNames: readonly string[];
    readonly nonResourceUrls: readonly string[];
  },
): JsonObject[] {
  const byGroup = new Map<string, Set<string>>();
  for (const r of rule.resources) {
    const { group, resource } = (mapper === undefined ? undefined : find(mapper, r)) ?? r;
    const names = byGroup.get(group) ?? new Set();
    byGroup.set(group, names.add(r.subresource === "" ? resource : `${resource}/${r.subresource}`));
  }
  const verbs = [...rule.verbs];
  const resourceNames = [...new Set(rule.resourceNames)];
  const rules: JsonObject[] = [...byGroup.keys()].sort().map((group) => ({
    verbs,
    apiGroups: [group],
    resources: [...byGroup.get(group)!],
    ...(resourceNames.length === 0 ? {} : { resourceNames }),
  }));
  if (rule.nonResourceUrls.length > 0) rules.push({ verbs, nonResourceURLs: [...new Set(rule.nonResourceUrls)] });
  return rules;
}

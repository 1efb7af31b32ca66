import { flag } from "../../flags/flag.ts";
import { type Generator, generatorCommand } from "../../generate/generator.ts";
import { checkResources, policyRules, ruleResources, ruleVerbs, warnOfVerbs } from "../../generate/policy-rules.ts";

const generator: Generator = {
  path: "create role",
  text: {
    usage:
      "NAME --verb=verb --resource=resource.group/subresource [--resource-name=resourcename] [--dry-run=server|client|none]",
    long: "Create a role with one rule for each API group.",
    examples: `
# Read pods
kubectl create role pod-reader --verb=get --verb=list --verb=watch --resource=pods

# One of them alone
kubectl create role pod-reader --verb=get --resource=pods --resource-name=readablepod

# A group, a subresource
kubectl create role foo --verb=get,list,watch --resource=rs.apps
kubectl create role foo --verb=get,list,watch --resource=pods,pods/status`,
  },
  flags: [
    flag.strings("resource", "Resources that the rule is about, as RESOURCE[.GROUP][/SUBRESOURCE]."),
    flag.array("resource-name", "Name that the rule is about; may be given several times."),
    flag.strings("verb", "Verbs of the rule."),
  ],
  resource: { group: "rbac.authorization.k8s.io", version: "v1", resource: "roles", namespaced: true },
  namedHere: true,
  validate: async ({ flags }, session) => {
    const verbs = ruleVerbs(flags["verb"]);
    if (verbs.length === 0) throw new Error("at least one verb must be specified");
    warnOfVerbs(session, verbs);
    if (flags["resource"].length === 0) throw new Error("at least one resource must be specified");
    checkResources(await session.mapper(), verbs, ruleResources(flags["resource"]));
  },
  generate: async ({ name, flags }, session) => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name },
    rules: policyRules(await session.mapper(), {
      verbs: ruleVerbs(flags["verb"]),
      resources: ruleResources(flags["resource"]),
      resourceNames: flags["resourceName"],
      nonResourceUrls: [],
    }),
  }),
};

/** `kubectl create role`. Mirrors kubectl/pkg/cmd/create/create_role.go. */
export const command = generatorCommand(generator);

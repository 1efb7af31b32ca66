import type { JsonObject } from "../../../machinery/object.ts";
import { flag } from "../../flags/flag.ts";
import { FlagError } from "../../flags/scan.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "../../generate/generator.ts";
import { checkResources, policyRules, ruleResources, ruleVerbs, warnOfVerbs } from "../../generate/policy-rules.ts";
import type { Session } from "../../session.ts";

const URL_VERBS = ["*", "get", "post", "put", "delete", "patch", "head", "options"];

/** --aggregation-rule as a label map. */
function aggregation(session: Session, words: readonly string[]): Record<string, string> {
  const pairs = words
    .flatMap((w) => w.split(","))
    .map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 0)
        throw new FlagError(
          `invalid argument ${JSON.stringify(words.join(","))} for "--aggregation-rule" flag: malformed pair, expect string=string\nSee '${session.program} create clusterrole --help' for usage.`,
        );
      return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()] as const;
    });
  return Object.fromEntries(pairs);
}

function checkUrls(verbs: readonly string[], urls: readonly string[]): void {
  for (const verb of verbs)
    if (!URL_VERBS.includes(verb)) throw new Error(`invalid verb: '${verb}' for nonResourceURL`);
  for (const url of urls) {
    if (url === "*") continue;
    if (!url.startsWith("/")) throw new Error("nonResourceURL should start with /");
    if (url.slice(0, -1).includes("*"))
      throw new Error("nonResourceURL only supports wildcard matches when '*' is at the end");
  }
}

async function validate({ flags }: GenerateOptions, session: Session): Promise<void> {
  const verbs = ruleVerbs(flags["verb"]);
  const urls: readonly string[] = flags["nonResourceUrl"];
  const resources: readonly string[] = flags["resource"];
  if (flags["aggregationRule"].join("") !== "") {
    if (urls.length + verbs.length + resources.length + flags["resourceName"].length > 0)
      throw new Error("aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames");
    return;
  }
  if (verbs.length === 0) throw new Error("at least one verb must be specified");
  if (resources.length === 0 && urls.length === 0)
    throw new Error("one of resource or nonResourceURL must be specified");
  if (resources.length > 0) {
    warnOfVerbs(session, verbs);
    checkResources(await session.mapper(), verbs, ruleResources(resources));
  }
  if (urls.length > 0) checkUrls(verbs, urls);
}

async function generate({ name, flags }: GenerateOptions, session: Session): Promise<JsonObject> {
  const object = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "ClusterRole", metadata: { name } };
  if (flags["aggregationRule"].join("") !== "") {
    const matchLabels = aggregation(session, flags["aggregationRule"]);
    return { ...object, aggregationRule: { clusterRoleSelectors: [{ matchLabels }] } };
  }
  const resources = ruleResources(flags["resource"]);
  const rules = policyRules(resources.length === 0 ? undefined : await session.mapper(), {
    verbs: ruleVerbs(flags["verb"]),
    resources,
    resourceNames: flags["resourceName"],
    nonResourceUrls: flags["nonResourceUrl"],
  });
  return { ...object, rules };
}

const generator: Generator = {
  path: "create clusterrole",
  text: {
    usage: "NAME --verb=verb --resource=resource.group [--resource-name=resourcename] [--dry-run=server|client|none]",
    long: "Create a cluster role.",
    examples: `
# Read pods
kubectl create clusterrole pod-reader --verb=get,list,watch --resource=pods

# URLs
kubectl create clusterrole "foo" --verb=get --non-resource-url=/logs/*

# Made of other cluster roles
kubectl create clusterrole monitoring --aggregation-rule="rbac.example.com/aggregate-to-monitoring=true"`,
  },
  flags: [
    flag.array("aggregation-rule", "Labels KEY=VALUE of the cluster roles that this one is made of."),
    flag.strings("non-resource-url", "Partial URL that the rule is about."),
    flag.strings("resource", "Resources that the rule is about, as RESOURCE[.GROUP][/SUBRESOURCE]."),
    flag.array("resource-name", "Name that the rule is about; may be given several times."),
    flag.strings("verb", "Verbs of the rule."),
  ],
  resource: { group: "rbac.authorization.k8s.io", version: "v1", resource: "clusterroles", namespaced: false },
  namedHere: true,
  validate,
  generate,
};

/** `kubectl create clusterrole`. Mirrors kubectl/pkg/cmd/create/create_clusterrole.go. */
export const command = generatorCommand(generator);

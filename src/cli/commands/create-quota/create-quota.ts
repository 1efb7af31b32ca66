import { flag } from "../../flags/flag.ts";
import { type Generator, generatorCommand } from "../../generate/generator.ts";
import { resourceList } from "../../generate/resource-list.ts";

function scopesOf(text: string): string[] | undefined {
  if (text === "") return undefined;
  const scopes = text.split(",");
  if (scopes.includes("")) throw new Error('invalid resource quota scope ""');
  return scopes;
}

const generator: Generator = {
  path: "create quota",
  text: {
    usage: "NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none]",
    long: "Create a resource quota.",
    examples: `
# Limits for what a namespace may use
kubectl create quota my-quota --hard=cpu=1,memory=1G,pods=2,services=3

# For best-effort pods alone
kubectl create quota best-effort --hard=pods=100 --scopes=BestEffort`,
  },
  flags: [
    flag.string("hard", "Comma-separated RESOURCE=QUANTITY pairs."),
    flag.string("scopes", "Comma-separated scopes that all must match."),
  ],
  resource: { group: "", version: "v1", resource: "resourcequotas", namespaced: true },
  namedHere: true,
  failure: "failed to create quota:",
  generate: ({ name, flags }) => ({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name },
    spec: { hard: resourceList(flags["hard"]), scopes: scopesOf(flags["scopes"]) },
  }),
};

/** `kubectl create quota`. Mirrors kubectl/pkg/cmd/create/create_quota.go. */
export const command = generatorCommand(generator);

import { generatorCommand } from "../../generate/generator.ts";

/** `kubectl create serviceaccount`. Mirrors kubectl/pkg/cmd/create/create_serviceaccount.go. */
export const command = generatorCommand({
  path: "create serviceaccount",
  text: {
    usage: "NAME [--dry-run=server|client|none]",
    long: "Create a service account.",
    examples: "\n# A service account\nkubectl create serviceaccount my-service-account",
  },
  flags: [],
  resource: { group: "", version: "v1", resource: "serviceaccounts", namespaced: true },
  namedHere: true,
  failure: "failed to create serviceaccount:",
  generate: ({ name }) => ({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name } }),
});

import { generatorCommand } from "../../generate/generator.ts";

/** `kubectl create namespace`. Mirrors kubectl/pkg/cmd/create/create_namespace.go. */
export const command = generatorCommand({
  path: "create namespace",
  text: {
    usage: "NAME [--dry-run=server|client|none]",
    long: "Create a namespace.",
    examples: "\n# A namespace\nkubectl create namespace my-namespace",
  },
  flags: [],
  resource: { group: "", version: "v1", resource: "namespaces", namespaced: false },
  namedHere: true,
  generate: ({ name }) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }),
});

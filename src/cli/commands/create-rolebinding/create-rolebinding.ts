import { flag } from "../../flags/flag.ts";
import { type Generator, generatorCommand } from "../../generate/generator.ts";
import { RBAC_GROUP, subjectFlags, subjectsOf } from "../../generate/subjects.ts";

const generator: Generator = {
  path: "create rolebinding",
  text: {
    usage:
      "NAME --clusterrole=NAME|--role=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
    long: "Bind a role or a cluster role within a namespace.",
    examples: `
# Users and a group
kubectl create rolebinding admin --clusterrole=admin --user=user1 --user=user2 --group=group1

# A service account
kubectl create rolebinding admin-binding --role=admin --serviceaccount=monitoring:sa-dev`,
  },
  flags: [
    flag.string("clusterrole", "The cluster role to bind."),
    flag.string("role", "The role to bind."),
    ...subjectFlags,
  ],
  resource: { group: RBAC_GROUP, version: "v1", resource: "rolebindings", namespaced: true },
  namedHere: true,
  failure: "failed to create rolebinding:",
  validate: ({ flags }) => {
    if ((flags["clusterrole"] === "") === (flags["role"] === ""))
      throw new Error("exactly one of clusterrole or role must be specified");
  },
  generate: ({ name, flags }) => {
    const role =
      flags["role"] === ""
        ? { kind: "ClusterRole", name: flags["clusterrole"] }
        : { kind: "Role", name: flags["role"] };
    return {
      apiVersion: `${RBAC_GROUP}/v1`,
      kind: "RoleBinding",
      metadata: { name },
      subjects: subjectsOf(flags),
      roleRef: { apiGroup: RBAC_GROUP, ...role },
    };
  },
};

/** `kubectl create rolebinding`. Mirrors kubectl/pkg/cmd/create/create_rolebinding.go. */
export const command = generatorCommand(generator);

import { flag } from "../../flags/flag.ts";
import { type Generator, generatorCommand } from "../../generate/generator.ts";
import { RBAC_GROUP, subjectFlags, subjectsOf } from "../../generate/subjects.ts";

const generator: Generator = {
  path: "create clusterrolebinding",
  text: {
    usage:
      "NAME --clusterrole=NAME [--user=username] [--group=groupname] [--serviceaccount=namespace:serviceaccountname] [--dry-run=server|client|none]",
    long: "Bind a cluster role in the whole cluster.",
    examples: `
# Users and a group
kubectl create clusterrolebinding cluster-admin --clusterrole=cluster-admin --user=user1 --user=user2 --group=group1`,
  },
  flags: [flag.string("clusterrole", "The cluster role to bind.", { required: true }), ...subjectFlags],
  resource: { group: RBAC_GROUP, version: "v1", resource: "clusterrolebindings", namespaced: false },
  failure: "failed to create clusterrolebinding:",
  generate: ({ name, flags }) => ({
    apiVersion: `${RBAC_GROUP}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name },
    subjects: subjectsOf(flags),
    roleRef: { apiGroup: RBAC_GROUP, kind: "ClusterRole", name: flags["clusterrole"] },
  }),
};

/** `kubectl create clusterrolebinding`. Mirrors kubectl/pkg/cmd/create/create_clusterrolebinding.go. */
export const command = generatorCommand(generator);

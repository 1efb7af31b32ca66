import { flag } from "../../flags/flag.ts";
import { type Generator, generatorCommand } from "../../generate/generator.ts";

const generator: Generator = {
  path: "create priorityclass",
  text: {
    usage: "NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none]",
    long: "Create a priority class.",
    examples: `
# A priority class
kubectl create priorityclass high-priority --value=1000 --description="high priority"

# The one for pods that name none
kubectl create priorityclass default-priority --value=1000 --global-default=true --description="default priority"

# One that does not preempt
kubectl create priorityclass high-priority --value=1000 --preemption-policy="Never"`,
  },
  flags: [
    flag.string("description", "When to use the class."),
    flag.bool("global-default", "Whether it is the class of pods that name none."),
    flag.string("preemption-policy", "Never, or PreemptLowerPriority.", { default: "PreemptLowerPriority" }),
    flag.int32("value", "The priority of pods of this class."),
  ],
  resource: { group: "scheduling.k8s.io", version: "v1", resource: "priorityclasses", namespaced: false },
  failure: "failed to create priorityclass:",
  generate: ({ name, flags }) => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value: flags["value"],
    globalDefault: flags["globalDefault"],
    description: flags["description"],
    preemptionPolicy: flags["preemptionPolicy"],
  }),
};

/** `kubectl create priorityclass`. Mirrors kubectl/pkg/cmd/create/create_priorityclass.go. */
export const command = generatorCommand(generator);

import type { CommandDefinition } from "../../define-command.ts";
import { chunkSizeFlag, filenameFlags, selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { BuildOptions } from "../../resources/builder.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";

/** What `describe` was asked for. */
export interface DescribeOptions {
  readonly build: BuildOptions;
  readonly args: readonly string[];
  readonly showEvents: boolean;
  readonly chunkSize: number;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<DescribeOptions> {
  const { explicit } = await session.namespace();
  if (args.length === 0 && flags["filename"].length === 0 && flags["kustomize"] === "")
    throw new Error(
      `You must specify the type of resource to describe. Use "${session.program} api-resources" for a complete list of supported resources.`,
    );
  return {
    args,
    build: {
      ...(await targetOf(session, flags, args)),
      labelSelector: flags["selector"],
      enforceNamespace: explicit && !flags["allNamespaces"],
      allNamespaces: flags["allNamespaces"],
      chunkSize: flags["chunkSize"],
      allowEmptySelector: true,
    },
    showEvents: flags["showEvents"],
    chunkSize: flags["chunkSize"],
  };
}

/** `kubectl describe`. Mirrors kubectl/pkg/cmd/describe. */
export const command: CommandDefinition<DescribeOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME)",
      long: `Show details of a resource or a group of resources, with what belongs to it, such as events.

 A name that does not exist is taken as the beginning of names.

Use "kubectl api-resources" for a complete list of supported resources.`,
      examples: `
# A node, a pod
kubectl describe nodes kubernetes-node-emt8.c.myproject.internal
kubectl describe pods/nginx

# All pods, pods with a label
kubectl describe pods
kubectl describe pods -l name=myLabel

# All pods whose name begins so
kubectl describe pods frontend`,
    });
    declareFlags(
      c,
      flag.bool("all-namespaces", "Look at all namespaces, whatever --namespace says.", { short: "A" }),
      chunkSizeFlag,
      ...filenameFlags("that name what to describe"),
      selectorFlag,
      flag.bool("show-events", "Show the events of what is described.", { default: "true" }),
    );
  },
  complete,
  run: async (session, options) => (await import("./describe-run.ts")).runDescribe(session, options),
};

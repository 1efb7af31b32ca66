import type { CommandDefinition } from "../../define-command.ts";
import { ExitError, UsageError } from "../../exit.ts";
import { describeCommand } from "../../help/command-text.ts";

/** `drykube cluster delete [NAME]`: forgets a cluster and its kubeconfig entry. Mirrors `kind delete cluster`. */
export const command: CommandDefinition<{ readonly name: string }> = {
  define: (c) =>
    describeCommand(c, {
      usage: "[NAME]",
      long: 'Delete a simulated cluster (default "kind") and its kubeconfig entry.',
    }),
  complete: (_session, _flags, args) => {
    if (args.length > 1) throw new UsageError(`expected at most one NAME, got ${args.length}`);
    return { name: args[0] ?? "kind" };
  },
  async run(session, { name }) {
    const { removeCluster } = await import("../../../cluster/remove-cluster.ts");
    if (!(await removeCluster(session, name))) throw new ExitError(`error: cluster "${name}" does not exist`);
    session.streams.stdout.write(`Cluster "${name}" deleted.\n`);
  },
};

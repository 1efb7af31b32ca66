import type { CommandDefinition } from "../../define-command.ts";
import { ExitError, UsageError } from "../../exit.ts";
import { describeCommand } from "../../help/command-text.ts";

/** `drykube cluster reset [NAME]`: the same cluster as on its first day. */
export const command: CommandDefinition<{ readonly name: string }> = {
  define: (c) =>
    describeCommand(c, {
      usage: "[NAME]",
      long: 'Put a simulated cluster (default "kind") back to how it was created: same nodes, same add-ons, nothing else.',
    }),
  complete: (_session, _flags, args) => {
    if (args.length > 1) throw new UsageError(`expected at most one NAME, got ${args.length}`);
    return { name: args[0] ?? "kind" };
  },
  async run(session, { name }) {
    const { resetCluster } = await import("../../../cluster/remove-cluster.ts");
    if (!(await resetCluster(session, name))) throw new ExitError(`error: cluster "${name}" does not exist`);
    session.streams.stdout.write(`Cluster "${name}" reset.\n`);
  },
};

import type { CommandDefinition } from "../../define-command.ts";
import { describeCommand } from "../../help/command-text.ts";
import { nodeArgument, setNodePower } from "../node-power.ts";

/** `drykube node start NAME`: as `docker start` of a kind node's container. */
export const command: CommandDefinition<{ readonly name: string }> = {
  define: (c) =>
    describeCommand(c, {
      usage: "NAME",
      long: "Start the machine under a node again.",
    }),
  complete: (_session, _flags, args) => ({ name: nodeArgument(args) }),
  run: (session, { name }) => setNodePower(session, name, true),
};

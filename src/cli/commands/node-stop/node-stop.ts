import type { CommandDefinition } from "../../define-command.ts";
import { describeCommand } from "../../help/command-text.ts";
import { nodeArgument, setNodePower } from "../node-power.ts";

/** `drykube node stop NAME`: as `docker stop` of a kind node's container. */
export const command: CommandDefinition<{ readonly name: string }> = {
  define: (c) =>
    describeCommand(c, {
      usage: "NAME",
      long: "Stop the machine under a node: its kubelet falls silent and its pods stop answering.",
    }),
  complete: (_session, _flags, args) => ({ name: nodeArgument(args) }),
  run: (session, { name }) => setNodePower(session, name, false),
};

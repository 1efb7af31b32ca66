import type { CommandDefinition } from "../../define-command.ts";
import { globalFlags } from "../../flags/global-flags.ts";
import { describeCommand } from "../../help/command-text.ts";
import { renderFlags } from "../../help/render.ts";

/** `kubectl options`: the global flags. */
export const command: CommandDefinition<undefined> = {
  define: (c) => describeCommand(c, { usage: "" }),
  complete: () => undefined,
  run: async (session) => {
    const flags = renderFlags(globalFlags(session.env["HOME"] ?? ""));
    session.streams.stdout.write(`The following options can be passed to any command:\n\n${flags}\n`);
  },
};

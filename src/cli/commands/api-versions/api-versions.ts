import { apiVersionOf } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { describeCommand } from "../../help/command-text.ts";

/** `kubectl api-versions`: every group and version that the server offers, sorted. */
export const command: CommandDefinition<undefined> = {
  define: (c) =>
    describeCommand(c, {
      usage: "",
      long: 'Print the API versions that the server offers, as "group/version".',
      examples: "# All of them\nkubectl api-versions",
    }),
  complete: (_session, _flags, args) => {
    if (args.length > 0) throw new UsageError(`unexpected arguments: [${args.join(" ")}]`, "api-versions");
    return undefined;
  },
  run: async (session) => {
    const { resources } = await session.mapper();
    const versions = [...new Set(resources.map((r) => apiVersionOf(r)))].sort();
    session.streams.stdout.write(versions.map((v) => `${v}\n`).join(""));
  },
};

import { ConnectionError } from "../../../client/connection-error.ts";
import { apiVersionOf } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { failureText } from "../../failure-text.ts";
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
    const { resources } = await session.mapper().catch(async (error: unknown) => {
      if (!(error instanceof ConnectionError)) throw error;
      const reason = await failureText(session, error, "Get", "/api", { timeout: "32s" });
      throw new Error(`couldn't get available api versions from server: ${reason}`);
    });
    const versions = [...new Set(resources.map((r) => apiVersionOf(r)))].sort();
    session.streams.stdout.write(versions.map((v) => `${v}\n`).join(""));
  },
};

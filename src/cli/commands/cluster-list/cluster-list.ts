import type { CommandDefinition } from "../../define-command.ts";
import { describeCommand } from "../../help/command-text.ts";

/** `drykube cluster list`: the simulated clusters of this home. */
export const command: CommandDefinition<undefined> = {
  define: (c) => describeCommand(c, { usage: "", long: "List the simulated clusters." }),
  complete: () => undefined,
  async run(session) {
    const { describeClusters } = await import("../../../cluster/describe-clusters.ts");
    const clusters = describeClusters(session.env);
    if (clusters.length === 0) {
      session.streams.stderr.write("No clusters found.\n");
      return;
    }
    const { default: Table } = await import("cli-table3");
    const plain = {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    };
    const table = new Table({
      head: ["NAME", "CONTEXT", "NODES", "VERSION", "ADDONS", "STATE"],
      chars: plain,
      style: { head: [], border: [], "padding-left": 0, "padding-right": 1, compact: true },
    });
    table.push(
      ...clusters.map((c) => [c.name, c.context, String(c.nodes), c.version, c.addons.join(",") || "none", c.state]),
    );
    const lines = table
      .toString()
      .split("\n")
      .map((line) => line.trimEnd());
    session.streams.stdout.write(`${lines.join("\n")}\n`);
  },
};

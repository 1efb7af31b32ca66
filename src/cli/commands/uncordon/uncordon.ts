import { cordonCommand } from "../../nodes/cordon-command.ts";

/** `kubectl uncordon`. */
export const command = cordonCommand("uncordon", {
  usage: "NODE",
  long: "Mark a node as schedulable.",
  examples: "\n# A node\nkubectl uncordon foo",
});

import { cordonCommand } from "../../nodes/cordon-command.ts";

/** `kubectl cordon`. */
export const command = cordonCommand("cordon", {
  usage: "NODE",
  long: "Mark a node as unschedulable.",
  examples: "\n# A node\nkubectl cordon foo",
});

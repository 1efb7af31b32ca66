import type { CommandDefinition } from "../define-command.ts";
import { dryRunFlag, selectorFlag } from "../flags/common-flags.ts";
import { changed, declareFlags } from "../flags/flag.ts";
import { type DryRun, dryRunOf } from "../flags/strategies.ts";
import { type CommandText, describeCommand } from "../help/command-text.ts";
import { checkSelection, cordonNodes, findNodes, type NodeSelection } from "./cordon.ts";

interface CordonOptions extends NodeSelection {
  readonly dryRun: DryRun;
}

/** `kubectl cordon` and `kubectl uncordon`. Mirrors kubectl/pkg/cmd/drain NewCmdCordon. */
export function cordonCommand(word: "cordon" | "uncordon", text: CommandText): CommandDefinition<CordonOptions> {
  return {
    define: (c) => {
      describeCommand(c, text);
      declareFlags(c, dryRunFlag, selectorFlag);
    },
    complete: (session, flags, args) => {
      const selection = { command: word, names: args, selector: flags["selector"] };
      checkSelection(selection, changed(flags, "selector"));
      return { ...selection, dryRun: dryRunOf(session, flags) };
    },
    run: async (session, o) => cordonNodes(session, await findNodes(session, o), word === "cordon", o.dryRun),
  };
}

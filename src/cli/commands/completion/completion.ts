import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { describeCommand } from "../../help/command-text.ts";
import { completionScript, SHELLS, type Shell } from "./scripts.ts";

/** `kubectl completion`. Mirrors kubectl/pkg/cmd/completion; the scripts are our own. */
export const command: CommandDefinition<Shell> = {
  define: (c) => {
    describeCommand(c, {
      usage: "SHELL",
      long: "Print a script that makes a shell complete command lines: bash, zsh, fish or powershell.",
      examples: `
# In this bash, and in every one
source <(kubectl completion bash)
echo 'source <(kubectl completion bash)' >> ~/.bashrc

# With an alias
complete -o default -F _kubectl_complete k

# zsh and fish
source <(kubectl completion zsh)
kubectl completion fish | source`,
    });
  },
  complete: (_session, _flags, args) => {
    const [shell] = args;
    if (shell === undefined) throw new UsageError("Shell not specified.", "completion");
    if (args.length > 1) throw new UsageError("Too many arguments. Expected only the shell type.", "completion");
    const known = SHELLS.find((s) => s === shell);
    if (known === undefined) throw new UsageError(`Unsupported shell type ${JSON.stringify(shell)}.`, "completion");
    return known;
  },
  run: async (session, shell) => session.streams.stdout.write(completionScript(shell, session.program)),
};

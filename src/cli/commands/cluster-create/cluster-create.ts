import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";

interface Options {
  readonly name: string | undefined;
  readonly config: string;
  readonly addons: string | undefined;
}

/** `drykube cluster create [NAME]`: a new cluster, its context made current. Mirrors `kind create cluster`. */
export const command: CommandDefinition<Options> = {
  define(c) {
    describeCommand(c, {
      usage: "[NAME] [--config=FILENAME] [--addons=LIST]",
      long: "Create a simulated cluster and make its context the current one.\n\nWithout a configuration it has one control-plane node and two workers.",
      examples:
        '  # Create the default cluster, "kind"\n  drykube cluster create\n\n  # Create a bare control plane: no pods in kube-system, no storage class, no load balancer\n  drykube cluster create bare --addons none\n\n  # Create the nodes that a kind configuration asks for\n  drykube cluster create --config kind.yaml',
    });
    declareFlags(
      c,
      flag.string("config", "A kind configuration file (kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4)."),
      flag.string("addons", "What to install: any of kube-system,local-path,metallb, or all, or none.", {
        default: "all",
      }),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length > 1) throw new UsageError(`expected at most one NAME, got ${args.length}`);
    return { name: args[0], config: flags["config"], addons: flags["addons"] };
  },
  async run(session, options) {
    const { createFromOptions } = await import("./create-from-options.ts");
    const settings = await createFromOptions(session, options);
    session.streams.stdout.write(
      `Cluster "${settings.name}" created: ${settings.nodes.length} node${settings.nodes.length === 1 ? "" : "s"}, Kubernetes ${settings.gitVersion}.\nSwitched to context "kind-${settings.name}".\n`,
    );
  },
};

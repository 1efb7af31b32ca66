import type { KubeObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { attachToPod } from "../../pods/attach.ts";
import { attachablePod, findOne } from "../../pods/attachable-pod.ts";
import { throwFailure } from "../../pods/terminal.ts";
import { fetchInfo } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import type { Session } from "../../session.ts";

interface AttachOptions {
  readonly target: string;
  readonly container: string;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
  readonly timeoutMs: number;
}

async function run(session: Session, o: AttachOptions): Promise<void> {
  const info: Info = await findOne(session, o.target);
  info.object ??= await fetchInfo(session, info);
  const pod: KubeObject = await attachablePod(session, info, o.timeoutMs);
  throwFailure(await attachToPod(session, pod, o));
}

/** `kubectl attach`. Mirrors kubectl/pkg/cmd/attach. */
export const command: CommandDefinition<AttachOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(POD | TYPE/NAME) -c CONTAINER",
      long: "Attach to a process that runs in a container already.",
      examples: `
# The output of a pod
kubectl attach mypod

# With input and a terminal
kubectl attach mypod -c ruby-container -i -t

# A pod of a replica set
kubectl attach rs/nginx`,
    });
    declareFlags(
      c,
      flag.string("container", "Container to attach to; the pod's first by default.", { short: "c" }),
      flag.duration("pod-running-timeout", "How long to wait for a pod that runs (5s, 2m, 3h).", { default: "1m0s" }),
      flag.bool("quiet", "Only print what the process prints.", { short: "q" }),
      flag.bool("stdin", "Pass standard input to the container.", { short: "i" }),
      flag.bool("tty", "Standard input is a terminal.", { short: "t" }),
    );
  },
  complete: (_session, flags, args) => {
    if (flags["podRunningTimeout"] <= 0)
      throw new UsageError("--pod-running-timeout must be higher than zero", "attach");
    if (args.length === 0) throw new Error("at least 1 argument is required for attach");
    if (args.length > 2)
      throw new Error(
        "expected POD, TYPE/NAME, or TYPE NAME, (at most 2 arguments) saw " + `${args.length}: [${args.join(" ")}]`,
      );
    return {
      target: args.length === 2 ? `${args[0]}/${args[1]}` : args[0]!,
      container: flags["container"],
      stdin: flags["stdin"],
      tty: flags["tty"],
      quiet: flags["quiet"],
      timeoutMs: flags["podRunningTimeout"],
    };
  },
  run,
};

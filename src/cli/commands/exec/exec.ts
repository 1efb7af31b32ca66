import { objectPath } from "../../../client/create-client.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { argsLenAtDash, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { attachablePod, findOne } from "../../pods/attachable-pod.ts";
import { defaultContainer } from "../../pods/containers.ts";
import { streamToPod, throwFailure } from "../../pods/terminal.ts";
import type { Session } from "../../session.ts";

interface ExecOptions {
  readonly target: string;
  readonly filenames: readonly string[];
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly quiet: boolean;
  readonly timeoutMs: number;
}

function complete(_session: Session, flags: Readonly<Record<string, any>>, args: readonly string[]): ExecOptions {
  const dash = argsLenAtDash(flags);
  const filenames: readonly string[] = flags["filename"];
  if (dash < 0 && args.length > (filenames.length > 0 ? 0 : 1))
    throw new UsageError("exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead", "exec");
  if (flags["podRunningTimeout"] <= 0) throw new UsageError("--pod-running-timeout must be higher than zero", "exec");
  return {
    target: dash === 0 ? "" : (args[0] ?? ""),
    filenames,
    container: flags["container"],
    command: dash < 0 ? [] : args.slice(dash),
    stdin: flags["stdin"],
    tty: flags["tty"],
    quiet: flags["quiet"],
    timeoutMs: flags["podRunningTimeout"],
  };
}

function validate(o: ExecOptions): void {
  if (o.target === "" && o.filenames.length === 0) throw new Error("pod, type/name or --filename must be specified");
  if (o.command.length === 0) throw new Error("you must specify at least one command for the container");
}

async function run(session: Session, o: ExecOptions): Promise<void> {
  const pod = await attachablePod(session, await findOne(session, o.target, o.filenames), o.timeoutMs);
  const phase = pod["status"]?.phase;
  if (phase === "Succeeded" || phase === "Failed")
    throw new Error(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  const container = o.container === "" ? defaultContainer(session, pod, o.quiet) : o.container;
  if (o.tty && o.stdin && !session.streams.stdin.isTTY)
    session.streams.stderr.write("Unable to use a TTY - input is not a terminal or the right kind of file\n");
  const tty = o.tty && o.stdin && session.streams.stdin.isTTY;
  const { name = "", namespace = "" } = pod.metadata;
  throwFailure(
    await streamToPod(session, {
      path: objectPath({ group: "", version: "v1", resource: "pods", namespace }, name, "exec"),
      query: {
        command: o.command,
        container,
        ...(o.stdin ? { stdin: "true" } : {}),
        stdout: "true",
        ...(tty ? { tty: "true" } : { stderr: "true" }),
      },
      stdin: o.stdin,
      tty,
    }),
  );
}

/** `kubectl exec`. Mirrors kubectl/pkg/cmd/exec. */
export const command: CommandDefinition<ExecOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]",
      long: "Execute a command in a container.",
      examples: `
# In the first container of a pod
kubectl exec mypod -- date

# In another one
kubectl exec mypod -c ruby-container -- date

# A shell in a terminal
kubectl exec mypod -i -t -- bash

# In a pod of a deployment
kubectl exec deploy/mydeployment -- date`,
    });
    declareFlags(
      c,
      flag.string("container", "Container to execute in; the pod's first by default.", { short: "c" }),
      flag.strings("filename", "File that names the object to execute in.", { short: "f" }),
      flag.duration("pod-running-timeout", "How long to wait for a pod that runs (5s, 2m, 3h).", { default: "1m0s" }),
      flag.bool("quiet", "Only print what the command prints.", { short: "q" }),
      flag.bool("stdin", "Pass standard input to the container.", { short: "i" }),
      flag.bool("tty", "Standard input is a terminal.", { short: "t" }),
    );
  },
  complete,
  validate,
  run,
};

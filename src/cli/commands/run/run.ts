import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { dryRunFlag, fieldManagerFlag, filenameFlags, saveConfigFlag } from "../../flags/common-flags.ts";
import { argsLenAtDash, changed, declareFlags, flag } from "../../flags/flag.ts";
import { type Recorder, recorderOf, recordFlag } from "../../flags/record.ts";
import { type Cascade, cascadeOf, type DryRun, dryRunOf } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { isImageReference } from "../../image-reference.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import type { Session } from "../../session.ts";

/** How --rm removes the pod. */
export interface Removal {
  readonly cascade: Cascade;
  /** Seconds; negative: the pod's own. */
  readonly gracePeriod: number;
  readonly timeoutMs: number;
  readonly wait: boolean;
}

/** What `run` was asked for. */
export interface RunOptions {
  readonly name: string;
  readonly namespace: string;
  readonly explicitNamespace: boolean;
  readonly image: string;
  readonly imagePullPolicy: string;
  readonly restart: string;
  readonly command: boolean;
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly labels: string;
  readonly annotations: readonly string[];
  readonly port: string;
  readonly expose: boolean;
  readonly privileged: boolean;
  readonly stdin: boolean;
  readonly tty: boolean;
  readonly leaveStdinOpen: boolean;
  readonly attach: boolean;
  readonly remove: boolean;
  readonly removal: Removal;
  readonly quiet: boolean;
  readonly runningTimeoutMs: number;
  readonly overrides: string;
  readonly overrideType: string;
  readonly saveConfig: boolean;
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

const usage = (message: string): UsageError => new UsageError(message, "run");

function checkFlags(o: RunOptions): void {
  if (o.image === "") throw new Error("--image is required");
  if (!isImageReference(o.image))
    throw new Error(`Invalid image name ${JSON.stringify(o.image)}: invalid reference format`);
  if (o.tty && !o.stdin) throw usage("-i/--stdin is required for containers with -t/--tty=true");
  if (o.expose && o.port === "") throw usage("--port must be set when exposing a service");
  if (!["Always", "OnFailure", "Never"].includes(o.restart)) throw usage(`invalid restart policy: ${o.restart}`);
  if (o.remove && !o.attach) throw usage("--rm should only be used for attached containers");
  if (o.attach && o.dryRun !== "none")
    throw usage(
      "--dry-run=[server|client] can't be used with attached containers options (--attach, --stdin, or --tty)",
    );
  if (!["", "Always", "IfNotPresent", "Never"].includes(o.imagePullPolicy))
    throw usage(`invalid image pull policy: ${o.imagePullPolicy}`);
}

function removalOf(session: Session, flags: Readonly<Record<string, any>>): Removal {
  const seconds: number = flags["gracePeriod"];
  const force: boolean = flags["force"];
  // Losing data takes more than a zero: only --force makes it really zero.
  const gracePeriod = seconds === 0 && !force ? 1 : force && seconds < 0 ? 0 : seconds;
  return { cascade: cascadeOf(session, flags), gracePeriod, timeoutMs: flags["timeout"], wait: flags["wait"] };
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<RunOptions> {
  const { name: namespace, explicit } = await session.namespace();
  const dryRun = dryRunOf(session, flags);
  const print = printOptionsOf(flags);
  await operationPrinter(session, print, "");
  if (args.length === 0 || argsLenAtDash(flags) === 0) throw usage("NAME is required for run");
  if (flags["podRunningTimeout"] <= 0) throw usage("--pod-running-timeout must be higher than zero");
  return {
    name: args[0]!,
    namespace,
    explicitNamespace: explicit,
    image: flags["image"],
    imagePullPolicy: flags["imagePullPolicy"],
    restart: flags["restart"] === "" ? "Always" : flags["restart"],
    command: flags["command"],
    args: args.slice(1),
    env: flags["env"],
    labels: flags["labels"],
    annotations: flags["annotations"],
    port: flags["port"],
    expose: flags["expose"],
    privileged: flags["privileged"],
    stdin: flags["stdin"],
    tty: flags["tty"],
    leaveStdinOpen: flags["leaveStdinOpen"],
    attach: changed(flags, "attach") ? flags["attach"] : flags["attach"] || flags["stdin"] || flags["tty"],
    remove: flags["rm"],
    removal: removalOf(session, flags),
    quiet: flags["quiet"],
    runningTimeoutMs: flags["podRunningTimeout"],
    overrides: flags["overrides"],
    overrideType: flags["overrideType"],
    saveConfig: flags["saveConfig"],
    dryRun,
    fieldManager: flags["fieldManager"],
    print,
    record: recorderOf(flags),
  };
}

/** `kubectl run`. Mirrors kubectl/pkg/cmd/run. */
export const command: CommandDefinition<RunOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage:
        'NAME --image=image [--env="key=value"] [--port=port] [--dry-run=server|client] [--overrides=inline-json] [--command] -- [COMMAND] [args...]',
      long: "Create a pod and run an image in it.",
      examples: `
# A pod
kubectl run nginx --image=nginx

# With a port, variables and labels
kubectl run hazelcast --image=hazelcast/hazelcast --port=5701 --env="DNS_DOMAIN=cluster" --labels="app=hazelcast,env=prod"

# Only its manifest
kubectl run nginx --image=nginx --dry-run=client -o yaml

# In the foreground, gone afterwards
kubectl run -i -t busybox --image=busybox --restart=Never --rm

# Arguments, or another command
kubectl run nginx --image=nginx -- <arg1> <arg2>
kubectl run nginx --image=nginx --command -- <cmd> <arg1>`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.array("annotations", "Annotation KEY=VALUE of the pod; may be given several times."),
      flag.bool("attach", "Attach to the pod once it runs; the default with -i and -t."),
      flag.string("cascade", 'What happens to dependents with --rm: "background", "orphan" or "foreground".', {
        default: "background",
        noOptDefault: "background",
      }),
      flag.bool("command", "What follows -- is the command, not its arguments."),
      dryRunFlag,
      flag.array("env", "Variable NAME=VALUE of the container; may be given several times."),
      flag.bool("expose", "Create a ClusterIP service for the pod too. Needs --port."),
      fieldManagerFlag("kubectl-run"),
      ...filenameFlags("that would name an object; not used"),
      flag.bool("force", "Remove at once with --rm."),
      flag.int("grace-period", "Seconds to end with --rm; negative: the pod's own.", { default: "-1" }),
      flag.string("image", "The container's image.", { required: true }),
      flag.string("image-pull-policy", "Always, IfNotPresent or Never; the server's choice when absent."),
      flag.string("labels", "Comma-separated labels of the pod.", { short: "l" }),
      flag.bool("leave-stdin-open", "Keep standard input open after the first attach ends."),
      flag.string("override-type", "How --overrides is applied: json, merge or strategic.", { default: "merge" }),
      flag.string("overrides", "Inline JSON that changes the generated object."),
      flag.duration("pod-running-timeout", "How long to wait for a pod that runs (5s, 2m, 3h).", { default: "1m0s" }),
      flag.string("port", "The port that the container exposes."),
      flag.bool("privileged", "Run the container privileged."),
      flag.bool("quiet", "Print no prompts.", { short: "q" }),
      flag.string("restart", "Restart policy of the pod: Always, OnFailure, Never.", { default: "Always" }),
      flag.bool("rm", "Delete the pod once it ends; only for attached ones."),
      recordFlag,
      saveConfigFlag,
      flag.bool("stdin", "Keep the container's standard input open.", { short: "i" }),
      flag.duration("timeout", "How long to wait for the deletion with --rm."),
      flag.bool("tty", "Give the container a terminal.", { short: "t" }),
      flag.bool("wait", "Wait for the deletion with --rm."),
    );
  },
  complete,
  validate: checkFlags,
  run: async (session, options) => (await import("./run-pod.ts")).runPod(session, options),
};

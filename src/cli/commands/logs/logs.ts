import { parseGoTime, rfc3339 } from "../../../machinery/schema/go-time.ts";
import { type CommandDefinition, INTERRUPTED } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { selectorFlag } from "../../flags/common-flags.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";

/** What `logs` was asked for. */
export interface LogsOptions {
  readonly target: string;
  readonly container: string;
  readonly containerFlag: boolean;
  readonly inlineContainer: boolean;
  readonly labelSelector: string;
  readonly allContainers: boolean;
  readonly allPods: boolean;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly prefix: boolean;
  readonly ignoreErrors: boolean;
  readonly sinceMs: number;
  readonly sinceTime: string;
  readonly tail: number;
  readonly tailGiven: boolean;
  readonly limitBytes: number;
  readonly maxRequests: number;
  readonly insecureBackend: boolean;
  readonly timeoutMs: number;
}

const usageError =
  "expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command";

function complete(_session: unknown, flags: Readonly<Record<string, any>>, args: readonly string[]): LogsOptions {
  if ((args.length === 0 && flags["selector"] === "") || args.length > 2) throw new UsageError(usageError, "logs");
  if (args.length === 1 && flags["selector"] !== "")
    throw new UsageError("only a selector (-l) or a POD name is allowed", "logs");
  if (flags["podRunningTimeout"] <= 0) throw new Error("--pod-running-timeout must be higher than zero");
  return {
    target: args[0] ?? "",
    container: args.length === 2 ? args[1]! : flags["container"],
    containerFlag: changed(flags, "container"),
    inlineContainer: args.length === 2,
    labelSelector: flags["selector"],
    allContainers: flags["allContainers"] || flags["allPods"],
    allPods: flags["allPods"],
    follow: flags["follow"],
    previous: flags["previous"],
    timestamps: flags["timestamps"],
    prefix: flags["prefix"] || flags["allPods"],
    ignoreErrors: flags["ignoreErrors"],
    sinceMs: flags["since"],
    sinceTime: flags["sinceTime"],
    tail: flags["tail"],
    tailGiven: changed(flags, "tail"),
    limitBytes: flags["limitBytes"],
    maxRequests: flags["maxLogRequests"],
    insecureBackend: flags["insecureSkipTlsVerifyBackend"],
    timeoutMs: flags["podRunningTimeout"],
  };
}

function validate(o: LogsOptions): void {
  if (o.sinceTime !== "") {
    const parsed = parseGoTime(o.sinceTime, rfc3339);
    if (typeof parsed !== "number") throw new Error(parsed.error);
  }
  if (o.sinceTime !== "" && o.sinceMs !== 0)
    throw new Error("at most one of `sinceTime` or `sinceSeconds` may be specified");
  if (o.allContainers && o.container !== "" && !o.allPods)
    throw new Error(`--all-containers=true should not be specified with container name ${o.container}`);
  if (o.containerFlag && o.inlineContainer) throw new Error("only one of -c or an inline [CONTAINER] arg is allowed");
  if (o.limitBytes < 0) throw new Error("--limit-bytes must be greater than 0");
  if (o.sinceMs < 0) throw new Error("--since must be greater than 0");
  if (o.tail < -1) throw new Error("--tail must be greater than or equal to -1");
}

/** `kubectl logs`. Mirrors kubectl/pkg/cmd/logs. */
export const command: CommandDefinition<LogsOptions> = {
  exitOn: INTERRUPTED,
  define: (c) => {
    describeCommand(c, {
      usage: "[-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]",
      long: "Print the logs of a container in a pod. The container may be left out where the pod has only one.",
      examples: `
# Of a pod with one container
kubectl logs nginx

# Of all containers, of pods with a label
kubectl logs nginx --all-containers=true
kubectl logs -l app=nginx --all-containers=true

# Of the run before the last restart
kubectl logs -p -c ruby web-1

# As it goes on, the last 20 lines, the last hour
kubectl logs -f -c ruby web-1
kubectl logs --tail=20 nginx
kubectl logs --since=1h nginx

# Of a job or a deployment
kubectl logs job/hello
kubectl logs deployment/nginx -c nginx-1`,
    });
    declareFlags(
      c,
      flag.bool("all-containers", "All containers of the pods."),
      flag.bool("all-pods", "All pods of the object; with --prefix and --all-containers."),
      flag.string("container", "This container.", { short: "c" }),
      flag.bool("follow", "Go on as the log grows.", { short: "f" }),
      flag.bool("ignore-errors", "Go on past errors while following several logs."),
      flag.bool("insecure-skip-tls-verify-backend", "Do not verify the kubelet's certificate."),
      flag.int64("limit-bytes", "Most bytes to print; 0: no limit."),
      flag.int("max-log-requests", "Most logs to follow at once with a selector.", { default: "5" }),
      flag.duration("pod-running-timeout", "How long to wait for a pod that runs (5s, 2m, 3h).", { default: "20s" }),
      flag.bool("prefix", "Put pod and container before each line."),
      flag.bool("previous", "The log of the run before, where there was one.", { short: "p" }),
      selectorFlag,
      flag.duration("since", "Only lines younger than this (5s, 2m, 3h)."),
      flag.string("since-time", "Only lines after this time (RFC 3339)."),
      flag.int64("tail", "Lines from the end; -1: all, or 10 with a selector.", { default: "-1" }),
      flag.bool("timestamps", "Put the time before each line."),
    );
  },
  complete,
  validate,
  run: async (session, options) => (await import("./logs-run.ts")).runLogs(session, options),
};

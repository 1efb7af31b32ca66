import type { KubeObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { ExitError } from "../../exit.ts";
import { chunkSizeFlag, dryRunFlag, selectorFlag } from "../../flags/common-flags.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { checkSelection, cordonNodes, findNodes, type NodeSelection } from "../../nodes/cordon.ts";
import { namePrinter } from "../../printers/format.ts";
import { messageForError } from "../../report-error.ts";
import type { Info } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { type FilteredPods, filterPods, type PodFilterOptions } from "./pod-filters.ts";
import { type RemoveOptions, removePods } from "./remove-pods.ts";

interface DrainOptions extends NodeSelection, PodFilterOptions, RemoveOptions {
  readonly podSelector: string;
  readonly chunkSize: number;
}

function complete(session: Session, flags: Readonly<Record<string, any>>, args: readonly string[]): DrainOptions {
  const selection = {
    command: "drain" as const,
    names: args,
    selector: flags["selector"],
    podSelector: flags["podSelector"],
    chunkSize: flags["chunkSize"],
  };
  checkSelection(selection, changed(flags, "selector"));
  return {
    ...selection,
    dryRun: dryRunOf(session, flags),
    force: flags["force"],
    ignoreDaemonSets: flags["ignoreDaemonsets"],
    deleteEmptyDirData: flags["deleteEmptydirData"],
    skipWaitForDeleteTimeoutSeconds: flags["skipWaitForDeleteTimeout"],
    gracePeriod: flags["gracePeriod"],
    timeoutMs: flags["timeout"],
    disableEviction: flags["disableEviction"],
  };
}

/** The pods of a node that are to go. */
async function podsOf(session: Session, o: DrainOptions, node: string): Promise<FilteredPods> {
  const client = await session.client();
  const pods: KubeObject[] = [];
  let next = "";
  do {
    const page = await client.list<KubeObject>(
      { group: "", version: "v1", resource: "pods" },
      { labelSelector: o.podSelector, fieldSelector: `spec.nodeName=${node}`, limit: o.chunkSize, continue: next },
    );
    pods.push(...page.items);
    next = page.metadata["continue"] ?? "";
  } while (next !== "");
  return filterPods(client, pods, o, session.clusterNow());
}

const errorText = (error: unknown): string => (error as Error).message;

async function tellPending(session: Session, o: DrainOptions, node: string, error: unknown): Promise<void> {
  const { stderr } = session.streams;
  const { pods, errors } = await podsOf(session, o, node);
  if (pods.length > 0) {
    stderr.write(
      `There are pending pods in node ${JSON.stringify(node)} when an error occurred: ${errorText(error)}\n`,
    );
    for (const pod of pods) stderr.write(`pod/${pod.metadata.name}\n`);
  }
  if (errors.length > 0)
    stderr.write(`Following errors occurred while getting the list of pods to delete:\n${errors.join(", ")}`);
}

/** Empties one node. Throws an AggregateError. */
async function drainNode(session: Session, o: DrainOptions, node: string): Promise<void> {
  const { stdout, stderr } = session.streams;
  const { pods, errors, warning } = await podsOf(session, o, node);
  if (errors.length > 0)
    throw new AggregateError(
      errors.map((e) => new Error(e)),
      errors.length === 1 ? errors[0] : `[${errors.join(", ")}]`,
    );
  if (warning !== "") stderr.write(`Warning: ${warning}\n`);
  if (o.dryRun === "client") {
    for (const { metadata } of pods) stdout.write(`evicting pod ${metadata.namespace}/${metadata.name} (dry run)\n`);
    return;
  }
  try {
    await removePods(session, pods, o);
  } catch (error) {
    await tellPending(session, o, node, error);
    throw error;
  }
}

/** The closing text: one node's errors a line each, without a prefix; of several nodes one line each. Mirrors how CheckErr unpacks an aggregate of aggregates. */
function closingText(fatal: readonly unknown[]): string {
  const [only] = fatal;
  const errors = fatal.length === 1 && only instanceof AggregateError ? only.errors : fatal;
  return errors.map(messageForError).join("\n");
}

async function run(session: Session, o: DrainOptions): Promise<void> {
  const infos: readonly Info[] = await findNodes(session, o);
  await cordonNodes(session, infos, true, o.dryRun);
  const fatal: unknown[] = [];
  const remaining: string[] = [];
  for (const info of infos)
    try {
      await drainNode(session, o, info.name);
      session.streams.stdout.write(namePrinter(`drained${dryRunSuffix(o.dryRun)}`)(info.object!));
    } catch (error) {
      session.streams.stderr.write(
        `error: unable to drain node ${JSON.stringify(info.name)} due to error: ${errorText(error)}, continuing command...\n`,
      );
      fatal.push(error);
      remaining.push(info.name);
    }
  if (fatal.length === 0) return;
  session.streams.stderr.write(
    `There are pending nodes to be drained:\n${remaining.map((name) => ` ${name}\n`).join("")}`,
  );
  throw new ExitError(closingText(fatal));
}

/** `kubectl drain`. Mirrors kubectl/pkg/cmd/drain NewCmdDrain. */
export const command: CommandDefinition<DrainOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "NODE",
      long: `Empty a node for maintenance.

 The node is marked unschedulable; then its pods are evicted, as far as disruption budgets allow, or deleted. Pods of daemon sets stay; pods without a controller go with --force only, pods with local data with --delete-emptydir-data only.`,
      examples: `
# Even if there are pods without a controller on it
kubectl drain foo --force

# With 15 minutes for the pods to end
kubectl drain foo --grace-period=900`,
    });
    declareFlags(
      c,
      chunkSizeFlag,
      flag.bool("delete-emptydir-data", "Go on although there are pods with emptyDir volumes, whose data is lost."),
      flag.bool("disable-eviction", "Delete the pods rather than evicting them: disruption budgets are passed by."),
      dryRunFlag,
      flag.bool("force", "Go on although there are pods without a controller."),
      flag.int("grace-period", "Seconds that pods get to end; negative: their own.", { default: "-1" }),
      flag.bool("ignore-daemonsets", "Leave pods of daemon sets alone."),
      flag.string("pod-selector", "Label selector of the pods to remove."),
      selectorFlag,
      flag.int("skip-wait-for-delete-timeout", "Seconds after whose end pods being deleted are not waited for."),
      flag.duration("timeout", "How long to wait; 0 waits for ever."),
    );
  },
  complete,
  run,
};

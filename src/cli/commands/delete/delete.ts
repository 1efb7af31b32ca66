import { isForbidden, isNotFound, StatusError } from "../../../machinery/status-error.ts";
import { type CommandDefinition, INTERRUPTED } from "../../define-command.ts";
import { dryRunFlag, fieldSelectorFlag, filenameFlags, selectorFlag } from "../../flags/common-flags.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { checkRawCall } from "../../flags/raw-uri.ts";
import { type Cascade, cascadeOf, type DryRun, dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { addSource } from "../../report-error.ts";
import { type BuildOptions, type BuildResult, findResources } from "../../resources/builder.ts";
import { type Info, nameOf, pathOf, qualifiedKind } from "../../resources/info.ts";
import { targetOf } from "../../resources/target.ts";
import type { InputStream, Session } from "../../session.ts";

interface DeleteOptions {
  readonly build: BuildOptions;
  readonly all: boolean;
  readonly ignoreNotFound: boolean;
  readonly cascade: Cascade;
  /** Seconds; -1: the object's own. */
  readonly gracePeriod: number;
  readonly force: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
  readonly output: string;
  readonly dryRun: DryRun;
  readonly interactive: boolean;
  readonly warnClusterScope: boolean;
  readonly raw: string;
}

function gracePeriodOf(flags: Readonly<Record<string, any>>): number {
  let seconds: number = flags["gracePeriod"];
  if (flags["now"]) {
    if (seconds !== -1) throw new Error("--now and --grace-period cannot be specified together");
    seconds = 1;
  }
  // Losing data takes more than a zero: only --force makes it really zero.
  if (seconds === 0 && !flags["force"]) return 1;
  return flags["force"] && seconds < 0 ? 0 : seconds;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<DeleteOptions> {
  const { explicit } = await session.namespace();
  const selects = flags["all"] || flags["selector"] !== "" || flags["fieldSelector"] !== "";
  const cascade = cascadeOf(session, flags);
  const dryRun = dryRunOf(session, flags);
  return {
    build: {
      ...(await targetOf(session, flags, args)),
      labelSelector: flags["selector"],
      fieldSelector: flags["fieldSelector"],
      selectAll: flags["all"],
      allNamespaces: flags["allNamespaces"],
      requireObject: false,
    },
    all: flags["all"],
    ignoreNotFound: selects && !changed(flags, "ignore-not-found") ? true : flags["ignoreNotFound"],
    cascade,
    gracePeriod: gracePeriodOf(flags),
    force: flags["force"],
    wait: flags["wait"],
    timeoutMs: flags["timeout"],
    output: flags["output"],
    dryRun,
    interactive: flags["interactive"],
    warnClusterScope: explicit && !flags["allNamespaces"],
    raw: flags["raw"],
  };
}

function checkRaw(o: DeleteOptions): void {
  const { filenames = [], recursive = false } = o.build;
  if (filenames.length > 1) throw new Error("--raw can only use a single local file or stdin");
  checkRawCall({ uri: o.raw, filenames, recursive, output: o.output });
}

function validate(o: DeleteOptions): void {
  if (o.output !== "" && o.output !== "name")
    throw new Error(`unexpected -o output mode: ${o.output}. We only support '-o name'`);
  if (o.gracePeriod > 0 && o.force)
    throw new Error("--force and --grace-period greater than 0 cannot be specified together");
}

const warn = (session: Session, text: string): void => session.streams.stderr.write(`Warning: ${text}\n`);

/** Deletes one object; answers with its uid where the server tells it. */
async function deleteInfo(session: Session, o: DeleteOptions, info: Info): Promise<string | undefined> {
  const client = await session.client();
  try {
    const answer = await client.delete(pathOf(info), info.name, {
      ...(o.gracePeriod >= 0 ? { gracePeriodSeconds: o.gracePeriod } : {}),
      propagationPolicy: o.cascade,
      dryRun: o.dryRun === "server",
    });
    return answer["kind"] === "Status" ? answer["details"]?.uid : answer["metadata"]?.uid;
  } catch (error) {
    throw addSource("deleting", info.source, error);
  }
}

function report(session: Session, o: DeleteOptions, info: Info): void {
  const operation = o.gracePeriod === 0 ? "force deleted" : "deleted";
  session.streams.stdout.write(
    o.output === "name"
      ? `${nameOf(info)}\n`
      : `${qualifiedKind(info.resource)} "${info.name}" ${operation}${dryRunSuffix(o.dryRun)}\n`,
  );
}

/** What was typed up to the first end of line: a terminal does not end its input there. */
async function firstLine(stdin: InputStream): Promise<string> {
  let text = "";
  for await (const chunk of stdin.chunks()) {
    text += Buffer.from(chunk).toString("utf8");
    if (text.includes("\n")) break;
  }
  return text.split("\n")[0]!;
}

async function confirmed(session: Session, o: DeleteOptions): Promise<boolean> {
  const { infos, error } = await (await findResources(session, o.build)).infos(
    o.ignoreNotFound ? isNotFound : undefined,
  );
  if (error !== undefined) throw error;
  if (infos.length === 0) {
    session.streams.stdout.write("No resources found\n");
    return false;
  }
  const { stdout, stdin } = session.streams;
  stdout.write(`You are about to delete the following ${infos.length} resource(s):\n`);
  for (const info of infos) stdout.write(`${nameOf(info)}\n`);
  stdout.write("Do you want to continue? (y/n): ");
  const answer = (await firstLine(stdin)).trim().toLowerCase();
  if (answer === "y" || answer === "yes") return true;
  stdout.write("deletion is cancelled\n");
  return false;
}

interface Deleted {
  readonly info: Info;
  readonly uid: string | undefined;
}

async function deleteAll(session: Session, o: DeleteOptions, result: BuildResult): Promise<readonly Deleted[]> {
  const deleted: Deleted[] = [];
  let warnClusterScope = o.warnClusterScope;
  try {
    await result.visit(async (info) => {
      if (warnClusterScope && !info.resource.namespaced) {
        warn(session, "deleting cluster-scoped resources, not scoped to the provided namespace");
        warnClusterScope = false;
      }
      const at = deleted.push({ info, uid: undefined }) - 1;
      if (o.dryRun !== "client") deleted[at] = { info, uid: await deleteInfo(session, o, info) };
      report(session, o, info);
    });
  } catch (error) {
    const errors = error instanceof AggregateError ? error.errors : [error];
    const left = o.ignoreNotFound ? errors.filter((e) => !isNotFound(e)) : errors;
    if (left.length > 0) throw left.length === 1 ? left[0] : new AggregateError(left);
  }
  return deleted;
}

/** Without a timeout, waiting for deletion ends after a week. */
const A_WEEK_MS = 168 * 3_600_000;

async function run(session: Session, o: DeleteOptions): Promise<void> {
  if (o.raw !== "") {
    validate(o);
    checkRaw(o);
    return (await import("../../raw-write.ts")).deleteRaw(session, o.raw, o.build.filenames?.[0]);
  }
  // What names resources is looked at before the rest of the flags.
  const result = await findResources(session, o.build);
  validate(o);
  if (o.force && o.gracePeriod === 0)
    warn(
      session,
      "Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.",
    );
  if (o.interactive && !(await confirmed(session, o))) return;
  const deleted = await deleteAll(session, o, result);
  if (deleted.length === 0) return session.streams.stdout.write("No resources found\n");
  if (!o.wait || o.dryRun !== "none") return;
  const { waitForDeletion } = await import("../../wait/deletion.ts");
  try {
    await waitForDeletion(session, deleted, o.timeoutMs === 0 ? A_WEEK_MS : o.timeoutMs);
  } catch (error) {
    if (isForbidden(error) || (error instanceof StatusError && error.reason === "MethodNotAllowed")) return;
    throw error;
  }
}

/** `kubectl delete`. Mirrors kubectl/pkg/cmd/delete. */
export const command: CommandDefinition<DeleteOptions> = {
  exitOn: INTERRUPTED,
  define: (c) => {
    describeCommand(c, {
      usage: "([-f FILENAME] | [-k DIRECTORY] | TYPE [(NAME | -l label | --all)])",
      long: `Delete resources by file names, standard input, types and names, or by types and label selector.

 Pods and some others are given time to end; --grace-period sets how much, and --force takes it away. The command waits until what it deleted is gone, unless --wait=false.`,
      examples: `
# What a file describes
kubectl delete -f ./pod.json

# By names, by label, all of a type
kubectl delete pod,service baz foo
kubectl delete pods,services -l name=myLabel
kubectl delete pods --all

# At once, without waiting for the node
kubectl delete pod foo --force`,
    });
    declareFlags(
      c,
      flag.bool("all", "All resources of the given types in the namespace."),
      flag.bool("all-namespaces", "Look at all namespaces, whatever --namespace says.", { short: "A" }),
      flag.string("cascade", 'What happens to dependents: "background", "orphan" or "foreground".', {
        default: "background",
        noOptDefault: "background",
      }),
      dryRunFlag,
      fieldSelectorFlag,
      ...filenameFlags("that name what to delete"),
      flag.bool("force", "Remove objects at once, without waiting for their end to be confirmed."),
      flag.int("grace-period", "Seconds given to end; negative: the object's own. 0 needs --force.", { default: "-1" }),
      flag.bool(
        "ignore-not-found",
        "Count what does not exist as deleted; the default with --all, -l and --field-selector.",
      ),
      flag.bool("interactive", "Ask before deleting.", { short: "i" }),
      flag.bool("now", "End resources with a grace period of 1 second."),
      flag.string("output", 'Output mode: "name" prints resource/name.', { short: "o" }),
      flag.string("raw", "URI to DELETE at the server."),
      selectorFlag,
      flag.duration("timeout", "How long to wait; 0 follows the object's size."),
      flag.bool("wait", "Wait until the objects are gone; finalizers are waited for.", { default: "true" }),
    );
  },
  complete,
  run,
};

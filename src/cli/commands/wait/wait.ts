import { isNotFound } from "../../../machinery/status-error.ts";
import { type CommandDefinition, INTERRUPTED } from "../../define-command.ts";
import { fieldSelectorFlag, selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { aggregate } from "../../report-error.ts";
import { type BuildOptions, type BuildResult, fetchInfo, findResources } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { type Condition, parseCondition } from "../../wait/conditions.ts";
import { poll } from "../../wait/poll.ts";

interface WaitOptions {
  readonly build: BuildOptions;
  readonly condition: Condition;
  readonly timeoutMs: number;
  readonly print: PrintOptions;
}

const A_WEEK_MS = 168 * 3_600_000;

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<WaitOptions> {
  const { name, explicit } = await session.namespace();
  const condition = await parseCondition(flags["for"]);
  return {
    build: {
      args,
      filenames: flags["filename"],
      recursive: flags["recursive"],
      labelSelector: flags["selector"],
      fieldSelector: flags["fieldSelector"],
      allowEmptySelector: flags["all"],
      local: flags["local"],
      namespace: name,
      enforceNamespace: explicit,
      allNamespaces: flags["allNamespaces"],
      continueOnError: true,
      flatten: true,
      latest: !flags["local"],
      requireObject: condition.kind !== "create",
    },
    condition,
    timeoutMs: flags["timeout"] < 0 ? A_WEEK_MS : flags["timeout"],
    print: printOptionsOf(flags),
  };
}

/** Waits until what the arguments name exists. */
async function waitForCreation(session: Session, o: WaitOptions, deadline: number): Promise<BuildResult> {
  const options = { ...o.build, requireObject: true };
  const found = await poll(session, deadline, async () => {
    const result = await findResources(session, options);
    const { infos, error } = await result.infos();
    if (error !== undefined && !isNotFound(error)) throw error;
    return error === undefined && infos.length > 0 ? result : undefined;
  });
  if (found === undefined) throw new Error("timed out waiting for the condition");
  return found;
}

const timedOut = (info: Info): Error =>
  new Error(`timed out waiting for the condition on ${info.resource.resource}/${info.name}`);

async function waitForOne(session: Session, o: WaitOptions, info: Info, deadline: number): Promise<void> {
  const { condition } = o;
  if (condition.kind === "create") return;
  if (condition.kind === "delete") {
    const { waitForDeletion } = await import("../../wait/deletion.ts");
    await waitForDeletion(session, [{ info, uid: info.object?.["metadata"]?.uid }], deadline - session.now());
    return;
  }
  const met = await poll(session, deadline, async () => {
    info.object = await fetchInfo(session, info);
    return condition.isMet(info.object) || undefined;
  });
  if (met === undefined) throw timedOut(info);
}

async function run(session: Session, o: WaitOptions): Promise<void> {
  const deadline = session.now() + o.timeoutMs;
  const print = await operationPrinter(session, o.print, "condition met");
  const isDelete = o.condition.kind === "delete";
  const result =
    o.condition.kind === "create" ? await waitForCreation(session, o, deadline) : await findResources(session, o.build);
  const { infos, error } = await result.infos(isDelete ? isNotFound : undefined);
  const errors: unknown[] = error === undefined ? [] : [error];
  if (infos.length === 0) {
    if (isDelete && error === undefined) return;
    throw error ?? new Error("no matching resources found");
  }
  for (const info of infos)
    try {
      await waitForOne(session, o, info, deadline);
      session.streams.stdout.write(print(info.object!));
    } catch (failure) {
      errors.push(failure);
    }
  if (errors.length > 0) throw aggregate(errors);
}

/** `kubectl wait`. Mirrors kubectl/pkg/cmd/wait. */
export const command: CommandDefinition<WaitOptions> = {
  exitOn: INTERRUPTED,
  define: (c) => {
    describeCommand(c, {
      usage:
        "([-f FILENAME] | resource.group/resource.name | resource.group [(-l label | --all)]) [--for=create|--for=delete|--for condition=available|--for=jsonpath='{}'[=value]]",
      long: "Wait until a condition holds for one or many resources: a status condition, a field's value, their creation or their deletion.",
      examples: `
# A status condition
kubectl wait --for=condition=Ready pod/busybox1

# Another value of it
kubectl wait --for=condition=Ready=false pod/busybox1

# A field's value
kubectl wait --for=jsonpath='{.status.phase}'=Running pod/busybox1

# That it is gone
kubectl wait --for=delete pod/busybox1 --timeout=60s`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.bool("all", "All resources of the given types in the namespace."),
      flag.bool("all-namespaces", "Look at all namespaces.", { short: "A" }),
      fieldSelectorFlag,
      flag.strings("filename", "Files that name what to wait for.", { short: "f" }),
      flag.string("for", "What to wait for: create, delete, condition=NAME[=VALUE], jsonpath='{EXPRESSION}'[=VALUE]."),
      flag.bool("local", "Do not contact the server; look at the files only."),
      flag.bool("recursive", "Go into the subdirectories of -f.", { short: "R", default: "true" }),
      selectorFlag,
      flag.duration("timeout", "How long to wait; 0 looks once, a negative time waits for a week.", { default: "30s" }),
    );
  },
  complete,
  run,
};

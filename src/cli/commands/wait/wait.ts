import type { JsonObject } from "../../../machinery/object.ts";
import { isNotFound, StatusError } from "../../../machinery/status-error.ts";
import { type CommandDefinition, INTERRUPTED } from "../../define-command.ts";
import { fieldSelectorFlag, selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type ObjectPrinter, operationPrinter } from "../../printers/format.ts";
import { printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { aggregate } from "../../report-error.ts";
import { type BuildOptions, type BuildResult, fetchInfo, findResources } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";
import { type Condition, parseCondition } from "../../wait/conditions.ts";
import { deadlineSignal, objectStates } from "../../wait/object-states.ts";
import { poll } from "../../wait/poll.ts";

interface WaitOptions {
  readonly build: BuildOptions;
  readonly condition: Condition;
  readonly timeoutMs: number;
  readonly print: ObjectPrinter;
}

const A_WEEK_MS = 168 * 3_600_000;

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<WaitOptions> {
  const target = await targetOf(session, flags, args);
  const print = await operationPrinter(session, printOptionsOf(flags), "condition met");
  const condition = await parseCondition(flags["for"]);
  return {
    build: {
      ...target,
      labelSelector: flags["selector"],
      fieldSelector: flags["fieldSelector"],
      allowEmptySelector: flags["all"],
      local: flags["local"],
      allNamespaces: flags["allNamespaces"],
      latest: !flags["local"],
      requireObject: condition.kind !== "create",
    },
    condition,
    timeoutMs: flags["timeout"] < 0 ? A_WEEK_MS : flags["timeout"],
    print,
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

const subjectOf = (info: Info): string => `${info.resource.resource}/${info.name}`;
const timedOut = (info: Info): Error => new Error(`timed out waiting for the condition on ${subjectOf(info)}`);
const notMet = (info: Info): Error => new Error(`condition not met for ${subjectOf(info)}`);

async function waitForAbsence(session: Session, o: WaitOptions, info: Info, deadline: number): Promise<void> {
  const isLate = o.timeoutMs > 0 && session.now() >= deadline;
  if (isLate) throw new Error("client rate limiter Wait returned an error: context deadline exceeded");
  const { waitForDeletion } = await import("../../wait/deletion.ts");
  const left = Math.max(0, deadline - session.now());
  await waitForDeletion(session, [{ info, uid: info.object?.["metadata"]?.uid }], left).catch((error: unknown) => {
    throw o.timeoutMs === 0 && !(error instanceof StatusError) ? notMet(info) : error;
  });
}

/** Follows one object until it is as it should be. Those whose turn comes after the time is over are not looked at. Mirrors wait.ConditionalWait.IsConditionMet. */
async function waitForState(
  session: Session,
  timeoutMs: number,
  info: Info,
  deadline: number,
  isMet: (object: JsonObject) => boolean,
): Promise<void> {
  if (timeoutMs === 0) {
    info.object = await fetchInfo(session, info);
    if (!isMet(info.object)) throw notMet(info);
    return;
  }
  if (session.now() >= deadline) throw timedOut(info);
  const end = deadlineSignal(session, deadline - session.now());
  try {
    for await (const object of objectStates(session, info, end.signal)) {
      if (object === undefined || !isMet(object)) continue;
      info.object = object;
      return;
    }
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    end.abort();
  }
  throw timedOut(info);
}

async function waitForOne(session: Session, o: WaitOptions, info: Info, deadline: number): Promise<void> {
  const { condition } = o;
  if (condition.kind === "delete") return waitForAbsence(session, o, info, deadline);
  if (condition.kind === "met") await waitForState(session, o.timeoutMs, info, deadline, condition.isMet);
}

async function run(session: Session, o: WaitOptions): Promise<void> {
  const deadline = session.now() + o.timeoutMs;
  const isDelete = o.condition.kind === "delete";
  const result =
    o.condition.kind === "create" ? await waitForCreation(session, o, deadline) : await findResources(session, o.build);
  let visited = 0;
  try {
    await result.visit(async (info) => {
      visited++;
      await waitForOne(session, o, info, deadline);
      session.streams.stdout.write(o.print(info.object!));
    });
  } catch (error) {
    const all = error instanceof AggregateError ? error.errors : [error];
    const told = isDelete ? all.filter((e) => !isNotFound(e)) : all;
    if (told.length > 0) throw aggregate(told);
  }
  if (visited === 0 && !isDelete) throw new Error("no matching resources found");
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

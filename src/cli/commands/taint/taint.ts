import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { splitPairs } from "../../change/pairs.ts";
import { twoWayPatch } from "../../change/two-way-patch.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { ExitError, UsageError } from "../../exit.ts";
import { dryRunFlag, fieldManagerFlag, selectorFlag, validateFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { type DryRun, dryRunOf, validationOf } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import type { ValidationDirective } from "../../resources/manifests.ts";
import { typedObject } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";
import { covers, matches, parseTaints, reorganize, type Taint } from "./taints.ts";

interface TaintOptions {
  readonly resources: readonly string[];
  readonly add: readonly Taint[];
  readonly remove: readonly Taint[];
  readonly all: boolean;
  readonly selector: string;
  readonly overwrite: boolean;
  readonly namespace: string;
  readonly dryRun: DryRun;
  readonly validation: ValidationDirective;
  readonly fieldManager: string;
  readonly print: PrintOptions;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<TaintOptions> {
  const dryRun = dryRunOf(session, flags);
  const { resources, pairs } = splitPairs(args, "taint");
  if (resources.length === 0) throw new Error("one or more resources must be specified as <resource> <name>");
  let taints: ReturnType<typeof parseTaints>;
  try {
    taints = parseTaints(pairs);
  } catch (error) {
    throw new UsageError((error as Error).message, "taint");
  }
  return {
    resources,
    ...taints,
    all: flags["all"],
    selector: flags["selector"],
    overwrite: flags["overwrite"],
    namespace: (await session.namespace()).name,
    dryRun,
    validation: validationOf(flags),
    fieldManager: flags["fieldManager"],
    print: printOptionsOf(flags),
  };
}

function conflictsOf(o: TaintOptions): string[] {
  return o.add.flatMap((t) => o.remove.filter((r) => covers(r, t)).map((r) => `${t.key}=${r.effect}`));
}

async function checkResources(session: Session, o: TaintOptions): Promise<void> {
  const type = o.resources[0]!;
  const mapper = await session.mapper();
  const found = mapper.resourceFor(type.toLowerCase());
  if (found === undefined)
    throw new ExitError(`the server doesn't have a resource type ${JSON.stringify(type.split(".")[0])}`);
  if (found.resource !== "nodes" || found.group !== "")
    throw new Error(`invalid resource type ${type}, only node types are supported`);
  const conflicts = conflictsOf(o);
  if (conflicts.length > 0)
    throw new Error(
      `can not both modify and remove the following taint(s) in the same command: ${conflicts.join(", ")}`,
    );
  if (o.all && o.selector !== "") throw new Error("setting 'all' parameter with a non empty selector is prohibited");
  if (!o.all && o.selector === "" && o.resources.length < 2)
    throw new Error("at least one resource name must be specified since 'all' parameter is not set");
}

function checkPresent(node: JsonObject, o: TaintOptions): void {
  const old: readonly Taint[] = node["spec"]?.taints ?? [];
  const present = o.add.filter((t) => old.some((known) => matches(known, t))).map((t) => t.key);
  if (present.length > 0)
    throw new Error(
      `node ${node["metadata"].name} already has ${present.join(",")} taint(s) with same effect(s) and --overwrite is false`,
    );
}

async function taintOne(session: Session, o: TaintOptions, info: Info): Promise<void> {
  const node = info.object!;
  if (!o.overwrite) checkPresent(node, o);
  const { taints, operation } = reorganize(node["spec"]?.taints ?? [], o, o.overwrite);
  const after = deepCopy(node);
  after["spec"] = { ...after["spec"], taints };
  const print = await operationPrinter(session, { ...o.print, typed: true }, operation);
  if (o.dryRun === "client") return session.streams.stdout.write(print(await typedObject(session, after)));
  const patch = await twoWayPatch(session, info.resource, node, after);
  const client = await session.client();
  const patched = await client.patch<JsonObject>(pathOf(info), info.name, patch.type, patch.body, {
    dryRun: o.dryRun === "server",
    fieldManager: o.fieldManager,
    fieldValidation: o.validation,
  });
  session.streams.stdout.write(print(await typedObject(session, patched)));
}

async function run(session: Session, o: TaintOptions): Promise<void> {
  if (o.add.length === 0 && o.remove.length === 0) throw new Error("at least one taint update is required");
  await checkResources(session, o);
  const isSelection = o.all || o.selector !== "";
  const result = await findResources(session, {
    args: isSelection ? ["nodes"] : o.resources.slice(1).map((n) => (n.includes("/") ? n : `nodes/${n}`)),
    selectAll: o.all,
    labelSelector: o.selector,
    namespace: o.namespace,
    continueOnError: true,
    flatten: true,
    latest: true,
    singleResourceType: true,
  });
  await result.visit((info) => taintOne(session, o, info));
}

/** `kubectl taint`. Mirrors kubectl/pkg/cmd/taint. */
export const command: CommandDefinition<TaintOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "NODE NAME KEY_1=VAL_1:TAINT_EFFECT_1 ... KEY_N=VAL_N:TAINT_EFFECT_N",
      long: `Change the taints of nodes.

 A taint is a key, a value and an effect: NoSchedule, PreferNoSchedule or NoExecute. KEY- removes all taints of the key, KEY:EFFECT- that one.`,
      examples: `
# A taint
kubectl taint nodes foo dedicated=special-user:NoSchedule

# Remove one, or all of a key
kubectl taint nodes foo dedicated:NoSchedule-
kubectl taint nodes foo dedicated-

# Nodes with a label
kubectl taint node -l myLabel=X dedicated=foo:PreferNoSchedule`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.bool("all", "All nodes of the cluster."),
      dryRunFlag,
      fieldManagerFlag("kubectl-taint"),
      flag.bool("overwrite", "Let taints that are there be changed."),
      selectorFlag,
      validateFlag,
    );
  },
  complete,
  run,
};

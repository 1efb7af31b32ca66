import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { pruneNulls } from "../../../machinery/patch/merge.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import { dryRunSuffix } from "../../flags/strategies.ts";
import { namePrinter, structuredPrinter } from "../../printers/format.ts";
import { addSource, aggregate } from "../../report-error.ts";
import { fetchInfo, findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { lastAppliedOf, withLastApplied } from "../../resources/last-applied.ts";
import type { Session } from "../../session.ts";
import type { ApplyOptions } from "./apply.ts";
import { describeInfo, patchLive } from "./patcher.ts";

/** What one run of apply has seen, for printing at the end and for pruning. */
export interface ApplyRun {
  readonly session: Session;
  readonly options: ApplyOptions;
  readonly visitedUids: Set<string>;
  readonly visitedNamespaces: Set<string>;
  /** Says what was done to an object, unless objects are printed whole at the end. */
  say(object: JsonObject, operation: string): void;
}

/** Whether objects are printed whole, and at the end: any format but the name. */
function printsObjects({ print }: ApplyOptions): boolean {
  return (print.output !== "" || print.template !== "") && print.output !== "name";
}

/** `kubectl apply`: every object first read from the files, then applied one by one. Mirrors ApplyOptions.Run. */
export async function runApply(session: Session, options: ApplyOptions): Promise<void> {
  const whole = printsObjects(options);
  const run: ApplyRun = {
    session,
    options,
    visitedUids: new Set(),
    visitedNamespaces: new Set(),
    say: (object, operation) => {
      if (whole) return;
      const print =
        options.print.output === "name" ? namePrinter() : namePrinter(`${operation}${dryRunSuffix(options.dryRun)}`);
      session.streams.stdout.write(print(object));
    },
  };
  const errors: unknown[] = [];
  const { infos, error } = await (await findResources(session, options.build)).infos();
  if (error !== undefined) errors.push(error);
  else if (infos.length === 0) throw new Error("no objects passed to apply");
  for (const info of infos)
    try {
      await applyOne(run, info);
    } catch (failure) {
      errors.push(failure);
    }
  if (errors.length > 0) throw aggregate(errors);
  // Only now is a format refused that nothing can be printed in: the objects are applied by then.
  const print = whole ? await structuredPrinter(session, options.print) : undefined;
  if (print !== undefined) printWhole(session, infos, print);
  if (options.prune) await (await import("./prune.ts")).prune(run);
}

function printWhole(session: Session, infos: readonly Info[], print: (object: JsonObject) => string): void {
  const objects = infos.map((i) => i.object!);
  const one = objects.length === 1 ? objects[0]! : { apiVersion: "v1", kind: "List", items: objects, metadata: {} };
  session.streams.stdout.write(print(one));
}

async function applyOne(run: ApplyRun, info: Info): Promise<void> {
  if (info.resource.namespaced) run.visitedNamespaces.add(info.namespace);
  info.object = run.options.record(info.object!);
  const generateName = info.object["metadata"]?.generateName;
  if (info.name === "" && generateName) throw new Error(`from ${generateName}: cannot use generate name with apply`);
  if (run.options.serverSide) return (await import("./server-side.ts")).applyServerSide(run, info);
  const manifest = info.object;
  const modified = await withLastApplied(manifest);
  try {
    info.object = await fetchInfo(run.session, info);
  } catch (error) {
    if (!isNotFound(error))
      throw addSource(
        `retrieving current configuration of:\n${describeInfo(info)}\nfrom server for:`,
        info.source,
        error,
      );
    info.object = modified;
    return create(run, info);
  }
  return update(run, info, modified);
}

async function create(run: ApplyRun, info: Info): Promise<void> {
  const { options, session } = run;
  if (options.dryRun !== "client") {
    const body = pruneNulls(deepCopy(info.object!));
    const client = await session.client();
    try {
      info.object = await client.create(pathOf(info), body, {
        dryRun: options.dryRun === "server",
        fieldManager: options.fieldManager,
        fieldValidation: options.validation,
      });
    } catch (error) {
      throw addSource("creating", info.source, error);
    }
  }
  markVisited(run, info);
  run.say(info.object!, "created");
}

/** Remembers an object, so that pruning leaves it alone. */
export function markVisited(run: ApplyRun, info: Info): void {
  const uid = info.object?.["metadata"]?.uid;
  if (uid !== undefined) run.visitedUids.add(uid);
}

/** Warns of an object on its way out. Mirrors apply.WarnIfDeleting. */
export function warnIfDeleting(session: Session, info: Info): void {
  const at = info.object?.["metadata"]?.deletionTimestamp;
  if (at)
    session.streams.stderr.write(
      `Warning: Detected changes to resource ${info.object!["metadata"].name} which is currently being deleted.\n`,
    );
}

async function update(run: ApplyRun, info: Info, modified: JsonObject): Promise<void> {
  const { options, session } = run;
  markVisited(run, info);
  if (options.dryRun === "client") return run.say(info.object!, "configured");
  if (lastAppliedOf(info.object!) === undefined)
    session.streams.stderr.write(
      `Warning: resource ${info.resource.resource}/${info.name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\n`,
    );
  const { object, patched } = await patchLive(run, info, modified);
  info.object = object;
  warnIfDeleting(session, info);
  run.say(object, patched ? "configured" : "unchanged");
}

import { deepCopy, deepEqual, type JsonObject } from "../../machinery/object.ts";
import { createMergePatch } from "../../machinery/patch/merge.ts";
import type { CommandDefinition } from "../define-command.ts";
import { dryRunFlag, fieldManagerFlag, fieldSelectorFlag, filenameFlags, selectorFlag } from "../flags/common-flags.ts";
import { declareFlags, flag } from "../flags/flag.ts";
import { type Recorder, recorderOf, recordFlag } from "../flags/record.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../flags/strategies.ts";
import { type CommandText, describeCommand } from "../help/command-text.ts";
import { operationPrinter } from "../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../resources/builder.ts";
import { type Info, pathOf } from "../resources/info.ts";
import { targetOf } from "../resources/target.ts";
import type { Session } from "../session.ts";
import { type PairChanges, splitPairs } from "./pairs.ts";

/** What differs between `label` and `annotate`: two maps of metadata, changed by nearly the same command. */
export interface MetadataMap {
  readonly command: "label" | "annotate";
  readonly field: "labels" | "annotations";
  readonly singular: "label" | "annotation";
  readonly text: CommandText;
  parse(pairs: readonly string[]): PairChanges;
  /** Throws where --overwrite is missing. */
  checkOverwrites(current: Readonly<Record<string, string>>, changes: PairChanges): void;
  /** The word that tells what was done. */
  operation(before: JsonObject, after: JsonObject, overwrite: boolean): string;
  /** Says something about keys that are to go and are not there. */
  missing?(session: Session, key: string): void;
  readonly localNeedsFiles: string;
  readonly localRefusesResources: string;
  /** Whether --list refuses -o. */
  readonly listRefusesOutput: boolean;
}

/** What the command was asked for. */
interface MetadataMapOptions {
  readonly kind: MetadataMap;
  readonly build: BuildOptions;
  readonly resources: readonly string[];
  readonly changes: PairChanges;
  readonly all: boolean;
  readonly overwrite: boolean;
  readonly list: boolean;
  readonly local: boolean;
  readonly resourceVersion: string;
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

async function complete(
  kind: MetadataMap,
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<MetadataMapOptions> {
  if (kind.command === "annotate") await operationPrinter(session, printOptionsOf(flags), "");
  const { resources, pairs } = splitPairs(args, kind.singular);
  const changes = kind.parse(pairs);
  const local: boolean = flags["local"];
  const selection = {
    args: resources,
    allowEmptySelector: flags["all"],
    labelSelector: flags["selector"],
    fieldSelector: flags["fieldSelector"],
    allNamespaces: flags["allNamespaces"],
    latest: true,
  };
  return {
    kind,
    build: {
      ...(await targetOf(session, flags)),
      local,
      ...(local ? {} : selection),
    },
    resources,
    changes,
    all: flags["all"],
    overwrite: flags["overwrite"],
    list: flags["list"],
    local,
    resourceVersion: flags["resourceVersion"],
    dryRun: dryRunOf(session, flags),
    fieldManager: flags["fieldManager"],
    print: printOptionsOf(flags),
    record: recorderOf(flags),
  };
}

function validate(o: MetadataMapOptions): void {
  const { kind, build } = o;
  if (o.list && o.print.output !== "" && kind.listRefusesOutput)
    throw new Error("--list and --output may not be specified together");
  if (o.all && (build.labelSelector ?? "") !== "") throw new Error("cannot set --all and --selector at the same time");
  if (o.all && (build.fieldSelector ?? "") !== "")
    throw new Error("cannot set --all and --field-selector at the same time");
  const noFiles = (build.filenames ?? []).length === 0 && (build.kustomize ?? "") === "";
  if (o.local) {
    if (o.dryRun === "server")
      throw new Error("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
    if (o.resources.length > 0) throw new Error(kind.localRefusesResources);
    if (noFiles) throw new Error(kind.localNeedsFiles);
  } else if (o.resources.length === 0 && noFiles)
    throw new Error("one or more resources must be specified as <resource> <name> or <resource>/<name>");
  if (o.changes.set.size === 0 && o.changes.remove.length === 0 && !o.list)
    throw new Error(`at least one ${kind.singular} update is required`);
}

/** The object with the changes made. */
function changedObject(o: MetadataMapOptions, object: JsonObject): JsonObject {
  const metadata = object["metadata"] ?? {};
  const current: Record<string, string> = metadata[o.kind.field] ?? {};
  if (!o.overwrite) o.kind.checkOverwrites(current, o.changes);
  const entries = new Map([...Object.entries(current), ...o.changes.set]);
  for (const key of o.changes.remove) entries.delete(key);
  return {
    ...object,
    metadata: {
      ...metadata,
      [o.kind.field]: Object.fromEntries(entries),
      ...(o.resourceVersion === "" ? {} : { resourceVersion: o.resourceVersion }),
    },
  };
}

async function patch(session: Session, o: MetadataMapOptions, info: Info, before: JsonObject, after: JsonObject) {
  const client = await session.client();
  // With --resource-version, the patch names it, so that the server compares.
  const { resourceVersion: _, ...metadata } = before["metadata"];
  const base = o.resourceVersion === "" ? before : { ...before, metadata };
  return client.patch<JsonObject>(
    pathOf(info),
    info.name,
    "application/merge-patch+json",
    createMergePatch(base, after),
    { dryRun: o.dryRun === "server", fieldManager: o.fieldManager },
  );
}

function list(session: Session, o: MetadataMapOptions, info: Info, object: JsonObject, alone: boolean): void {
  const { stdout } = session.streams;
  if (!alone) stdout.write(`Listing ${o.kind.field} for ${info.resource.kind}.${info.resource.group}/${info.name}:\n`);
  for (const [key, value] of Object.entries(object["metadata"]?.[o.kind.field] ?? {}))
    stdout.write(`${alone ? "" : " "}${key}=${value}\n`);
}

async function run(session: Session, o: MetadataMapOptions): Promise<void> {
  const result = await findResources(session, o.build);
  if (!result.singleItemImplied && o.resourceVersion !== "")
    throw new Error("--resource-version may only be used with a single resource");
  const printers = new Map<string, (object: JsonObject) => string>();
  await result.visit(async (info) => {
    const before = deepCopy(info.object!);
    const isDry = o.dryRun === "client" || o.local || o.list;
    if (!isDry)
      for (const key of o.changes.remove)
        if (!Object.hasOwn(before["metadata"]?.[o.kind.field] ?? {}, key)) o.kind.missing?.(session, key);
    const after = changedObject(o, before);
    const shown = isDry ? after : await patch(session, o, info, before, o.record(after));
    if (o.list) return list(session, o, info, after, result.singleItemImplied);
    const operation = `${o.kind.operation(before, after, o.overwrite)}${dryRunSuffix(o.dryRun)}`;
    const print = printers.get(operation) ?? (await operationPrinter(session, o.print, operation));
    printers.set(operation, print);
    session.streams.stdout.write(print(shown));
  });
}

/** Whether a change made a difference. */
export const differs = (before: JsonObject, after: JsonObject): boolean => !deepEqual(before, after);

/** The command of a metadata map. Mirrors kubectl/pkg/cmd/label and kubectl/pkg/cmd/annotate. */
export function metadataMapCommand(kind: MetadataMap): CommandDefinition<MetadataMapOptions> {
  const plural = kind.field;
  return {
    define: (c) => {
      describeCommand(c, kind.text);
      declareFlags(
        c,
        ...printFlags(),
        flag.bool("all", "All resources of the given types in the namespace."),
        flag.bool("all-namespaces", "Objects of all namespaces.", { short: "A" }),
        dryRunFlag,
        fieldManagerFlag(`kubectl-${kind.command}`),
        fieldSelectorFlag,
        ...filenameFlags("that name what to change"),
        flag.bool("list", `Show the ${plural}.`),
        flag.bool("local", "Do not contact the server: change what the files have, and print it."),
        flag.bool("overwrite", `Let ${plural} that are there be changed.`),
        flag.string("resource-version", "The resource version it must have now; one resource only."),
        recordFlag,
        selectorFlag,
      );
    },
    complete: (session, flags, args) => complete(kind, session, flags, args),
    validate,
    run,
  };
}

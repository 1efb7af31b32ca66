import { deepCopy, type JsonObject } from "../../machinery/object.ts";
import { dryRunFlag, fieldManagerFlag, filenameFlags } from "../flags/common-flags.ts";
import { type FlagSpec, flag } from "../flags/flag.ts";
import { type Recorder, recorderOf } from "../flags/record.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../flags/strategies.ts";
import { operationPrinter } from "../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../printers/print-flags.ts";
import { aggregate } from "../report-error.ts";
import { type BuildOptions, findResources } from "../resources/builder.ts";
import { type Info, pathOf } from "../resources/info.ts";
import { targetOf } from "../resources/target.ts";
import { typedObject } from "../resources/typed.ts";
import { workloadOf } from "../resources/workload.ts";
import type { Session } from "../session.ts";
import { twoWayPatch } from "./two-way-patch.ts";

/** What all `set` commands are asked for. */
export interface SetOptions {
  readonly build: BuildOptions;
  readonly all: boolean;
  readonly selector: string;
  readonly local: boolean;
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly print: PrintOptions;
  /** What --record does; nothing for commands without it. */
  readonly record: Recorder;
}

/** The flags that all `set` commands have. */
export const setFlags: readonly FlagSpec[] = [
  ...printFlags(),
  flag.bool("all", "All resources of the given types in the namespace."),
  dryRunFlag,
  fieldManagerFlag("kubectl-set"),
  ...filenameFlags("that name what to change"),
  flag.bool("local", "Do not contact the server: change what the files have, and print it."),
];

/** Reads the flags of {@link setFlags}; `resources` are the arguments that name resources. */
export async function setOptions(
  session: Session,
  flags: Readonly<Record<string, any>>,
  resources: readonly string[],
): Promise<SetOptions> {
  const dryRun = dryRunOf(session, flags);
  const print = { ...printOptionsOf(flags), typed: true };
  // A format that nothing can be printed in is refused before the resources are looked for.
  await operationPrinter(session, print, "");
  const local: boolean = flags["local"];
  const selector: string = flags["selector"] ?? "";
  return {
    build: {
      ...(await targetOf(session, flags)),
      typed: true,
      local,
      ...(local ? {} : { args: resources, allowEmptySelector: flags["all"], labelSelector: selector, latest: true }),
    },
    all: flags["all"],
    selector,
    local,
    dryRun,
    fieldManager: flags["fieldManager"],
    print,
    record: recorderOf(flags),
  };
}

/** Throws for --local with resources of the server, which it cannot read. */
export function refuseLocalResources(o: SetOptions, resources: readonly string[]): void {
  if (o.local && resources.length > 0)
    throw new Error(
      "error: you must specify resources by --filename when --local is set.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'",
    );
}

/** Throws for --local with --dry-run=server. */
export function refuseLocalServer(o: SetOptions): void {
  if (o.local && o.dryRun === "server")
    throw new Error("cannot specify --local and --dry-run=server - did you mean --dry-run=client?");
}

/** What was found; throws what went wrong with it. */
export async function findInfos(session: Session, build: BuildOptions): Promise<readonly Info[]> {
  const { infos, error } = await (await findResources(session, build)).infos();
  if (error !== undefined) throw error;
  return infos;
}

/** The pod spec inside a workload's object. Throws where it has none. Mirrors polymorphichelpers.UpdatePodSpecForObject. */
export async function podSpecOf(info: Info, object: JsonObject): Promise<JsonObject> {
  const template = (await workloadOf(info.resource))?.podTemplate?.(object);
  if (template === undefined)
    throw new Error(
      `the object is not a pod or does not have a pod template: *${info.resource.version}.${info.resource.kind}`,
    );
  template["spec"] ??= {};
  return template["spec"];
}

/** Containers whose name fits a pattern in which * stands for anything. */
export function selectContainers(containers: readonly JsonObject[] | undefined, pattern: string): JsonObject[] {
  const parts = pattern.split("*");
  return (containers ?? []).filter(({ name }) => fitsPattern(String(name), parts));
}

function fitsPattern(name: string, parts: readonly string[]): boolean {
  if (parts.length === 1) return name === parts[0];
  const [first = ""] = parts;
  const last = parts.at(-1)!;
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let rest = name.slice(first.length, name.length - last.length);
  for (const part of parts.slice(1, -1)) {
    const at = rest.indexOf(part);
    if (at < 0) return false;
    rest = rest.slice(at + part.length);
  }
  return true;
}

/** How one `set` command changes objects and speaks of it. */
export interface ObjectUpdate {
  /** Changes the object in place; false: nothing to do. Throws a reason, printed behind the object's name. */
  update(info: Info, object: JsonObject): Promise<boolean | undefined> | boolean | undefined;
  /** "image updated" */
  readonly operation: string;
  /** What stands before the server's refusal: "failed to patch image update to pod template:". */
  readonly failure: string;
  /** Objects that do not change are sent and told of too. */
  readonly evenUnchanged?: boolean;
  /** Errors besides those of single objects; collected while updating. */
  readonly errors?: unknown[];
}

async function updateOne(
  session: Session,
  o: SetOptions,
  info: Info,
  u: ObjectUpdate,
): Promise<JsonObject | undefined> {
  const before = await typedObject(session, info.object!);
  const draft = deepCopy(info.object!);
  let changed: boolean | undefined;
  try {
    changed = await u.update(info, draft);
  } catch (error) {
    throw new Error(`error: ${info.resource.resource}/${info.name} ${(error as Error).message}\n`);
  }
  if (changed === false) return undefined;
  const after = await typedObject(session, o.record(draft));
  const patch = await twoWayPatch(session, info.resource, before, after);
  if (u.evenUnchanged !== true && Object.keys(patch.body).length === 0) return undefined;
  if (o.local || o.dryRun === "client") return after;
  const client = await session.client();
  try {
    const patched = await client.patch<JsonObject>(pathOf(info), info.name, patch.type, patch.body, {
      dryRun: o.dryRun === "server",
      fieldManager: o.fieldManager,
    });
    return await typedObject(session, patched);
  } catch (error) {
    throw new Error(`${u.failure} ${(error as Error).message}`);
  }
}

/** Changes every object that was found, patches it on the server and tells of it. Errors are thrown together at the end. */
export async function updateObjects(
  session: Session,
  o: SetOptions,
  infos: readonly Info[],
  u: ObjectUpdate,
): Promise<void> {
  const print = await operationPrinter(session, o.print, `${u.operation}${dryRunSuffix(o.dryRun)}`);
  const errors: unknown[] = [];
  for (const info of infos)
    try {
      const shown = await updateOne(session, o, info, u);
      if (shown !== undefined) session.streams.stdout.write(print(shown));
    } catch (error) {
      errors.push(error);
    }
  const all = [...(u.errors ?? []), ...errors];
  if (all.length > 0) throw aggregate(all);
}

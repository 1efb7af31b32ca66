import { deepCopy, type JsonObject } from "../../machinery/object.ts";
import { parseLabelSelector } from "../../machinery/selectors/label.ts";
import { twoWayPatch } from "../change/two-way-patch.ts";
import { UsageError } from "../exit.ts";
import { type DryRun, dryRunSuffix } from "../flags/strategies.ts";
import { namePrinter } from "../printers/format.ts";
import { findResources } from "../resources/builder.ts";
import { type Info, pathOf } from "../resources/info.ts";
import type { Session } from "../session.ts";

/** Which nodes cordon, uncordon and drain work on. */
export interface NodeSelection {
  readonly command: "cordon" | "uncordon" | "drain";
  readonly names: readonly string[];
  readonly selector: string;
  readonly podSelector?: string;
  readonly chunkSize?: number;
}

/** Throws where the arguments name no nodes, or nodes and a selector. */
export function checkSelection(o: NodeSelection, selectorGiven: boolean): void {
  if (o.names.length === 0 && !selectorGiven) throw new UsageError(`USAGE: ${o.command} NODE [flags]`, o.command);
  if (o.names.length > 0 && o.selector !== "")
    throw new UsageError("error: cannot specify both a node name and a --selector option", o.command);
  if (o.podSelector)
    try {
      parseLabelSelector(o.podSelector);
    } catch {
      throw new Error("--pod-selector=<pod_selector> must be a valid label selector");
    }
}

/** The nodes that were named or selected. */
export async function findNodes(session: Session, o: NodeSelection): Promise<Info[]> {
  const result = await findResources(session, {
    args: o.selector !== "" ? ["nodes"] : o.names.map((name) => (name.includes("/") ? name : `nodes/${name}`)),
    labelSelector: o.selector,
    namespace: (await session.namespace()).name,
    flatten: true,
    typed: true,
    singleResourceType: true,
    chunkSize: o.chunkSize ?? 0,
  });
  const { infos, error } = await result.infos();
  if (error !== undefined) throw error;
  for (const { resource } of infos)
    if (resource.resource !== "nodes" || resource.group !== "") {
      const { group, version } = resource;
      const text = `${group === "" ? "" : group}/${version}, Resource=${resource.resource}`;
      throw new Error(`error: expected resource of type node, got ${JSON.stringify(text)}`);
    }
  return infos;
}

async function setUnschedulable(session: Session, info: Info, on: boolean, dryRun: DryRun): Promise<void> {
  const after = deepCopy(info.object!);
  const { unschedulable: _, ...spec } = after["spec"] ?? {};
  after["spec"] = on ? { ...spec, unschedulable: true } : spec;
  const patch = await twoWayPatch(session, info.resource, info.object!, after);
  const client = await session.client();
  await client.patch<JsonObject>(pathOf(info), info.name, patch.type, patch.body, { dryRun: dryRun === "server" });
}

/** Marks nodes (un)schedulable, and tells of each. Errors are printed and do not end it. Mirrors drain.go RunCordonOrUncordon. */
export async function cordonNodes(
  session: Session,
  infos: readonly Info[],
  on: boolean,
  dryRun: DryRun,
): Promise<void> {
  const done = on ? "cordoned" : "uncordoned";
  for (const info of infos) {
    const isAlready = (info.object!["spec"]?.unschedulable === true) === on;
    try {
      if (!isAlready && dryRun !== "client") await setUnschedulable(session, info, on, dryRun);
    } catch (error) {
      const verb = on ? "cordon" : "uncordon";
      session.streams.stderr.write(
        `error: unable to ${verb} node ${JSON.stringify(info.name)}: ${(error as Error).message}\n`,
      );
      continue;
    }
    const print = namePrinter(`${isAlready ? "already " : ""}${done}${dryRunSuffix(dryRun)}`);
    session.streams.stdout.write(print(info.object!));
  }
}

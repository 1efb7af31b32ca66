import { alignTabs } from "../../../machinery/tabwriter.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { structuredPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { groupKind, type Info, qualifiedKind } from "../../resources/info.ts";
import { requireKnownKind } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";
import { type Revision, revisionsOf } from "../rollout/history.ts";
import { rolloutFlags, rolloutTarget } from "../rollout/shared.ts";
import { templateText } from "../rollout/template-text.ts";

interface HistoryOptions {
  readonly build: BuildOptions;
  readonly revision: number;
  readonly print: PrintOptions;
}

const historyTabs = { minWidth: 0, padding: 2 };

function historyTable(revisions: readonly Revision[]): string {
  const rows = revisions.map((r) => `${r.number}\t${r.changeCause === "" ? "<none>" : r.changeCause}\n`);
  return alignTabs(`REVISION\tCHANGE-CAUSE\n${rows.join("")}`, historyTabs);
}

async function historyText(revisions: readonly Revision[], revision: number): Promise<string> {
  if (revision === 0) return historyTable(revisions);
  const found = revisions.find((r) => r.number === revision);
  if (found === undefined) throw new Error("unable to find the specified revision");
  return templateText(found.template);
}

async function printObjects(session: Session, o: HistoryOptions, revisions: readonly Revision[]): Promise<void> {
  const printer = await structuredPrinter(session, o.print);
  const chosen = o.revision === 0 ? revisions : revisions.filter((r) => r.number === o.revision);
  if (o.revision > 0 && chosen.length === 0) throw new Error(`unable to find the specified revision`);
  const { typedObject } = await import("../../resources/typed.ts");
  for (const r of chosen) session.streams.stdout.write(printer!(await typedObject(session, r.object)));
}

/** The kinds that kubectl tells apart here, whether or not they have a history. Mirrors apps.GroupKindElement.Accept. */
const VISITED = new Set(
  "DaemonSet.apps Deployment.apps Deployment.extensions Job.batch Pod ReplicaSet.apps ReplicationController StatefulSet.apps CronJob.batch".split(
    " ",
  ),
);

function noHistory({ resource }: Info): Error {
  const { group, kind } = resource;
  const name = JSON.stringify(groupKind(resource));
  return new Error(
    VISITED.has(groupKind(resource))
      ? `no history viewer has been implemented for ${name}`
      : `error retrieving history for ${name}, no visitor method exists for {${group} ${kind}}`,
  );
}

async function show(session: Session, o: HistoryOptions, info: Info): Promise<void> {
  await requireKnownKind(info);
  const revisions = await revisionsOf(await session.client(), info);
  if (revisions === undefined) throw noHistory(info);
  if (o.print.output !== "" || o.print.template !== "") return printObjects(session, o, revisions);
  const text = await historyText(revisions, o.revision);
  const withRevision = o.revision > 0 ? `with revision #${o.revision}` : "";
  session.streams.stdout.write(`${qualifiedKind(info.resource)}/${info.name} ${withRevision}\n${text}\n`);
}

/** `kubectl rollout history`. Mirrors kubectl/pkg/cmd/rollout/rollout_history.go. */
export const command: CommandDefinition<HistoryOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(TYPE NAME | TYPE/NAME) [flags]",
      long: "View earlier revisions of a rollout, and what they were made of.",
      examples: `
# Of a deployment
kubectl rollout history deployment/abc

# One revision of a daemon set
kubectl rollout history daemonset/abc --revision=3`,
    });
    declareFlags(c, ...printFlags(), ...rolloutFlags, flag.int64("revision", "Show the details of this revision."));
  },
  complete: async (session, flags, args) => ({
    build: await rolloutTarget(session, flags, args),
    revision: flags["revision"],
    print: { ...printOptionsOf(flags), typed: true },
  }),
  validate: (o) => {
    if (o.revision < 0) throw new Error(`revision must be a positive integer: ${o.revision}`);
  },
  run: async (session, o) => (await findResources(session, o.build)).visit((info) => show(session, o, info)),
};

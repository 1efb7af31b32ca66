import { deepEqual, type JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import type { BuildOptions } from "../../resources/builder.ts";
import { groupKind, type Info, pathOf } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import { type Revision, revisionsOf } from "../rollout/history.ts";
import { forEachInfo, rolloutFlags, rolloutTarget } from "../rollout/shared.ts";
import { templateText } from "../rollout/template-text.ts";

interface UndoOptions {
  readonly build: BuildOptions;
  readonly toRevision: number;
  readonly dryRun: DryRun;
  readonly print: PrintOptions;
}

const HASH = "pod-template-hash";
/** Annotations of a ReplicaSet that belong to it, not to the deployment. Mirrors deploymentutil.annotationsToSkip. */
const OWN_ANNOTATIONS: readonly string[] = [
  "kubectl.kubernetes.io/last-applied-configuration",
  "deployment.kubernetes.io/revision",
  "deployment.kubernetes.io/revision-history",
  "deployment.kubernetes.io/desired-replicas",
  "deployment.kubernetes.io/max-replicas",
  "deprecated.deployment.rollback.to",
];

/** The kinds that polymorphichelpers can tell apart at all. */
const VISITED: ReadonlySet<string> = new Set([
  "CronJob.batch",
  "DaemonSet.apps",
  "Deployment.apps",
  "Job.batch",
  "Pod",
  "ReplicaSet.apps",
  "ReplicationController",
  "StatefulSet.apps",
]);

function noRollbacker(resource: { readonly group: string; readonly kind: string }): Error {
  const name = groupKind(resource);
  if (VISITED.has(name)) return new Error(`no rollbacker has been implemented for ${JSON.stringify(name)}`);
  return new Error(
    `error retrieving rollbacker for ${JSON.stringify(name)}, no visitor method exists for {${resource.group} ${resource.kind}}`,
  );
}

function chosen(revisions: readonly Revision[], toRevision: number, noHistory: () => Error): Revision {
  if (toRevision !== 0) {
    const found = revisions.find((r) => r.number === toRevision);
    if (found === undefined) throw new Error(`unable to find specified revision ${toRevision} in history`);
    return found;
  }
  const previous = revisions.at(-2);
  if (previous === undefined) throw noHistory();
  return previous;
}

function withoutHash(template: JsonObject): JsonObject {
  const { [HASH]: _, ...labels } = template["metadata"]?.labels ?? {};
  return { ...template, metadata: { ...template["metadata"], labels } };
}

/** The patch that takes a deployment back. Mirrors polymorphichelpers getDeploymentPatch. */
function deploymentPatch(deployment: JsonObject, revision: Revision): readonly JsonObject[] {
  const kept = Object.entries(deployment["metadata"].annotations ?? {}).filter(([k]) => OWN_ANNOTATIONS.includes(k));
  const taken = Object.entries(revision.holder.metadata.annotations ?? {}).filter(
    ([k]) => !OWN_ANNOTATIONS.includes(k),
  );
  return [
    { op: "replace", path: "/spec/template", value: withoutHash(revision.holder["spec"].template) },
    { op: "replace", path: "/metadata/annotations", value: Object.fromEntries([...kept, ...taken]) },
  ];
}

async function undoDeployment(
  session: Session,
  o: UndoOptions,
  info: Info,
  revisions: readonly Revision[],
): Promise<string> {
  const deployment = info.object!;
  const to = chosen(
    revisions,
    o.toRevision,
    () => new Error(`no rollout history found for deployment ${JSON.stringify(info.name)}`),
  );
  if (o.dryRun === "client") return await templateText(to.holder["spec"].template);
  if (deployment["spec"].paused === true)
    throw new Error(
      "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    );
  if (deepEqual(withoutHash(to.holder["spec"].template), withoutHash(deployment["spec"].template)))
    return `skipped rollback (current template already matches revision ${o.toRevision})`;
  const client = await session.client();
  await client.patch<JsonObject>(
    pathOf(info),
    info.name,
    "application/json-patch+json",
    deploymentPatch(deployment, to),
    {
      dryRun: o.dryRun === "server",
    },
  );
  return "rolled back";
}

async function undoRevisioned(
  session: Session,
  o: UndoOptions,
  info: Info,
  revisions: readonly Revision[],
): Promise<string> {
  const to = chosen(revisions, o.toRevision, () => new Error("no last revision to roll back to"));
  if (o.dryRun === "client") return await templateText(to.template);
  if (deepEqual(to.template, info.object!["spec"].template))
    return `skipped rollback (current template already matches revision ${o.toRevision})`;
  const client = await session.client();
  await client.patch<JsonObject>(pathOf(info), info.name, "application/strategic-merge-patch+json", to.holder["data"], {
    dryRun: o.dryRun === "server",
  });
  return "rolled back";
}

async function undo(session: Session, o: UndoOptions, info: Info): Promise<void> {
  const revisions = await revisionsOf(await session.client(), info);
  if (revisions === undefined) throw noRollbacker(info.resource);
  const done = await (info.resource.kind === "Deployment"
    ? undoDeployment(session, o, info, revisions)
    : undoRevisioned(session, o, info, revisions));
  const print = await operationPrinter(session, o.print, `${done}${dryRunSuffix(o.dryRun)}`);
  // As upstream, -o shows the object as it was found.
  session.streams.stdout.write(print(info.object!));
}

/** `kubectl rollout undo`. Mirrors kubectl/pkg/cmd/rollout/rollout_undo.go. */
export const command: CommandDefinition<UndoOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(TYPE NAME | TYPE/NAME) [flags]",
      long: "Go back to an earlier rollout.",
      examples: `
# To the one before
kubectl rollout undo deployment/abc

# To revision 3
kubectl rollout undo daemonset/abc --to-revision=3`,
    });
    declareFlags(
      c,
      ...printFlags(),
      dryRunFlag,
      ...rolloutFlags,
      flag.int64("to-revision", "The revision to go back to; 0: the one before."),
    );
  },
  complete: async (session, flags, args) => ({
    build: await rolloutTarget(session, flags, args),
    toRevision: flags["toRevision"],
    dryRun: dryRunOf(session, flags),
    print: printOptionsOf(flags),
  }),
  run: (session, o) => forEachInfo(session, o.build, (info) => undo(session, o, info)),
};

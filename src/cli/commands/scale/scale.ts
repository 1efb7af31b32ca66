import type { JsonObject } from "../../../machinery/object.ts";
import { isConflict } from "../../../machinery/status-error.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag, filenameFlags, selectorFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { recordFlag, recordPatchOf } from "../../flags/record.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, fetchInfo, findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";
import { poll } from "../../wait/poll.ts";

interface ScaleOptions {
  readonly build: BuildOptions;
  readonly replicas: number;
  readonly currentReplicas: number;
  readonly resourceVersion: string;
  readonly timeoutMs: number;
  readonly dryRun: DryRun;
  readonly print: PrintOptions;
  readonly recordPatch: JsonObject | undefined;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<ScaleOptions> {
  return {
    build: {
      ...(await targetOf(session, flags, args)),
      labelSelector: flags["selector"],
      allowEmptySelector: flags["all"],
    },
    replicas: flags["replicas"],
    currentReplicas: flags["currentReplicas"],
    resourceVersion: flags["resourceVersion"],
    timeoutMs: flags["timeout"],
    dryRun: dryRunOf(session, flags),
    print: printOptionsOf(flags),
    recordPatch: recordPatchOf(flags),
  };
}

function validate(o: ScaleOptions): void {
  if (o.replicas < 0)
    throw new Error("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0");
  if (o.currentReplicas < -1) throw new Error("The --current-replicas must specify an integer of -1 or greater");
}

/** Sets the size unconditionally. Mirrors kubectl/pkg/scale genericScaler with no preconditions: a merge patch. */
async function patchScale(session: Session, info: Info, o: ScaleOptions): Promise<void> {
  const client = await session.client();
  await client.patch(
    pathOf(info),
    info.name,
    "application/merge-patch+json",
    { spec: { replicas: o.replicas } },
    {
      subresource: "scale",
      dryRun: o.dryRun === "server",
    },
  );
}

/** Sets the size if it is what the user thinks it is. Mirrors ScalePrecondition.Validate and genericScaler.ScaleSimple. */
async function updateScale(session: Session, info: Info, o: ScaleOptions): Promise<void> {
  const client = await session.client();
  const scale = await client.get<JsonObject>(pathOf(info), info.name, "scale");
  const was = scale["spec"]?.replicas ?? 0;
  if (o.currentReplicas !== -1 && was !== o.currentReplicas)
    throw new Error(`Expected replicas to be ${o.currentReplicas}, was ${was}`);
  if (o.resourceVersion !== "" && scale["metadata"].resourceVersion !== o.resourceVersion)
    throw new Error(`Expected resource version to be ${o.resourceVersion}, was ${scale["metadata"].resourceVersion}`);
  await client.update(
    pathOf(info),
    { ...scale, spec: { ...scale["spec"], replicas: o.replicas } },
    {
      subresource: "scale",
      dryRun: o.dryRun === "server",
    },
  );
}

async function scaleOne(session: Session, info: Info, o: ScaleOptions): Promise<void> {
  const hasPreconditions = o.currentReplicas !== -1 || o.resourceVersion !== "";
  if (!hasPreconditions) return patchScale(session, info, o);
  for (let attempt = 0; ; attempt++)
    try {
      return await updateScale(session, info, o);
    } catch (error) {
      if (!isConflict(error) || attempt >= 5) throw error;
    }
}

async function waitForSize(session: Session, info: Info, o: ScaleOptions): Promise<void> {
  const done = await poll(session, session.now() + o.timeoutMs, async () => {
    const object = await fetchInfo(session, info);
    const { spec = {}, status = {} } = object;
    return status.replicas === spec.replicas && (status.observedGeneration ?? 0) >= object["metadata"].generation
      ? true
      : undefined;
  });
  if (done === undefined) throw new Error(`timed out waiting for ${JSON.stringify(info.name)} to be synced`);
}

async function run(session: Session, o: ScaleOptions): Promise<void> {
  const print = await operationPrinter(session, o.print, `scaled${dryRunSuffix(o.dryRun)}`);
  const { infos, error } = await (await findResources(session, o.build)).infos();
  if (o.resourceVersion !== "" && infos.length > 1)
    throw new Error("cannot use --resource-version with multiple resources");
  if (infos.length === 0)
    throw new Error(`no objects passed to scale${error === undefined ? "" : ` ${(error as Error).message}`}`);
  const client = await session.client();
  for (const info of infos) {
    if (o.dryRun !== "client") await scaleOne(session, info, o);
    if (o.recordPatch !== undefined && o.dryRun === "none")
      await client.patch(pathOf(info), info.name, "application/merge-patch+json", o.recordPatch);
    if (o.timeoutMs !== 0 && o.dryRun === "none") await waitForSize(session, info, o);
    session.streams.stdout.write(print(info.object!));
  }
  if (error !== undefined) throw error;
}

/** `kubectl scale`. Mirrors kubectl/pkg/cmd/scale. */
export const command: CommandDefinition<ScaleOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "[--resource-version=version] [--current-replicas=count] --replicas=COUNT (-f FILENAME | TYPE NAME)",
      long: `Set a new size for a deployment, replica set, replication controller or stateful set.

 With --current-replicas or --resource-version the size is changed only if they hold.`,
      examples: `
# A replica set
kubectl scale --replicas=3 rs/foo

# What a file names
kubectl scale --replicas=3 -f foo.yaml

# Only if it is 2 now
kubectl scale --current-replicas=2 --replicas=3 deployment/mysql`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.bool("all", "All resources of the given types in the namespace."),
      flag.int("current-replicas", "The size it must have now; -1: any.", { default: "-1" }),
      dryRunFlag,
      ...filenameFlags("that name what to scale"),
      recordFlag,
      flag.int("replicas", "The new size.", { required: true }),
      flag.string("resource-version", "The resource version it must have now."),
      selectorFlag,
      flag.duration("timeout", "How long to wait for the new size; 0 does not wait."),
    );
  },
  complete,
  validate,
  run,
};

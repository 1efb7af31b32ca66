import { apiVersionOf, type JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag, fieldManagerFlag, filenameFlags, saveConfigFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { type Recorder, recorderOf, recordFlag } from "../../flags/record.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import { withLastAppliedTyped } from "../../resources/last-applied.ts";
import { targetOf } from "../../resources/target.ts";
import { typedObject } from "../../resources/typed.ts";
import type { Session } from "../../session.ts";

interface AutoscaleOptions {
  readonly build: BuildOptions;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly cpuPercent: number;
  readonly saveConfig: boolean;
  readonly dryRun: DryRun;
  readonly fieldManager: string;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<AutoscaleOptions> {
  return {
    build: {
      ...(await targetOf(session, flags, args)),
    },
    name: flags["name"],
    min: flags["min"],
    max: flags["max"],
    cpuPercent: flags["cpuPercent"],
    saveConfig: flags["saveConfig"],
    dryRun: dryRunOf(session, flags),
    fieldManager: flags["fieldManager"],
    print: { ...printOptionsOf(flags), typed: true },
    record: recorderOf(flags),
  };
}

function validate(o: AutoscaleOptions): void {
  if (o.max < 1) throw new Error(`--max=MAXPODS is required and must be at least 1, max: ${o.max}`);
  if (o.max < o.min)
    throw new Error(`--max=MAXPODS must be larger or equal to --min=MINPODS, max: ${o.max}, min: ${o.min}`);
}

function autoscalerOf(o: AutoscaleOptions, info: Info): JsonObject {
  const metric = {
    type: "Resource",
    resource: { name: "cpu", target: { type: "Utilization", averageUtilization: o.cpuPercent } },
  };
  return {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: o.name === "" ? info.name : o.name },
    spec: {
      scaleTargetRef: { apiVersion: apiVersionOf(info.resource), kind: info.resource.kind, name: info.name },
      ...(o.min > 0 ? { minReplicas: o.min } : {}),
      maxReplicas: o.max,
      ...(o.cpuPercent >= 0 ? { metrics: [metric] } : {}),
    },
  };
}

function checkScalable({ resource }: Info): void {
  if (resource.subresources.some((s) => s.name === "scale")) return;
  const gv = resource.group === "" ? `/${resource.version}` : apiVersionOf(resource);
  throw new Error(
    `cannot autoscale a ${resource.kind}: could not find scale subresource for ${gv}, Resource=${resource.resource} in discovery information`,
  );
}

async function run(session: Session, o: AutoscaleOptions): Promise<void> {
  const result = await findResources(session, o.build);
  const done = o.dryRun === "client" ? "created" : "autoscaled";
  const print = await operationPrinter(session, o.print, `${done}${dryRunSuffix(o.dryRun)}`);
  let count = 0;
  await result.visit(async (info) => {
    checkScalable(info);
    const typed = await typedObject(session, o.record(autoscalerOf(o, info)));
    const object = o.saveConfig ? await withLastAppliedTyped(typed) : typed;
    count++;
    if (o.dryRun === "client") return session.streams.stdout.write(print(object));
    const client = await session.client();
    const created = await client.create<JsonObject>(
      { group: "autoscaling", version: "v2", resource: "horizontalpodautoscalers", namespace: o.build.namespace },
      object,
      { dryRun: o.dryRun === "server", fieldManager: o.fieldManager },
    );
    session.streams.stdout.write(print(await typedObject(session, created)));
  });
  if (count === 0) throw new Error("no objects passed to autoscale");
}

/** `kubectl autoscale`. Mirrors kubectl/pkg/cmd/autoscale. */
export const command: CommandDefinition<AutoscaleOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | TYPE NAME | TYPE/NAME) [--min=MINPODS] --max=MAXPODS [--cpu-percent=CPU]",
      long: "Make an autoscaler that sets the number of pods of a deployment, replica set, stateful set or replication controller.",
      examples: `
# Between two and ten pods
kubectl autoscale deployment foo --min=2 --max=10

# At 80% of the CPU that the pods ask for
kubectl autoscale rc foo --max=5 --cpu-percent=80`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.int32("cpu-percent", "CPU utilization to aim at, in percent of the requests; negative: the default.", {
        default: "-1",
      }),
      dryRunFlag,
      fieldManagerFlag("kubectl-autoscale"),
      ...filenameFlags("that name what to autoscale"),
      flag.int32("max", "The most pods.", { default: "-1", required: true }),
      flag.int32("min", "The fewest pods; the server's default when negative.", { default: "-1" }),
      flag.string("name", "The autoscaler's name; the resource's by default."),
      recordFlag,
      saveConfigFlag,
    );
  },
  complete,
  validate,
  run,
};

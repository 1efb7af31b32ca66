import { deepCopy } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import {
  dryRunFlag,
  fieldManagerFlag,
  filenameFlags,
  saveConfigFlag,
  selectorFlag,
  validateFlag,
} from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { checkRawCall } from "../../flags/raw-uri.ts";
import { type Recorder, recorderOf, recordFlag } from "../../flags/record.ts";
import { type DryRun, dryRunOf, dryRunSuffix, validationOf } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { addSource } from "../../report-error.ts";
import { findResources } from "../../resources/builder.ts";
import { pathOf } from "../../resources/info.ts";
import { withLastApplied } from "../../resources/last-applied.ts";
import type { ValidationDirective } from "../../resources/manifests.ts";
import type { Session } from "../../session.ts";

interface CreateOptions {
  readonly filenames: readonly string[];
  readonly kustomize: string;
  readonly recursive: boolean;
  readonly labelSelector: string;
  readonly namespace: string;
  readonly enforceNamespace: boolean;
  readonly dryRun: DryRun;
  readonly validation: ValidationDirective;
  readonly fieldManager: string;
  readonly saveConfig: boolean;
  readonly edit: boolean;
  readonly windowsLineEndings: boolean;
  readonly raw: string;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<CreateOptions> {
  if (args.length > 0) throw new UsageError(`Unexpected args: [${args.join(" ")}]`, "create");
  const dryRun = dryRunOf(session, flags);
  const print = printOptionsOf(flags);
  await operationPrinter(session, print, "");
  const validation = validationOf(flags);
  if (flags["filename"].length === 0 && flags["kustomize"] === "") throw new Error("must specify one of -f and -k");
  const { name, explicit } = await session.namespace();
  return {
    filenames: flags["filename"],
    kustomize: flags["kustomize"],
    recursive: flags["recursive"],
    labelSelector: flags["selector"],
    namespace: name,
    enforceNamespace: explicit,
    dryRun,
    validation,
    fieldManager: flags["fieldManager"],
    saveConfig: flags["saveConfig"],
    edit: flags["edit"],
    windowsLineEndings: flags["windowsLineEndings"],
    raw: flags["raw"],
    print,
    record: recorderOf(flags),
  };
}

function validate(o: CreateOptions): void {
  if (o.raw === "") return;
  if (o.edit) throw new Error("--raw and --edit are mutually exclusive");
  if (o.filenames.length !== 1) throw new Error("--raw can only use a single local file or stdin");
  checkRawCall({ ...o, uri: o.raw, output: o.print.output });
}

async function run(session: Session, o: CreateOptions): Promise<void> {
  if (o.raw !== "") return (await import("../../raw-write.ts")).writeRaw(session, "POST", o.raw, o.filenames[0]!);
  if (o.edit) {
    const { createEdited } = await import("./create-edited.ts");
    return createEdited(session, { ...o, build: { ...o, flatten: true, continueOnError: true } });
  }
  const print = await operationPrinter(session, o.print, `created${dryRunSuffix(o.dryRun)}`);
  const result = await findResources(session, { ...o, flatten: true, continueOnError: true });
  let count = 0;
  await result.visit(async (info) => {
    try {
      const manifest = o.record(o.saveConfig ? await withLastApplied(info.object!) : info.object!);
      info.object = manifest;
      if (o.dryRun !== "client") {
        const body = deepCopy(manifest);
        delete body["metadata"]?.resourceVersion;
        const client = await session.client();
        info.object = await client.create(pathOf(info), body, {
          dryRun: o.dryRun === "server",
          fieldManager: o.fieldManager,
          fieldValidation: o.validation,
        });
      }
    } catch (error) {
      throw addSource("creating", info.source, error);
    }
    count++;
    session.streams.stdout.write(print(info.object!));
  });
  if (count === 0) throw new Error("no objects passed to create");
}

/** `kubectl create -f`. Mirrors kubectl/pkg/cmd/create CreateOptions.RunCreate. */
export const command: CommandDefinition<CreateOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "-f FILENAME",
      long: "Create a resource from a file or from standard input.\n\n JSON and YAML are read.",
      examples: `
# From a file
kubectl create -f ./pod.json

# From standard input
cat pod.json | kubectl create -f -`,
    });
    declareFlags(
      c,
      ...printFlags(),
      dryRunFlag,
      flag.bool("edit", "Edit the object before it is created."),
      fieldManagerFlag("kubectl-create"),
      ...filenameFlags("to create from"),
      flag.string("raw", "URI to POST the file to, as it is."),
      recordFlag,
      saveConfigFlag,
      selectorFlag,
      validateFlag,
      flag.bool("windows-line-endings", "Line endings for --edit; the platform's by default."),
    );
  },
  complete,
  validate,
  run,
};

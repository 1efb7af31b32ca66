import { compactJson } from "../../../machinery/codec/json.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { addSource } from "../../report-error.ts";
import { type BuildOptions, fetchInfo, findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { LAST_APPLIED, lastAppliedOf } from "../../resources/last-applied.ts";
import type { Session } from "../../session.ts";
import { describeInfo } from "../apply/patcher.ts";

interface SetOptions {
  readonly build: BuildOptions;
  readonly createAnnotation: boolean;
  readonly dryRun: DryRun;
  readonly print: PrintOptions;
}

interface Pending {
  readonly info: Info;
  readonly text: string;
}

/** What is to change, after everything has been looked at. */
async function changes(session: Session, o: SetOptions): Promise<readonly Pending[]> {
  const pending: Pending[] = [];
  await (await findResources(session, o.build)).visit(async (info) => {
    const text = `${compactJson(info.object!)}\n`;
    try {
      info.object = await fetchInfo(session, info);
    } catch (error) {
      throw isNotFound(error)
        ? error
        : addSource(
            `retrieving current configuration of:\n${describeInfo(info)}\nfrom server for:`,
            info.source,
            error,
          );
    }
    const before = lastAppliedOf(info.object);
    if (before === undefined && !o.createAnnotation)
      throw new Error(
        `no last-applied-configuration annotation found on resource: ${info.name}, to create the annotation, run the command with --create-annotation`,
      );
    if (before === text) session.streams.stdout.write(`set-last-applied ${info.name}: no changes required.\n`);
    else pending.push({ info, text });
  });
  return pending;
}

/** `kubectl apply set-last-applied`. Mirrors kubectl/pkg/cmd/apply/apply_set_last_applied.go. */
export const command: CommandDefinition<SetOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "-f FILENAME",
      long: "Set the configuration that the last apply is taken to have left, as if the file had been applied, without changing anything else.",
      examples: "# From a file\nkubectl apply set-last-applied -f deploy.yaml",
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.bool("create-annotation", "Create the annotation where there is none."),
      dryRunFlag,
      flag.strings("filename", "Files with the configurations.", { short: "f" }),
    );
  },
  complete: async (session, flags) => {
    const { name, explicit } = await session.namespace();
    return {
      build: { filenames: flags["filename"], namespace: name, enforceNamespace: explicit, flatten: true },
      createAnnotation: flags["createAnnotation"],
      dryRun: dryRunOf(session, flags),
      print: printOptionsOf(flags),
    };
  },
  run: async (session, o) => {
    const print = await operationPrinter(session, o.print, `configured${dryRunSuffix(o.dryRun)}`);
    const client = await session.client();
    for (const { info, text } of await changes(session, o)) {
      if (o.dryRun !== "client")
        info.object = await client.patch<JsonObject>(
          pathOf(info),
          info.name,
          "application/merge-patch+json",
          { metadata: { annotations: { [LAST_APPLIED]: text } } },
          { dryRun: o.dryRun === "server", fieldManager: "kubectl-client-side-apply" },
        );
      session.streams.stdout.write(print(info.object!));
    }
  },
};

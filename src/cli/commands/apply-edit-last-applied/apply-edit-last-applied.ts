import { compactJson } from "../../../machinery/codec/json.ts";
import { deepEqual, type JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import type { EditFormat } from "../../editor/edit-file.ts";
import { editFlags, editFormat } from "../../editor/edit-flags.ts";
import { editInfos } from "../../editor/edit-loop.ts";
import { declareFlags } from "../../flags/flag.ts";
import { type Recorder, recorderOf, recordFlag } from "../../flags/record.ts";
import { validationOf } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { LAST_APPLIED, lastAppliedOf } from "../../resources/last-applied.ts";
import type { ValidationDirective } from "../../resources/manifests.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";

interface EditLastAppliedOptions {
  readonly build: BuildOptions;
  readonly format: EditFormat;
  readonly fieldManager: string;
  readonly validation: ValidationDirective;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

async function save(session: Session, o: EditLastAppliedOptions, originals: readonly Info[], info: Info) {
  const original =
    originals.find((i) => i.name === info.name && i.resource.kind === info.resource.kind) ?? originals[0]!;
  const { stdout } = session.streams;
  if (deepEqual(original.object, info.object))
    return stdout.write((await operationPrinter(session, o.print, "skipped"))(info.object!));
  const client = await session.client();
  await client.patch<JsonObject>(
    pathOf(info),
    info.name,
    "application/merge-patch+json",
    { metadata: { annotations: { [LAST_APPLIED]: `${compactJson(info.object!)}\n` } } },
    { fieldManager: o.fieldManager, fieldValidation: o.validation },
  );
  stdout.write((await operationPrinter(session, o.print, "edited"))(info.object!));
}

async function run(session: Session, o: EditLastAppliedOptions): Promise<void> {
  const { infos, error } = await (await findResources(session, o.build)).infos();
  if (error !== undefined) throw error;
  const applied = infos
    .filter((info) => lastAppliedOf(info.object!) !== undefined)
    .map((info): Info => ({ ...info, object: JSON.parse(lastAppliedOf(info.object!)!) }));
  if (applied.length === 0)
    throw new Error(
      "no last-applied-configuration annotation found on resources, to create the annotation, use command `kubectl apply set-last-applied --create-annotation`",
    );
  await editInfos(
    session,
    {
      format: o.format,
      lastApplied: true,
      namespace: o.build.namespace,
      enforceNamespace: o.build.enforceNamespace === true,
      apply: async (updated) => {
        for (const info of updated) {
          info.object = o.record(info.object!);
          await save(session, o, applied, info);
        }
      },
    },
    applied,
  );
}

/** `kubectl apply edit-last-applied`. Mirrors kubectl/pkg/cmd/apply/apply_edit_last_applied.go. */
export const command: CommandDefinition<EditLastAppliedOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(RESOURCE/NAME | -f FILENAME)",
      long: "Edit what the last apply left in the annotation of resources.",
      examples: `
# A deployment
kubectl apply edit-last-applied deployment/nginx

# As JSON
kubectl apply edit-last-applied -f deploy.yaml -o json`,
    });
    declareFlags(c, ...editFlags("kubectl-client-side-apply"), recordFlag);
  },
  complete: async (session, flags, args) => {
    return {
      build: {
        ...(await targetOf(session, flags, args)),
        allowEmptySelector: true,
        latest: true,
      },
      format: editFormat(flags),
      fieldManager: flags["fieldManager"],
      validation: validationOf(flags),
      print: printOptionsOf(flags),
      record: recorderOf(flags),
    };
  },
  run,
};

import { compactJson } from "../../../machinery/codec/json.ts";
import { deepEqual, type JsonObject } from "../../../machinery/object.ts";
import { identityUnchanged } from "../../../machinery/patch/three-way.ts";
import { twoWayPatch } from "../../change/two-way-patch.ts";
import type { CommandDefinition } from "../../define-command.ts";
import type { EditFormat } from "../../editor/edit-file.ts";
import { editFlags, editFormat } from "../../editor/edit-flags.ts";
import { addFailure, type EditResults, editInfos, uidOf } from "../../editor/edit-loop.ts";
import { goSyntax } from "../../editor/go-syntax.ts";
import { saveConfigFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { type Recorder, recorderOf, recordFlag } from "../../flags/record.ts";
import { validationOf } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { omitManagedFields, operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { withLastApplied } from "../../resources/last-applied.ts";
import type { ValidationDirective } from "../../resources/manifests.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";

interface EditOptions {
  readonly build: BuildOptions;
  /** Called once the arguments are looked at: a wrong format comes after what is wrong with them. */
  format(): EditFormat;
  readonly outputPatch: boolean;
  readonly saveConfig: boolean;
  readonly subresource: string;
  readonly fieldManager: string;
  readonly validation: ValidationDirective;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<EditOptions> {
  return {
    build: {
      ...(await targetOf(session, flags, args)),
      latest: true,
      allowEmptySelector: true,
      subresource: flags["subresource"],
    },
    format: () => editFormat(flags),
    outputPatch: flags["outputPatch"],
    saveConfig: flags["saveConfig"],
    subresource: flags["subresource"],
    fieldManager: flags["fieldManager"],
    validation: validationOf(flags),
    print: printOptionsOf(flags),
    record: recorderOf(flags),
  };
}

async function patchFor(session: Session, info: Info, before: JsonObject, after: JsonObject) {
  const patch = await twoWayPatch(session, info.resource, before, after);
  if (identityUnchanged.every((holds) => holds(patch.body))) return patch;
  throw new Error("At least one of apiVersion, kind and name was changed");
}

/** --save-config: the configuration is kept with the managed fields, which upstream puts back before. */
async function withConfiguration(original: Info, edited: JsonObject): Promise<JsonObject> {
  const { managedFields } = original.object!["metadata"];
  const whole =
    managedFields === undefined ? edited : { ...edited, metadata: { ...edited["metadata"], managedFields } };
  return omitManagedFields(await withLastApplied(whole));
}

async function saveOne(
  session: Session,
  o: EditOptions,
  original: Info,
  info: Info,
  results: EditResults,
): Promise<void> {
  const { stdout } = session.streams;
  const before = omitManagedFields(original.object!);
  const edited = omitManagedFields(info.object!);
  const after = o.record(o.saveConfig ? await withConfiguration(original, edited) : edited);
  if (deepEqual(before, after))
    return stdout.write((await operationPrinter(session, o.print, "skipped"))(info.object!));
  const patch = await patchFor(session, info, before, after);
  if (o.outputPatch) stdout.write(`Patch: ${compactJson(patch.body)}\n`);
  const client = await session.client();
  try {
    const patched = await client.patch<JsonObject>(pathOf(info), info.name, patch.type, patch.body, {
      fieldManager: o.fieldManager,
      fieldValidation: o.validation,
      ...(o.subresource === "" ? {} : { subresource: o.subresource }),
    });
    stdout.write((await operationPrinter(session, o.print, "edited"))(patched));
  } catch (error) {
    addFailure(session, results, info, error);
  }
}

async function run(session: Session, o: EditOptions): Promise<void> {
  const result = await findResources(session, o.build);
  const format = o.format();
  const { infos, error } = await result.infos();
  if (error !== undefined) throw error;
  if (infos.length === 0) throw new Error("edit cancelled, no objects found");
  await editInfos(
    session,
    {
      format,
      lastApplied: false,
      namespace: o.build.namespace,
      enforceNamespace: o.build.enforceNamespace === true,
      apply: async (updated, results) => {
        for (const info of updated) {
          const original = infos.find((i) => uidOf(i) === uidOf(info));
          if (original === undefined)
            throw new Error(
              `no original object found for &unstructured.Unstructured{Object:${goSyntax(info.object!)}}`,
            );
          await saveOne(session, o, original, info, results);
        }
      },
    },
    infos,
  );
}

/** `kubectl edit`. Mirrors kubectl/pkg/cmd/edit. */
export const command: CommandDefinition<EditOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(RESOURCE/NAME | -f FILENAME)",
      long: `Edit resources of the server in an editor: the one of KUBE_EDITOR or EDITOR, or vi.

 Several are edited as a list. What the server refuses comes back into the editor, with the reasons on top.`,
      examples: `
# A service
kubectl edit svc/registry

# In another editor
KUBE_EDITOR="nano" kubectl edit svc/registry

# As JSON
kubectl edit job.v1.batch/myjob -o json`,
    });
    declareFlags(
      c,
      ...editFlags("kubectl-edit"),
      flag.bool("output-patch", "Show the patch."),
      recordFlag,
      saveConfigFlag,
      flag.string("subresource", "Edit this subresource."),
    );
  },
  complete,
  run,
};

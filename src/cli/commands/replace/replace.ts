import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag, fieldManagerFlag, filenameFlags, saveConfigFlag, validateFlag } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { checkRawCall } from "../../flags/raw-uri.ts";
import { type Cascade, cascadeOf, type DryRun, dryRunOf, dryRunSuffix, validationOf } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type ObjectPrinter, operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { addSource } from "../../report-error.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import { type Info, nameOf, pathOf, qualifiedKind } from "../../resources/info.ts";
import { withLastApplied } from "../../resources/last-applied.ts";
import type { ValidationDirective } from "../../resources/manifests.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";
import { poll } from "../../wait/poll.ts";

interface ReplaceOptions {
  readonly build: BuildOptions;
  readonly force: boolean;
  readonly gracePeriod: number;
  readonly timeoutMs: number;
  readonly cascade: Cascade;
  readonly raw: string;
  readonly subresource: string;
  readonly saveConfig: boolean;
  readonly dryRun: DryRun;
  readonly validation: ValidationDirective;
  readonly fieldManager: string;
  readonly print: PrintOptions;
}

/** How long a forced replacement waits for the old object to go, without --timeout. */
const DELETION_TIMEOUT_MS = 300_000;

async function complete(session: Session, flags: Readonly<Record<string, any>>): Promise<ReplaceOptions> {
  const dryRun = dryRunOf(session, flags);
  const validation = validationOf(flags);
  const cascade = cascadeOf(session, flags);
  if (flags["filename"].length === 0 && flags["kustomize"] === "") throw new Error("must specify one of -f and -k");
  return {
    build: {
      ...(await targetOf(session, flags)),
      requireObject: false,
      validation,
      subresource: flags["subresource"],
    },
    force: flags["force"],
    // No grace at all could lose data: kubectl gives a second instead, and waits.
    gracePeriod: flags["gracePeriod"] === 0 ? 1 : flags["gracePeriod"],
    timeoutMs: flags["timeout"],
    cascade,
    raw: flags["raw"],
    subresource: flags["subresource"],
    saveConfig: flags["saveConfig"],
    dryRun,
    validation,
    fieldManager: flags["fieldManager"],
    print: printOptionsOf(flags),
  };
}

function validate(o: ReplaceOptions): void {
  if (o.force && o.dryRun !== "none") throw new Error("--dry-run can not be used when --force is set");
  if (o.gracePeriod >= 0 && !o.force) throw new Error("--grace-period must have --force specified");
  if (o.timeoutMs !== 0 && !o.force) throw new Error("--timeout must have --force specified");
  if (o.raw === "") return;
  const files = o.build.filenames ?? [];
  if (files.length !== 1) throw new Error("--raw can only use a single local file or stdin");
  checkRawCall({ uri: o.raw, filenames: files, recursive: o.build.recursive === true, output: o.print.output });
}

const prepared = async (o: ReplaceOptions, info: Info): Promise<JsonObject> =>
  o.saveConfig ? withLastApplied(info.object!) : deepCopy(info.object!);

/** Takes over the version on the server, so that the last writer wins. Mirrors resource.Helper.Replace with overwrite. */
async function versioned(session: Session, info: Info, object: JsonObject): Promise<JsonObject> {
  if (object["metadata"]?.resourceVersion) return object;
  const client = await session.client();
  try {
    const current = await client.get<JsonObject>(pathOf(info), info.name);
    return { ...object, metadata: { ...object["metadata"], resourceVersion: current["metadata"].resourceVersion } };
  } catch {
    return object;
  }
}

async function replaceAll(session: Session, o: ReplaceOptions, print: ObjectPrinter): Promise<void> {
  const result = await findResources(session, o.build);
  await result.visit(async (info) => {
    const client = await session.client();
    const object = await prepared(o, info);
    if (o.dryRun === "client") return session.streams.stdout.write(print(object));
    try {
      info.object = await client.update<JsonObject>(pathOf(info), await versioned(session, info, object), {
        dryRun: o.dryRun === "server",
        fieldManager: o.fieldManager,
        fieldValidation: o.validation,
        ...(o.subresource === "" ? {} : { subresource: o.subresource }),
      });
    } catch (error) {
      throw addSource("replacing", info.source, error);
    }
    session.streams.stdout.write(print(info.object));
  });
}

async function remove(session: Session, o: ReplaceOptions, info: Info): Promise<void> {
  const client = await session.client();
  try {
    await client.delete(pathOf(info), info.name, {
      ...(o.gracePeriod >= 0 ? { gracePeriodSeconds: o.gracePeriod } : {}),
      propagationPolicy: o.cascade,
    });
  } catch (error) {
    if (isNotFound(error)) return;
    throw addSource("deleting", info.source, error);
  }
  session.streams.stdout.write(
    o.print.output === "name" ? `${nameOf(info)}\n` : `${qualifiedKind(info.resource)} "${info.name}" deleted\n`,
  );
}

async function waitUntilGone(session: Session, o: ReplaceOptions, info: Info): Promise<void> {
  const client = await session.client();
  const deadline = session.now() + (o.timeoutMs === 0 ? DELETION_TIMEOUT_MS : o.timeoutMs);
  const gone = await poll(session, deadline, async () => {
    try {
      await client.get(pathOf(info), info.name);
      return undefined;
    } catch (error) {
      if (isNotFound(error)) return true;
      throw error;
    }
  });
  if (gone === undefined) throw new Error("context deadline exceeded");
}

/** Deletes everything, waits, and creates it again. Mirrors replace.go forceReplace. */
async function forceReplace(session: Session, o: ReplaceOptions, print: ObjectPrinter): Promise<void> {
  const { infos, error } = await (await findResources(session, o.build)).infos();
  if (error !== undefined) throw error;
  const client = await session.client();
  for (const info of infos) await remove(session, o, info);
  for (const info of infos) await waitUntilGone(session, o, info);
  for (const info of infos) {
    const object = await prepared(o, info);
    delete object["metadata"]?.resourceVersion;
    const shown = await client.create<JsonObject>(pathOf(info), object, {
      fieldManager: o.fieldManager,
      fieldValidation: o.validation,
    });
    session.streams.stdout.write(print(shown));
  }
  if (infos.length === 0) throw new Error("no objects passed to replace");
}

/** `kubectl replace`. Mirrors kubectl/pkg/cmd/replace. */
export const command: CommandDefinition<ReplaceOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "-f FILENAME",
      long: "Replace a resource by file name or standard input. The file must have the whole resource.",
      examples: `
# A pod
kubectl replace -f ./pod.json

# A pod that was changed on the way
kubectl get pod mypod -o yaml | sed 's/\\(image: myimage\\):.*$/\\1:v4/' | kubectl replace -f -

# Delete and create again
kubectl replace --force -f ./pod.json`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.string("cascade", 'What happens to dependents with --force: "background", "orphan" or "foreground".', {
        default: "background",
        noOptDefault: "background",
      }),
      dryRunFlag,
      fieldManagerFlag("kubectl-replace"),
      ...filenameFlags("to replace by"),
      flag.bool("force", "Delete the resource and create it again."),
      flag.int("grace-period", "Seconds that it gets to end with --force; negative: its own.", { default: "-1" }),
      flag.string("raw", "URI to PUT the file to, as it is."),
      saveConfigFlag,
      flag.string("subresource", "Replace this subresource."),
      flag.duration("timeout", "How long to wait for the deletion; 0: five minutes."),
      validateFlag,
      flag.bool("wait", "Wait until the old one is gone; --force always does."),
    );
  },
  complete,
  validate,
  run: async (session, o) => {
    if (o.raw !== "")
      return (await import("../../raw-write.ts")).writeRaw(session, "PUT", o.raw, o.build.filenames![0]!);
    const print = await operationPrinter(session, o.print, `replaced${dryRunSuffix(o.dryRun)}`);
    await (o.force ? forceReplace : replaceAll)(session, o, print);
  },
};

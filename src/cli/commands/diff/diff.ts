import type { ApiResource } from "../../../client/rest-mapper.ts";
import { toYaml } from "../../../machinery/codec/yaml-write.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { ExitError, UsageError } from "../../exit.ts";
import { fieldManagerFlag, filenameFlags, selectorFlag } from "../../flags/common-flags.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { omitManagedFields } from "../../printers/format.ts";
import { reportError } from "../../report-error.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import type { Session } from "../../session.ts";
import type { ComparedTexts } from "./compare.ts";
import { type DiffApply, masked, versionsOf } from "./versions.ts";

interface DiffOptions extends DiffApply {
  readonly build: BuildOptions;
  readonly showManagedFields: boolean;
  readonly prune: boolean;
  readonly pruneTypes: readonly ApiResource[];
}

/** diff's exit code 1 means a difference; what goes wrong must have another. Mirrors cmdutil.CheckDiffErr. */
async function withDiffCodes<T>(session: Session, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExitError) throw error;
    const { text, code } = reportError(error, session.program);
    throw new ExitError(text, Math.max(code, 2));
  }
}

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<DiffOptions> {
  if (args.length > 0) throw new UsageError(`Unexpected args: [${args.join(" ")}]`, "diff");
  if (flags["filename"].length === 0 && flags["kustomize"] === "") throw new Error("must specify one of -f and -k");
  if (flags["forceConflicts"] && !flags["serverSide"])
    throw new Error("--force-conflicts only works with --server-side");
  const { name, explicit } = await session.namespace();
  const serverSide: boolean = flags["serverSide"];
  return {
    build: {
      filenames: flags["filename"],
      kustomize: flags["kustomize"],
      recursive: flags["recursive"],
      labelSelector: flags["selector"],
      namespace: name,
      enforceNamespace: explicit,
      flatten: true,
    },
    serverSide,
    forceConflicts: flags["forceConflicts"],
    fieldManager: serverSide && !changed(flags, "field-manager") ? "kubectl" : flags["fieldManager"],
    validation: "Ignore",
    showManagedFields: flags["showManagedFields"],
    prune: flags["prune"],
    pruneTypes: flags["prune"]
      ? await (await import("../apply/prune.ts")).resolvePruneTypes(session, flags["pruneAllowlist"])
      : [],
  };
}

/** What was compared, and so is not pruned. */
interface Seen {
  readonly visitedUids: Set<string>;
  readonly visitedNamespaces: Set<string>;
}

function fileNameOf({ resource, namespace, name }: Pick<Info, "resource" | "namespace" | "name">): string {
  return [...(resource.group === "" ? [] : [resource.group]), resource.version, resource.kind, namespace, name].join(
    ".",
  );
}

async function textsOf(session: Session, o: DiffOptions, info: Info, seen: Seen): Promise<ComparedTexts> {
  const versions = await versionsOf(session, info, o);
  if (info.resource.namespaced) seen.visitedNamespaces.add(info.namespace);
  seen.visitedUids.add(versions.live?.["metadata"].uid ?? "");
  const { live, merged } = masked(versions);
  const text = (object: JsonObject | undefined): string =>
    object === undefined ? "" : toYaml(o.showManagedFields ? object : omitManagedFields(object));
  return { name: fileNameOf(info), live: text(live), merged: text(merged) };
}

/** What apply --prune would delete: there now, and gone then. */
async function prunedTexts(session: Session, o: DiffOptions, seen: Seen): Promise<ComparedTexts[]> {
  const { forEachPrunable } = await import("../apply/prune.ts");
  const texts: ComparedTexts[] = [];
  await forEachPrunable(
    session,
    { types: o.pruneTypes, selector: o.build.labelSelector ?? "", ...seen },
    ({ resource, object }) => {
      const { name = "", namespace = "" } = object.metadata;
      texts.push({ name: fileNameOf({ resource, namespace, name }), live: toYaml(object), merged: "" });
    },
  );
  return texts;
}

async function run(session: Session, o: DiffOptions): Promise<void> {
  const texts: ComparedTexts[] = [];
  const seen: Seen = { visitedUids: new Set(), visitedNamespaces: new Set() };
  const result = await findResources(session, o.build);
  await result.visit(async (info) => {
    texts.push(await textsOf(session, o, info, seen));
  });
  if (o.prune) texts.push(...(await prunedTexts(session, o, seen)));
  const { compare } = await import("./compare.ts");
  await compare(session, texts);
}

/** `kubectl diff`. Mirrors kubectl/pkg/cmd/diff. */
export const command: CommandDefinition<DiffOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "-f FILENAME",
      long: `Compare what the server has with what it would have after an apply.

 KUBECTL_EXTERNAL_DIFF names another program than "diff -u -N". The exit code is 0 where nothing differs, 1 where something does, and greater for errors.`,
      examples: `
# A file
kubectl diff -f pod.json

# Standard input
cat service.yaml | kubectl diff -f -`,
    });
    declareFlags(
      c,
      flag.int("concurrency", "How many objects to compare at a time; the result is the same.", { default: "1" }),
      fieldManagerFlag("kubectl-client-side-apply"),
      ...filenameFlags("with the configuration to compare"),
      flag.bool("force-conflicts", "Server-side apply takes over fields that others own."),
      flag.bool("prune", "Show what apply --prune would delete."),
      flag.array("prune-allowlist", "Types to prune, as GROUP/VERSION/KIND."),
      selectorFlag,
      flag.bool("server-side", "Let the server merge and track ownership of fields."),
      flag.bool("show-managed-fields", "Compare managedFields too."),
    );
  },
  complete: (session, flags, args) => withDiffCodes(session, () => complete(session, flags, args)),
  run: (session, o) => withDiffCodes(session, () => run(session, o)),
};

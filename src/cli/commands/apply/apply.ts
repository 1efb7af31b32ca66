import type { ApiResource } from "../../../client/rest-mapper.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { dryRunFlag, fieldManagerFlag, filenameFlags, selectorFlag, validateFlag } from "../../flags/common-flags.ts";
import { changed, declareFlags, flag } from "../../flags/flag.ts";
import { type Recorder, recorderOf, recordFlag } from "../../flags/record.ts";
import { type Cascade, cascadeOf, type DryRun, dryRunOf, validationOf } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import type { BuildOptions } from "../../resources/builder.ts";
import type { ValidationDirective } from "../../resources/manifests.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";

/** What `apply` was asked for. */
export interface ApplyOptions {
  readonly build: BuildOptions;
  readonly all: boolean;
  readonly selector: string;
  readonly prune: boolean;
  /** The types that may be pruned; none: the default ones. */
  readonly pruneTypes: readonly ApiResource[];
  readonly explicitNamespace: boolean;
  readonly overwrite: boolean;
  readonly force: boolean;
  readonly gracePeriod: number;
  readonly timeoutMs: number;
  readonly wait: boolean;
  readonly cascade: Cascade;
  readonly serverSide: boolean;
  readonly forceConflicts: boolean;
  readonly subresource: string;
  readonly dryRun: DryRun;
  readonly validation: ValidationDirective;
  readonly fieldManager: string;
  readonly print: PrintOptions;
  readonly record: Recorder;
}

/** The field manager of client-side apply, and the default of server-side apply. */
export const CLIENT_SIDE_MANAGER = "kubectl-client-side-apply";
export const SERVER_SIDE_MANAGER = "kubectl";

async function complete(
  session: Session,
  flags: Readonly<Record<string, any>>,
  args: readonly string[],
): Promise<ApplyOptions> {
  if (args.length > 0) throw new UsageError(`Unexpected args: [${args.join(" ")}]`, "apply");
  const dryRun = dryRunOf(session, flags);
  const cascade = cascadeOf(session, flags);
  if (flags["filename"].length === 0 && flags["kustomize"] === "") throw new Error("must specify one of -f and -k");
  const { explicit } = await session.namespace();
  const validation = validationOf(flags);
  const serverSide: boolean = flags["serverSide"];
  const pruneTypes =
    flags["prune"] && flags["pruneAllowlist"].length > 0
      ? await (await import("./prune.ts")).resolvePruneTypes(session, flags["pruneAllowlist"])
      : [];
  return {
    build: {
      ...(await targetOf(session, flags)),
      labelSelector: flags["selector"],
      validation,
    },
    all: flags["all"],
    selector: flags["selector"],
    prune: flags["prune"],
    pruneTypes,
    explicitNamespace: explicit,
    overwrite: flags["overwrite"],
    force: flags["force"],
    gracePeriod: flags["gracePeriod"],
    timeoutMs: flags["timeout"],
    wait: flags["wait"],
    cascade,
    serverSide,
    forceConflicts: flags["forceConflicts"],
    subresource: flags["subresource"],
    dryRun,
    validation,
    fieldManager: serverSide && !changed(flags, "field-manager") ? SERVER_SIDE_MANAGER : flags["fieldManager"],
    print: printOptionsOf(flags),
    record: recorderOf(flags),
  };
}

function validate(o: ApplyOptions): void {
  if (o.forceConflicts && !o.serverSide) throw new Error("--force-conflicts only works with --server-side");
  if (o.dryRun === "client" && o.serverSide)
    throw new Error("--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)");
  if (o.serverSide && o.force) throw new Error("--force cannot be used with --server-side");
  if (o.dryRun === "server" && o.force) throw new Error("--dry-run=server cannot be used with --force");
  if (o.prune && o.force) throw new Error("--force cannot be used with --prune");
  if (o.all && o.selector !== "") throw new Error("cannot set --all and --selector at the same time");
  if (o.prune && !o.all && o.selector === "")
    throw new Error(
      "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
    );
  if (o.prune && o.serverSide)
    throw new Error("--prune is in alpha and doesn't currently work on objects created by server-side apply");
  if (o.subresource !== "" && !o.serverSide) throw new Error("--subresource can only be specified for --server-side");
}

/** `kubectl apply`. Mirrors kubectl/pkg/cmd/apply. */
export const command: CommandDefinition<ApplyOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "(-f FILENAME | -k DIRECTORY)",
      long: `Apply a configuration to a resource by file name or standard input. The resource is created where it does not exist yet.

 What was applied is kept in an annotation, so that a field that later vanishes from the file vanishes from the object too. JSON and YAML are read.`,
      examples: `
# A file, a directory, standard input
kubectl apply -f ./pod.json
kubectl apply -f dir/
cat pod.json | kubectl apply -f -

# A kustomization
kubectl apply -k dir/

# Delete what carries the label and is no longer in the file
kubectl apply --prune -f manifest.yaml -l app=nginx`,
    });
    declareFlags(
      c,
      ...printFlags(),
      flag.bool("all", "With --prune: all resources of the types in question."),
      flag.string(
        "cascade",
        'What happens to the dependents of what is deleted: "background", "orphan" or "foreground".',
        {
          default: "background",
          noOptDefault: "background",
        },
      ),
      dryRunFlag,
      fieldManagerFlag(CLIENT_SIDE_MANAGER),
      ...filenameFlags("with the configuration to apply"),
      flag.bool("force", "Delete and create again what cannot be patched."),
      flag.bool("force-conflicts", "Server-side apply takes over fields that others own."),
      flag.int("grace-period", "Seconds that what is deleted gets to end; negative: its own.", { default: "-1" }),
      flag.bool("openapi-patch", "Use the server's OpenAPI to compute patches.", { default: "true" }),
      flag.bool("overwrite", "Settle conflicts between the live and the applied object in favour of the latter.", {
        default: "true",
      }),
      flag.bool("prune", "Delete resources made by apply that are no longer in the files. Needs -l or --all."),
      flag.array("prune-allowlist", "Types to prune, as GROUP/VERSION/KIND, instead of the default ones."),
      recordFlag,
      selectorFlag,
      flag.bool("server-side", "Let the server merge and track ownership of fields."),
      flag.string("subresource", "Apply to this subresource; with --server-side only."),
      flag.duration("timeout", "How long to wait for deletions; 0 follows the object's size."),
      validateFlag,
      flag.bool("wait", "Wait until what is deleted is gone."),
    );
  },
  complete,
  validate,
  run: async (session, options) => (await import("./apply-run.ts")).runApply(session, options),
};

import type { ResourcePath } from "../../../client/client.ts";
import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { dryRunFlag, filenameFlags } from "../../flags/common-flags.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { type DryRun, dryRunOf, dryRunSuffix } from "../../flags/strategies.ts";
import { describeCommand } from "../../help/command-text.ts";
import { type ObjectPrinter, operationPrinter } from "../../printers/format.ts";
import { type PrintOptions, printFlags, printOptionsOf } from "../../printers/print-flags.ts";
import { type BuildOptions, findResources } from "../../resources/builder.ts";
import type { Info } from "../../resources/info.ts";
import { targetOf } from "../../resources/target.ts";
import type { Session } from "../../session.ts";
import { created, type Reconciled, reconciledBinding, reconciledRole } from "./reconciled.ts";
import { ruleText } from "./rule-cover.ts";

interface ReconcileOptions {
  readonly build: BuildOptions;
  readonly removeExtraPermissions: boolean;
  readonly removeExtraSubjects: boolean;
  readonly dryRun: DryRun;
  readonly print: PrintOptions;
}

const GROUP = "rbac.authorization.k8s.io";
const RESOURCES: ReadonlyMap<string, string> = new Map([
  ["Role", "roles"],
  ["ClusterRole", "clusterroles"],
  ["RoleBinding", "rolebindings"],
  ["ClusterRoleBinding", "clusterrolebindings"],
]);

/** A subject as every writer means it: user and group with their API group. */
function normalized(object: JsonObject): JsonObject {
  if (object["subjects"] === undefined) return object;
  const subjects = object["subjects"].map((s: JsonObject) =>
    s["kind"] === "ServiceAccount" || s["apiGroup"] ? s : { ...s, apiGroup: GROUP },
  );
  return { ...object, subjects };
}

async function ensureNamespace(session: Session, name: string): Promise<void> {
  if (name === "") throw new Error("resource name may not be empty");
  const client = await session.client();
  const path = { group: "", version: "v1", resource: "namespaces" };
  try {
    await client.get(path, name);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await client.create<JsonObject>(path, { apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
}

async function compute(session: Session, o: ReconcileOptions, path: ResourcePath, expected: JsonObject) {
  const client = await session.client();
  const isRole = expected["kind"].endsWith("Role");
  try {
    const existing = await client.get<JsonObject>(path, expected["metadata"].name);
    return isRole
      ? reconciledRole(existing, expected, o.removeExtraPermissions)
      : reconciledBinding(existing, expected, o.removeExtraSubjects);
  } catch (error) {
    if (!isNotFound(error)) throw error;
    return created(expected, isRole ? "rules" : "subjects");
  }
}

async function confirm(session: Session, path: ResourcePath, { operation, object }: Reconciled): Promise<void> {
  const client = await session.client();
  if (operation === "update") await client.update<JsonObject>(path, object);
  if (operation === "recreate") await client.delete(path, object["metadata"].name);
  if (operation === "create" || operation === "recreate") await client.create<JsonObject>(path, object);
}

const subjectText = (s: JsonObject): string =>
  `{Kind:${s["kind"] ?? ""} APIGroup:${s["apiGroup"] ?? ""} Name:${s["name"] ?? ""} Namespace:${s["namespace"] ?? ""}}`;

function tell(session: Session, result: Reconciled, o: ReconcileOptions): void {
  const { stderr } = session.streams;
  const isRole = result.object["kind"].endsWith("Role");
  const [noun, removes, textOf] = isRole
    ? (["rules", o.removeExtraPermissions, ruleText] as const)
    : (["subjects", o.removeExtraSubjects, subjectText] as const);
  const lines = (title: string, items: readonly JsonObject[]): string =>
    items.length === 0 ? "" : `\t${title}:\n${items.map((i) => `\t\t${textOf(i as never)}\n`).join("")}`;
  const isNeeded = result.operation !== "none";
  if (isNeeded) stderr.write(`\treconciliation required ${result.operation}\n`);
  if (result.isProtected && isNeeded) stderr.write("\treconciliation skipped: protected by autoupdate annotation\n");
  stderr.write(lines(`missing ${noun} added`, result.missing));
  if (removes) stderr.write(lines(`extra ${noun} removed`, result.extra));
}

async function reconcile(session: Session, o: ReconcileOptions, info: Info, print: ObjectPrinter): Promise<void> {
  const resource = RESOURCES.get(info.resource.kind);
  // Other kinds are passed over in silence.
  if (resource === undefined || info.resource.group !== GROUP) return;
  const { version, kind } = info.resource;
  if (version !== "v1") throw new Error(`only ${GROUP}/v1 is supported: not *${version}.${kind}`);
  const expected = normalized(deepCopy(info.object!));
  const isNamespaced = !info.resource.kind.startsWith("Cluster");
  const namespace: string = expected["metadata"]?.namespace ?? "";
  const path = { group: GROUP, version: "v1", resource, ...(isNamespaced && namespace !== "" ? { namespace } : {}) };
  const result = await compute(session, o, path, { ...expected, kind: info.resource.kind });
  if (o.dryRun === "none" && result.operation !== "none") {
    if (isNamespaced && result.operation === "create") await ensureNamespace(session, namespace);
    await confirm(session, path, result);
  }
  session.streams.stdout.write(print({ ...result.object, apiVersion: `${GROUP}/v1`, kind: info.resource.kind }));
  tell(session, { ...result, object: { ...result.object, kind: info.resource.kind } }, o);
}

/** --dry-run, of which this command knows no server's. Mirrors getClientSideDryRun. */
function clientDryRunOf(session: Session, flags: Readonly<Record<string, any>>): DryRun {
  const dryRun = ((): DryRun => {
    try {
      return dryRunOf(session, flags);
    } catch (error) {
      throw new Error(`error accessing --dry-run flag for command reconcile: ${(error as Error).message}`);
    }
  })();
  if (dryRun === "server") throw new Error("--dry-run=server for command reconcile is not supported yet");
  return dryRun;
}

/** `kubectl auth reconcile`. Mirrors kubectl/pkg/cmd/auth/reconcile.go. */
export const command: CommandDefinition<ReconcileOptions> = {
  define: (c) => {
    describeCommand(c, {
      usage: "-f FILENAME",
      long: `Bring roles, role bindings, cluster roles and cluster role bindings to what the files say.

 Missing objects and namespaces are made. Rules and subjects that the files lack stay, unless --remove-extra-permissions or --remove-extra-subjects is given.`,
      examples: `
# From a file
kubectl auth reconcile -f my-rbac-rules.yaml`,
    });
    declareFlags(
      c,
      ...printFlags(),
      dryRunFlag,
      ...filenameFlags("with the objects"),
      flag.bool("remove-extra-permissions", "Remove rules that the files lack."),
      flag.bool("remove-extra-subjects", "Remove subjects that the files lack."),
    );
  },
  complete: async (session, flags, args) => {
    if (flags["filename"].length === 0 && flags["kustomize"] === "") throw new Error("must specify one of -f and -k");
    if (args.length > 0) throw new Error("no arguments are allowed");
    return {
      build: {
        ...(await targetOf(session, flags)),
        local: true,
      },
      removeExtraPermissions: flags["removeExtraPermissions"],
      removeExtraSubjects: flags["removeExtraSubjects"],
      dryRun: clientDryRunOf(session, flags),
      print: printOptionsOf(flags),
    };
  },
  run: async (session, o) => {
    const print = await operationPrinter(session, o.print, `reconciled${dryRunSuffix(o.dryRun)}`);
    const result = await findResources(session, o.build);
    await result.visit((info) => reconcile(session, o, info, print));
  },
};

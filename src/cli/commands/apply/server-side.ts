import type { ManagedFieldsEntry } from "../../../machinery/object.ts";
import { deepCopy, type JsonObject } from "../../../machinery/object.ts";
import { isConflict } from "../../../machinery/status-error.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { LAST_APPLIED, lastAppliedOf } from "../../resources/last-applied.ts";
import { CLIENT_SIDE_MANAGER, SERVER_SIDE_MANAGER } from "./apply.ts";
import { type ApplyRun, markVisited, warnIfDeleting } from "./apply-run.ts";

const conflictHelp = `
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

async function applyPatch(
  run: ApplyRun,
  info: Info,
  manifest: JsonObject,
  manager: string,
  force: boolean,
): Promise<JsonObject> {
  const { options, session } = run;
  const client = await session.client();
  return client.patch<JsonObject>(pathOf(info), info.name, "application/apply-patch+yaml", manifest, {
    dryRun: options.dryRun === "server",
    fieldManager: manager,
    fieldValidation: options.validation,
    force,
    ...(options.subresource === "" ? {} : { subresource: options.subresource }),
  });
}

/** `kubectl apply --server-side` of one object. Mirrors ApplyOptions.applyOneObject's first half. */
export async function applyServerSide(run: ApplyRun, info: Info): Promise<void> {
  const { options, session } = run;
  const manifest = info.object!;
  try {
    info.object = await applyPatch(run, info, manifest, options.fieldManager, options.forceConflicts);
  } catch (error) {
    if (isConflict(error)) throw new Error(`${error.message}${conflictHelp}`);
    throw error;
  }
  await migrate(run, info, manifest);
  warnIfDeleting(session, info);
  markVisited(run, info);
  run.say(info.object, "serverside-applied");
}

const isClientSide = (entry: ManagedFieldsEntry): boolean =>
  entry.manager === CLIENT_SIDE_MANAGER && entry.operation === "Update" && (entry.subresource ?? "") === "";

/** Takes over what client-side apply owned, so that fields gone from the manifest go from the object. Mirrors apply.migrateToSSAIfNecessary. */
async function migrate(run: ApplyRun, info: Info, manifest: JsonObject): Promise<void> {
  const { options } = run;
  if (options.dryRun !== "none" || options.fieldManager !== SERVER_SIDE_MANAGER) return;
  const entries: ManagedFieldsEntry[] = info.object!["metadata"].managedFields ?? [];
  if (!entries.some(isClientSide)) {
    await refreshLastApplied(run, info, manifest);
    return;
  }
  const { upgradeManagedFields } = await import("./upgrade-managed-fields.ts");
  const upgraded = upgradeManagedFields(entries, CLIENT_SIDE_MANAGER, options.fieldManager);
  const client = await run.session.client();
  await client.patch(
    pathOf(info),
    info.name,
    "application/json-patch+json",
    [
      { op: "replace", path: "/metadata/managedFields", value: upgraded },
      { op: "replace", path: "/metadata/resourceVersion", value: info.object!["metadata"].resourceVersion },
    ],
    {},
  );
  info.object = await applyPatch(run, info, manifest, options.fieldManager, options.forceConflicts);
  await refreshLastApplied(run, info, manifest);
}

/** Keeps the annotation of client-side apply up to date, under a manager of its own, where it is there already. Mirrors apply.saveLastApplyAnnotationIfNecessary. */
async function refreshLastApplied(run: ApplyRun, info: Info, manifest: JsonObject): Promise<void> {
  if (lastAppliedOf(info.object!) === undefined) return;
  const { compactJson } = await import("../../../machinery/codec/json.ts");
  const bare = deepCopy(manifest);
  delete bare["metadata"]?.annotations?.[LAST_APPLIED];
  const text = `${compactJson(bare)}\n`;
  const { apiVersion, kind, metadata } = manifest as JsonObject;
  const annotationOnly = {
    apiVersion,
    kind,
    metadata: {
      name: info.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      annotations: { [LAST_APPLIED]: text },
    },
  };
  info.object = await applyPatch(run, info, annotationOnly, "kubectl-last-applied", true);
}

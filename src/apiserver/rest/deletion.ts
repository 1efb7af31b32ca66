import type { ResourceDefinition, Strategy } from "../../kinds/definition.ts";
import { type FieldError, fieldForbidden, invalid, invalidObject, notSupported } from "../../machinery/field-error.ts";
import type { JsonObject, KubeObject, ObjectMeta } from "../../machinery/object.ts";
import { conflict } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";

/** metav1.DeleteOptions, decoded. */
export interface DeletionOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

const ORPHAN = "orphan";
const FOREGROUND = "foregroundDeletion";

/** Throws the 422 for options that contradict themselves. Mirrors apimachinery/pkg/apis/meta/v1/validation ValidateDeleteOptions. */
export function validateDeletionOptions(options: DeletionOptions): void {
  const errors: FieldError[] = [];
  if (options.propagationPolicy !== undefined && options.orphanDependents !== undefined)
    errors.push(
      invalid(
        "propagationPolicy",
        options.propagationPolicy,
        "orphanDependents and deletionPropagation cannot be both set",
      ),
    );
  if (
    options.propagationPolicy !== undefined &&
    !["Foreground", "Background", "Orphan"].includes(options.propagationPolicy)
  )
    errors.push(
      notSupported("propagationPolicy", options.propagationPolicy, ["Foreground", "Background", "Orphan", "nil"]),
    );
  if (errors.length > 0) throw invalidObject({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
}

/** Throws a conflict where the object is not the one that the client means. */
export function checkPreconditions(definition: ResourceDefinition, object: KubeObject, options: DeletionOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = object;
  if (uid !== undefined && uid !== metadata.uid)
    throw conflict(
      definition,
      metadata.name ?? "",
      `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
    );
  if (resourceVersion !== undefined && resourceVersion !== metadata.resourceVersion)
    throw conflict(
      definition,
      metadata.name ?? "",
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
    );
}

/** What a DELETE comes to: the object goes, stays as it is (deletion is under way), or is marked. */
export type DeletionOutcome =
  | { readonly kind: "delete" }
  | { readonly kind: "pending" }
  | { readonly kind: "update"; readonly metadata: ObjectMeta; readonly thenDelete: boolean };

/**
 * Decides on a DELETE of `object` at `now`. Mirrors apiserver/pkg/registry/rest/delete.go BeforeDelete and
 * registry/generic/registry/store.go updateForGracefulDeletionAndFinalizers.
 */
export function decideDeletion(
  definition: ResourceDefinition,
  strategy: Strategy,
  object: KubeObject,
  options: DeletionOptions,
  now: Instant,
): DeletionOutcome {
  const graceful = beforeDelete(strategy, object, options, now);
  if (graceful === "pending") return { kind: "pending" };
  const metadata: ObjectMeta = { ...(graceful?.metadata ?? object.metadata) };
  const finalizers = finalizersForGarbageCollection(definition, metadata, options);
  if (finalizers.length > 0 || metadata.finalizers !== undefined) setFinalizers(metadata, finalizers);
  if (graceful === undefined) {
    if (finalizers.length === 0) return { kind: "delete" };
    if (metadata.deletionTimestamp !== undefined && sameFinalizers(metadata, object.metadata))
      return { kind: "pending" };
    markAsDeleting(metadata, now);
    return { kind: "update", metadata, thenDelete: false };
  }
  return { kind: "update", metadata, thenDelete: finalizers.length === 0 && graceful.seconds === 0 };
}

/** Marks the start (or the shortening) of a graceful deletion; undefined where the kind has none. */
function beforeDelete(
  strategy: Strategy,
  object: KubeObject,
  options: DeletionOptions,
  now: Instant,
): { metadata: ObjectMeta; seconds: number } | "pending" | undefined {
  if (strategy.gracePeriodSeconds === undefined) return undefined;
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) {
    const granted = metadata.deletionGracePeriodSeconds;
    if (granted === undefined) return undefined;
    const wanted = options.gracePeriodSeconds;
    if (wanted === undefined || wanted >= granted) return "pending";
    const deletion = parseTime(metadata.deletionTimestamp) + (wanted - granted) * 1000;
    return {
      metadata: { ...metadata, deletionTimestamp: formatTime(deletion), deletionGracePeriodSeconds: wanted },
      seconds: wanted,
    };
  }
  const seconds = strategy.gracePeriodSeconds(object, options.gracePeriodSeconds);
  if (seconds === undefined) return undefined;
  return {
    metadata: {
      ...metadata,
      deletionTimestamp: formatTime(now + seconds * 1000),
      deletionGracePeriodSeconds: seconds,
      ...bumped(metadata),
    },
    seconds,
  };
}

/** Gives `metadata` a deletion timestamp of now. Mirrors registry/store.go markAsDeleting. */
export function markAsDeleting(metadata: ObjectMeta, now: Instant): void {
  if (metadata.deletionGracePeriodSeconds === undefined) Object.assign(metadata, bumped(metadata));
  const present = parseTime(metadata.deletionTimestamp);
  if (Number.isNaN(present) || present > now) metadata.deletionTimestamp = formatTime(now);
  metadata.deletionGracePeriodSeconds = 0;
}

const bumped = (metadata: ObjectMeta): { generation?: number } =>
  (metadata.generation ?? 0) > 0 ? { generation: metadata.generation! + 1 } : {};

function setFinalizers(metadata: ObjectMeta, finalizers: readonly string[]): void {
  if (finalizers.length === 0) delete metadata.finalizers;
  else metadata.finalizers = [...finalizers];
}

const sameFinalizers = (a: ObjectMeta, b: ObjectMeta): boolean =>
  (a.finalizers ?? []).join() === (b.finalizers ?? []).join();

/** Jobs and replication controllers leave their pods behind unless told otherwise: so batch/v1 and v1 always did. */
export function orphansByDefault(definition: ResourceDefinition): boolean {
  return (
    (definition.group === "batch" && definition.resource === "jobs") ||
    (definition.group === "" && definition.resource === "replicationcontrollers")
  );
}

/** Kinds whose objects own nothing: no finalizer for the garbage collector. */
const WITHOUT_GARBAGE_COLLECTION = new Set(["/events", "events.k8s.io/events", "coordination.k8s.io/leases"]);

/** Mirrors registry/store.go deletionFinalizersForGarbageCollection. */
function finalizersForGarbageCollection(
  definition: ResourceDefinition,
  metadata: ObjectMeta,
  options: DeletionOptions,
): readonly string[] {
  const present = metadata.finalizers ?? [];
  if (WITHOUT_GARBAGE_COLLECTION.has(`${definition.group}/${definition.resource}`)) return present;
  const kept = present.filter((f) => f !== ORPHAN && f !== FOREGROUND);
  const wanted = [...kept];
  if (shouldOrphan(definition, present, options)) wanted.push(ORPHAN);
  if (shouldForeground(present, options)) wanted.push(FOREGROUND);
  const unchanged = wanted.length === present.length && wanted.every((f) => present.includes(f));
  return unchanged ? present : wanted;
}

function shouldOrphan(definition: ResourceDefinition, present: readonly string[], options: DeletionOptions): boolean {
  if (options.orphanDependents !== undefined) return options.orphanDependents;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === "Orphan";
  if (present.includes(ORPHAN)) return true;
  if (present.includes(FOREGROUND)) return false;
  return orphansByDefault(definition);
}

function shouldForeground(present: readonly string[], options: DeletionOptions): boolean {
  if (options.orphanDependents !== undefined) return false;
  if (options.propagationPolicy !== undefined) return options.propagationPolicy === "Foreground";
  return present.includes(FOREGROUND) && !present.includes(ORPHAN);
}

/** Whether an update leaves an object behind that has nothing more to wait for. Mirrors registry/store.go ShouldDeleteDuringUpdate. */
export function isReadyToGo(metadata: ObjectMeta): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    (metadata.finalizers ?? []).length === 0 &&
    (metadata.deletionGracePeriodSeconds ?? 0) === 0
  );
}

/** The decoded body or query of a DELETE. Throws the 422 for a negative grace period only where upstream does: never; it counts as 1. */
export function deletionOptions(body: JsonObject): DeletionOptions {
  return {
    ...(typeof body.gracePeriodSeconds === "number" ? { gracePeriodSeconds: body.gracePeriodSeconds } : {}),
    ...(typeof body.propagationPolicy === "string" ? { propagationPolicy: body.propagationPolicy } : {}),
    ...(typeof body.orphanDependents === "boolean" ? { orphanDependents: body.orphanDependents } : {}),
    ...(body.preconditions ? { preconditions: body.preconditions } : {}),
  };
}

/** Finalizers that may not be added once an object is going. Mirrors validation.go ValidateNoNewFinalizers. */
export function newFinalizerErrors(next: ObjectMeta, old: ObjectMeta): FieldError[] {
  if (old.deletionTimestamp === undefined) return [];
  const before = new Set(old.finalizers);
  const added = (next.finalizers ?? []).filter((f) => !before.has(f)).sort();
  if (added.length === 0) return [];
  const shown = added.map((f) => JSON.stringify(f)).join(", ");
  return [
    fieldForbidden(
      "metadata.finalizers",
      `no new finalizers can be added if the object is being deleted, found new finalizers []string{${shown}}`,
    ),
  ];
}

import type { JsonObject, ManagedFieldsEntry } from "../object.ts";
import { deepEqual } from "../object.ts";
import { encodeGo } from "../schema/encode.ts";
import { isObject } from "../schema/json-value.ts";
import type { FieldSchema, Structure } from "../schema/structure.ts";
import { difference, type FieldSet, fieldElement, fieldSetOf, union } from "./field-set.ts";
import {
  capManagers,
  decodeManagers,
  encodeManagers,
  type ManagedSet,
  type Managers,
  managerId,
  withoutIdle,
} from "./managers.ts";
import { type UpdateContext, updateManagers } from "./updater.ts";

/** What tracking who owns which field asks of a request. */
export interface TrackingContext {
  readonly structure: Structure;
  /** `{ ref: "io.k8s.api.core.v1.Pod" }`, or what fromOpenApi makes of a CRD's schema. */
  readonly schema: FieldSchema;
  /** The request's version: "apps/v1". */
  readonly apiVersion: string;
  /** "" for the object itself. */
  readonly subresource: string;
  /** RFC 3339, to the second. */
  readonly time: string;
  /** Paths that this endpoint does not write: [["status"]] for an object with a status endpoint, [["spec"]] for that endpoint. */
  readonly resetFields?: readonly (readonly string[])[];
}

const path = (text: string): string[] => text.split(".").map(fieldElement);

/** What nobody owns. Mirrors managedfields stripMeta. */
const strippedFields: FieldSet = fieldSetOf(
  ...[
    "apiVersion",
    "kind",
    "metadata",
    "metadata.name",
    "metadata.namespace",
    "metadata.creationTimestamp",
    "metadata.selfLink",
    "metadata.uid",
    "metadata.clusterName",
    "metadata.generation",
    "metadata.managedFields",
    "metadata.resourceVersion",
  ].map(path),
);

export const updateContext = ({ structure, schema, apiVersion, resetFields }: TrackingContext): UpdateContext => ({
  structure,
  schema,
  apiVersion,
  ...(resetFields === undefined ? {} : { ignored: fieldSetOf(...resetFields.map((p) => p.map(fieldElement))) }),
});

/** Without metadata.managedFields, and as the version's Go struct writes it, so that what it always writes counts as there. */
export function versioned({ structure, schema }: TrackingContext, object: JsonObject): JsonObject {
  const known = schema.ref !== undefined && structure.type(schema.ref)?.fields !== undefined;
  const encoded: JsonObject = known ? encodeGo(structure, schema.ref!, object) : { ...object };
  if (!isObject(encoded["metadata"])) return encoded;
  const { managedFields: _, ...metadata } = encoded["metadata"];
  return { ...encoded, metadata };
}

/** The managers without what nobody owns, and without those that own nothing. Mirrors managedfields stripMetaManager. */
export function stripManagers(managers: Managers): Managers {
  const stripped = [...managers].map(([id, m]): [string, ManagedSet] => [
    id,
    { ...m, set: difference(m.set, strippedFields) },
  ]);
  return withoutIdle(new Map(stripped));
}

const currentOperation = "current-operation";

/**
 * The managedFields of an object after an ordinary write (create, update, patch): `manager` comes to own what it
 * changed, others lose it. `live` is undefined for a create. Entries that the request brings itself count, `[{}]`
 * resets; an object that nobody tracks stays so. Mirrors managedfields FieldManager.Update.
 */
export function trackUpdate(
  context: TrackingContext,
  live: JsonObject | undefined,
  updated: JsonObject,
  manager: string,
): ManagedFieldsEntry[] {
  const managers = managersOf(context, live, updated);
  if (managers.size === 0 && live !== undefined) return [];
  const before = versioned(context, live ?? {});
  const after = versioned(context, updated);
  const tracked = trackChange(context, before, after, managers, manager);
  return encodeManagers(capManagers(tracked));
}

/** The change is tracked as a manager of its own first, so that the entry's time moves only where it took something. */
function trackChange(
  context: TrackingContext,
  before: JsonObject,
  after: JsonObject,
  managers: Managers,
  manager: string,
): Managers {
  const next = new Map(
    stripManagers(updateManagers(updateContext(context), before, after, managers, currentOperation)),
  );
  const taken = next.get(currentOperation);
  if (taken === undefined) return next;
  next.delete(currentOperation);
  const id = managerId({
    manager: manager === "" ? "unknown" : manager,
    operation: "Update",
    apiVersion: context.apiVersion,
    subresource: context.subresource,
  });
  const previous = next.get(id);
  const set = previous === undefined ? taken.set : union(taken.set, previous.set);
  return next.set(id, { ...taken, set, time: context.time });
}

/** Mirrors managedfields decodeLiveOrNew. */
function managersOf(context: TrackingContext, live: JsonObject | undefined, updated: JsonObject): Managers {
  const entries = (object: JsonObject | undefined): ManagedFieldsEntry[] | undefined =>
    object?.["metadata"]?.managedFields ?? undefined;
  const brought = context.subresource === "" ? entries(updated) : undefined;
  if (brought?.length === 1 && Object.keys(brought[0]!).length === 0) return new Map();
  const managers = readableManagers(brought);
  return managers.size > 0 ? managers : readableManagers(entries(live));
}

/** What cannot be read counts as nothing. */
export function readableManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  try {
    return decodeManagers(entries);
  } catch {
    return new Map();
  }
}

/**
 * Whether two objects differ in nothing but the times and the revision of their bookkeeping, so that a write would
 * change nothing. Mirrors fieldmanager.IgnoreManagedFieldsTimestampsTransformer.
 */
export function equalButForTimes(a: JsonObject, b: JsonObject): boolean {
  return deepEqual(withoutTimes(a), withoutTimes(b));
}

function withoutTimes(object: JsonObject): JsonObject {
  const { managedFields, resourceVersion: _, ...metadata } = object["metadata"] ?? {};
  const entries = ((managedFields ?? []) as ManagedFieldsEntry[]).map(({ time: _time, ...entry }) => entry);
  return { ...object, metadata: { ...metadata, managedFields: entries } };
}

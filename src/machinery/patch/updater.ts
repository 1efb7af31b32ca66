import { compareGoStrings } from "../codec/go-text.ts";
import type { JsonObject } from "../object.ts";
import type { FieldSchema, Structure } from "../schema/structure.ts";
import { type StatusCause, StatusError } from "../status-error.ts";
import { type Comparison, compareFields, ownedFields } from "./compare.ts";
import {
  difference,
  emptySet,
  type FieldSet,
  intersection,
  isEmptySet,
  pathsOf,
  pathText,
  recursiveDifference,
  union,
} from "./field-set.ts";
import { type ManagedSet, type Managers, managerText, withoutIdle } from "./managers.ts";
import { mergeFields, removeFields, withNamedFields } from "./merge-fields.ts";

/** The type at hand, the version that is written, and the fields that this endpoint never owns (upstream's reset fields). */
export interface UpdateContext {
  readonly structure: Structure;
  readonly schema: FieldSchema;
  readonly apiVersion: string;
  readonly ignored?: FieldSet;
}

const changedBy = (c: Comparison): FieldSet => union(c.modified, c.added);

function compare(context: UpdateContext, before: JsonObject, after: JsonObject): Comparison {
  const found = compareFields(context.structure, context.schema, before, after);
  const ignored = context.ignored;
  if (ignored === undefined) return found;
  return {
    added: recursiveDifference(found.added, ignored),
    modified: recursiveDifference(found.modified, ignored),
    removed: recursiveDifference(found.removed, ignored),
  };
}

/**
 * Takes what changed away from everybody but `self`. Throws the conflict where somebody owns what changed, unless
 * `force`. Other versions' sets are taken to have the same paths. Mirrors merge.Updater.update.
 */
function takeFromOthers(
  managers: Managers,
  self: string,
  changes: Comparison,
  force: boolean,
): Map<string, ManagedSet> {
  const changed = changedBy(changes);
  const conflicts = new Map<string, FieldSet>();
  const left = new Map<string, ManagedSet>();
  for (const [id, managed] of managers) {
    if (id === self) {
      left.set(id, managed);
      continue;
    }
    const contested = intersection(managed.set, changed);
    if (!isEmptySet(contested)) conflicts.set(id, contested);
    left.set(id, { ...managed, set: difference(difference(managed.set, contested), changes.removed) });
  }
  if (!force && conflicts.size > 0) throw new ApplyConflict(conflicts);
  return withoutIdle(left);
}

/** An applied configuration changes what others own, by manager. */
export class ApplyConflict extends Error {
  override readonly name = "ApplyConflict";
  readonly conflicts: ReadonlyMap<string, FieldSet>;
  constructor(conflicts: ReadonlyMap<string, FieldSet>) {
    super("conflict");
    this.conflicts = conflicts;
  }
}

/** The 409 that says so, one cause a field. Mirrors managedfields NewConflictError. */
export function applyConflictStatus(conflicts: ReadonlyMap<string, FieldSet>): StatusError {
  const byManager = [...conflicts]
    .sort(([a], [b]) => compareGoStrings(a, b))
    .map(([id, set]) => ({ manager: managerText(id), fields: pathsOf(set).map(pathText) }));
  const causes: StatusCause[] = byManager.flatMap(({ manager, fields }) =>
    fields.map((field) => ({ reason: "FieldManagerConflict", message: `conflict with ${manager}`, field })),
  );
  const only = causes.length === 1 ? byManager[0]! : undefined;
  const text =
    only === undefined
      ? `${causes.length} conflicts: ${byManager.map((m) => [`conflicts with ${m.manager}:`, ...m.fields.map((f) => `- ${f}`)].join("\n")).join("\n")}`
      : `1 conflict: conflict with ${only.manager}: ${only.fields[0]}`;
  return new StatusError({ message: `Apply failed with ${text}`, reason: "Conflict", details: { causes }, code: 409 });
}

/** `self` becomes the owner of what differs between the two objects. Mirrors merge.Updater.Update. */
export function updateManagers(
  context: UpdateContext,
  live: JsonObject,
  updated: JsonObject,
  managers: Managers,
  self: string,
): Map<string, ManagedSet> {
  const changes = compare(context, live, updated);
  const left = takeFromOthers(managers, self, changes, true);
  const mine = left.get(self)?.set ?? emptySet;
  const set = union(difference(mine, changes.removed), changedBy(changes));
  left.set(self, { set, apiVersion: context.apiVersion, applied: false });
  return withoutIdle(left);
}

/** Lays `applied` over `live`, drops what `self` applied before and nobody owns now. Throws {@link ApplyConflict}. Mirrors merge.Updater.Apply. */
export function applyManaged(
  context: UpdateContext,
  live: JsonObject,
  applied: JsonObject,
  managers: Managers,
  self: string,
  force: boolean,
): { readonly object: JsonObject; readonly managers: Map<string, ManagedSet> } {
  const { structure, schema, apiVersion, ignored } = context;
  const merged = mergeFields(structure, schema, live, applied);
  const owned = ownedFields(structure, schema, applied);
  const set = ignored === undefined ? owned : recursiveDifference(owned, ignored);
  const last = managers.get(self)?.set ?? emptySet;
  const wanted = new Map(managers).set(self, { set, apiVersion, applied: true });
  const object = isEmptySet(last) ? merged : prune(context, merged, wanted, last);
  return { object, managers: takeFromOthers(wanted, self, compare(context, live, object), force) };
}

/** Mirrors merge.Updater.prune with addBackOwnedItems and addBackDanglingItems. */
function prune(
  { structure, schema }: UpdateContext,
  merged: JsonObject,
  managers: Managers,
  last: FieldSet,
): JsonObject {
  const named = (set: FieldSet): FieldSet => withNamedFields(structure, schema, set);
  const fields = (object: JsonObject): FieldSet => named(ownedFields(structure, schema, object));
  const lastNamed = named(last);
  const all = fields(merged);
  const claimed = [...managers.values()].map((m) => named(m.set)).reduce(union, emptySet);
  const pruned = removeFields(structure, schema, merged, lastNamed);
  const owned = removeFields(structure, schema, merged, difference(all, union(fields(pruned), claimed)));
  return removeFields(structure, schema, merged, intersection(difference(all, fields(owned)), lastNamed));
}

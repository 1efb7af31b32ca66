import { deepEqual, type JsonObject, type ManagedFieldsEntry } from "../object.ts";
import {
  type FieldSet,
  fieldElement,
  fieldSetOf,
  fromFieldsV1,
  intersection,
  isEmptySet,
  toFieldsV1,
  union,
} from "./field-set.ts";
import { lastAppliedAnnotation } from "./last-applied.ts";

/** The field of client-side apply's annotation: who updated it last is a client-side applier. */
export const lastApplied: FieldSet = fieldSetOf(["metadata", "annotations", lastAppliedAnnotation].map(fieldElement));

/**
 * The JSON patch that hands what client-side apply's managers own to the server-side applier `ssaManager`; undefined
 * where there is nothing to hand over. Mirrors client-go/util/csaupgrade UpgradeManagedFieldsPatch.
 */
export function csaUpgradePatch(
  object: JsonObject,
  csaManagers: readonly string[],
  ssaManager: string,
): JsonObject[] | undefined {
  const before: readonly ManagedFieldsEntry[] = object["metadata"]?.managedFields ?? [];
  const after = csaManagers.reduce((entries, csaManager) => upgrade(entries, csaManager, ssaManager), before);
  if (deepEqual(before, after)) return undefined;
  return [
    { op: "replace", path: "/metadata/managedFields", value: [...after] },
    // A stale revision makes the store refuse with a conflict, where "test" would make it an invalid request.
    { op: "replace", path: "/metadata/resourceVersion", value: object["metadata"]?.resourceVersion ?? "" },
  ];
}

/** The entries of `operation` that own one of the fields. Mirrors csaupgrade.FindFieldsOwners. */
export function fieldOwners(
  entries: readonly ManagedFieldsEntry[],
  operation: "Apply" | "Update",
  fields: FieldSet,
): ManagedFieldsEntry[] {
  return entries.filter(
    (e) => e.operation === operation && !isEmptySet(intersection(fromFieldsV1(e.fieldsV1 ?? {}), fields)),
  );
}

const isEntry = (entry: ManagedFieldsEntry, manager: string, operation: string): boolean =>
  entry.manager === manager && entry.operation === operation && (entry.subresource ?? "") === "";

function upgrade(
  entries: readonly ManagedFieldsEntry[],
  csaManager: string,
  ssaManager: string,
): readonly ManagedFieldsEntry[] {
  const applier = entries.findIndex((e) => isEntry(e, ssaManager, "Apply"));
  const target = applier >= 0 ? applier : entries.findIndex((e) => isEntry(e, csaManager, "Update"));
  if (target < 0) return entries;
  const entry: ManagedFieldsEntry =
    applier >= 0 ? entries[target]! : { ...entries[target]!, operation: "Apply", manager: ssaManager };
  const same = entries.find(
    (e, i) => i !== target && isEntry(e, csaManager, "Update") && e.apiVersion === entry.apiVersion,
  );
  const fields = fromFieldsV1(entry.fieldsV1 ?? {});
  const combined = same === undefined ? fields : union(fields, fromFieldsV1(same.fieldsV1 ?? {}));
  const merged = { ...entry, fieldsV1: toFieldsV1(combined) };
  return entries.map((e, i) => (i === target ? merged : e)).filter((e) => !isEntry(e, csaManager, "Update"));
}

import { compareGoStrings } from "../codec/go-text.ts";
import type { JsonObject, ManagedFieldsEntry } from "../object.ts";
import { type FieldSet, fromFieldsV1, isEmptySet, toFieldsV1, union } from "./field-set.ts";

/** What one manager owns. `time` is RFC 3339. */
export interface ManagedSet {
  readonly set: FieldSet;
  readonly apiVersion: string;
  readonly applied: boolean;
  readonly time?: string;
}

/** Who a manager is. */
export interface ManagerIdentity {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
}

/** Everybody who owns fields of one object, by {@link managerId}. */
export type Managers = ReadonlyMap<string, ManagedSet>;

/** The text that tells managers apart: an applier is one whatever the version it applies. Mirrors managedfields BuildManagerIdentifier. */
export function managerId(identity: ManagerIdentity): string {
  const { manager, operation, apiVersion, subresource } = identity;
  return JSON.stringify({
    ...(manager === "" ? {} : { manager }),
    operation,
    ...(operation === "Apply" ? {} : { apiVersion }),
    ...(subresource === "" ? {} : { subresource }),
  });
}

/** `"kubectl" with subresource "scale" using apps/v1`. Mirrors managedfields printManager. */
export function managerText(id: string): string {
  const { manager = "", operation, apiVersion = "", subresource } = JSON.parse(id) as ManagedFieldsEntry;
  const name = `${JSON.stringify(manager)}${subresource === undefined ? "" : ` with subresource ${JSON.stringify(subresource)}`}`;
  return operation === "Update" ? `${name} using ${apiVersion}` : name;
}

// Stored entries are shared and never changed, so a set is read once, and written back as it came where nothing of it changed.
const decodedSets = new WeakMap<JsonObject, FieldSet>();
const encodedSets = new WeakMap<FieldSet, JsonObject>();

function decodeSet(fields: JsonObject): FieldSet {
  const known = decodedSets.get(fields);
  if (known !== undefined) return known;
  const set = fromFieldsV1(fields);
  decodedSets.set(fields, set);
  encodedSets.set(set, fields);
  return set;
}

function encodeSet(set: FieldSet): JsonObject {
  const known = encodedSets.get(set);
  if (known !== undefined) return known;
  const fields = toFieldsV1(set);
  encodedSets.set(set, fields);
  decodedSets.set(fields, set);
  return fields;
}

/** Reads metadata.managedFields. Throws an Error where an entry cannot be read. Mirrors DecodeManagedFields. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const managers = new Map<string, ManagedSet>();
  for (const entry of entries ?? []) {
    const { manager = "", operation, apiVersion = "", subresource = "" } = entry;
    if (operation !== "Apply" && operation !== "Update")
      throw new Error(`error decoding manager from ${JSON.stringify(entry)}: invalid operation`);
    if (entry.fieldsType !== "FieldsV1") throw new Error(`unsupported fieldsType: ${entry.fieldsType ?? ""}`);
    managers.set(managerId({ manager, operation, apiVersion, subresource }), {
      set: decodeSet(entry.fieldsV1 ?? {}),
      apiVersion,
      applied: operation === "Apply",
      ...(entry.time === undefined ? {} : { time: entry.time }),
    });
  }
  return managers;
}

/** Writes metadata.managedFields, sorted as upstream has it: appliers first, then by time, manager, version, subresource. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] {
  const entries = [...managers].map(([id, { set, apiVersion, time }]): ManagedFieldsEntry => {
    const { manager, operation, subresource } = JSON.parse(id) as ManagedFieldsEntry;
    return {
      ...(manager === undefined ? {} : { manager }),
      operation: operation!,
      apiVersion,
      ...(time === undefined ? {} : { time }),
      fieldsType: "FieldsV1",
      fieldsV1: encodeSet(set),
      ...(subresource === undefined ? {} : { subresource }),
    };
  });
  return entries.sort(compareEntries);
}

function compareEntries(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    compareGoStrings(a.operation ?? "", b.operation ?? "") ||
    compareGoStrings(a.time ?? "", b.time ?? "") ||
    compareGoStrings(a.manager ?? "", b.manager ?? "") ||
    compareGoStrings(a.apiVersion ?? "", b.apiVersion ?? "") ||
    compareGoStrings(a.subresource ?? "", b.subresource ?? "")
  );
}

/** The most managers of updates that an object keeps. */
const maxUpdateManagers = 10;

/** Folds the oldest updates into "ancient-changes" where there are too many. Mirrors managedfields capManagers. */
export function capManagers(managers: Managers): Managers {
  const updates = [...managers].filter(([, m]) => !m.applied);
  if (updates.length <= maxUpdateManagers) return managers;
  updates.sort(([a, x], [b, y]) => compareGoStrings(x.time ?? "", y.time ?? "") || compareGoStrings(a, b));
  const capped = new Map(managers);
  // A version that has no bucket yet gains nothing from its first manager, so the count is looked at again each time.
  for (const [id, oldest] of updates) {
    if (capped.size - appliers(capped) <= maxUpdateManagers) break;
    const bucketId = managerId({
      manager: "ancient-changes",
      operation: "Update",
      apiVersion: oldest.apiVersion,
      subresource: "",
    });
    if (id === bucketId) continue;
    const bucket = capped.get(bucketId);
    capped.delete(id);
    capped.set(bucketId, bucket === undefined ? oldest : { ...oldest, set: union(bucket.set, oldest.set) });
  }
  return capped;
}

const appliers = (managers: Managers): number => [...managers.values()].filter((m) => m.applied).length;

/** The managers that own anything at all. */
export function withoutIdle(managers: Managers): Map<string, ManagedSet> {
  return new Map([...managers].filter(([, m]) => !isEmptySet(m.set)));
}

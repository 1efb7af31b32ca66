import { deepEqual, type JsonObject } from "../../../machinery/object.ts";
import { uncovered } from "./rule-cover.ts";

/** What a reconciliation comes to. */
export interface Reconciled {
  readonly operation: "none" | "create" | "update" | "recreate";
  readonly object: JsonObject;
  /** The auto-update annotation says no. */
  readonly isProtected: boolean;
  readonly missing: readonly JsonObject[];
  readonly extra: readonly JsonObject[];
}

const AUTO_UPDATE = "rbac.authorization.kubernetes.io/autoupdate";

/** Labels and annotations of both; the existing ones win. */
function withMetadata(existing: JsonObject, expected: JsonObject): JsonObject {
  const merged = (field: string): JsonObject => {
    const both = { ...expected["metadata"]?.[field], ...existing["metadata"]?.[field] };
    return Object.keys(both).length === 0 ? {} : { [field]: both };
  };
  return { ...existing, metadata: { ...existing["metadata"], ...merged("annotations"), ...merged("labels") } };
}

/** The result for an object that is not there yet. */
export function created(expected: JsonObject, field: "rules" | "subjects"): Reconciled {
  return { operation: "create", object: expected, isProtected: false, missing: expected[field] ?? [], extra: [] };
}

interface Difference {
  readonly field: "rules" | "subjects" | "clusterRoleSelectors";
  readonly missing: readonly JsonObject[];
  readonly extra: readonly JsonObject[];
}

function settled(
  existing: JsonObject,
  expected: JsonObject,
  removeExtra: boolean,
  difference: Difference,
): { object: JsonObject; changed: boolean } {
  const base = withMetadata(existing, expected);
  const { field, missing, extra } = difference;
  const changed = !deepEqual(base["metadata"], existing["metadata"]);
  if (removeExtra && (missing.length > 0 || extra.length > 0))
    return { object: { ...base, [field]: expected[field] ?? [] }, changed: true };
  if (!removeExtra && missing.length > 0)
    return { object: { ...base, [field]: [...(existing[field] ?? []), ...missing] }, changed: true };
  return { object: base, changed };
}

function withSelectors(object: JsonObject, expected: JsonObject, removeExtra: boolean): JsonObject {
  const wanted: readonly JsonObject[] | undefined = expected["aggregationRule"]?.clusterRoleSelectors;
  const had: readonly JsonObject[] = object["aggregationRule"]?.clusterRoleSelectors ?? [];
  if (wanted === undefined) return object;
  const missing = wanted.filter((w) => !had.some((h) => deepEqual(h, w)));
  const extra = had.filter((h) => !wanted.some((w) => deepEqual(h, w)));
  if (missing.length === 0 && (!removeExtra || extra.length === 0)) return object;
  return { ...object, aggregationRule: { clusterRoleSelectors: removeExtra ? wanted : [...had, ...missing] } };
}

/** A role (or cluster role) with the rules it should have. Mirrors component-helpers rbac/reconciliation computeReconciledRole. */
export function reconciledRole(existing: JsonObject, expected: JsonObject, removeExtra: boolean): Reconciled {
  const isAggregated = Boolean(expected["aggregationRule"] && existing["aggregationRule"]);
  const missing = uncovered(existing["rules"] ?? [], expected["rules"] ?? []) as JsonObject[];
  const extra = isAggregated ? [] : (uncovered(expected["rules"] ?? [], existing["rules"] ?? []) as JsonObject[]);
  const rules = settled(existing, expected, removeExtra, { field: "rules", missing, extra });
  const object = withSelectors(rules.object, expected, removeExtra);
  return {
    operation: rules.changed || object !== rules.object ? "update" : "none",
    object,
    isProtected: existing["metadata"]?.annotations?.[AUTO_UPDATE] === "false",
    missing,
    extra,
  };
}

/** A binding with the subjects it should have; one of another role is made anew. Mirrors computeReconciledRoleBinding. */
export function reconciledBinding(existing: JsonObject, expected: JsonObject, removeExtra: boolean): Reconciled {
  const isProtected = existing["metadata"]?.annotations?.[AUTO_UPDATE] === "false";
  const has = (list: readonly JsonObject[], s: JsonObject): boolean => list.some((l) => deepEqual(l, s));
  const had: readonly JsonObject[] = existing["subjects"] ?? [];
  const wanted: readonly JsonObject[] = expected["subjects"] ?? [];
  const missing = wanted.filter((s) => !has(had, s));
  const extra = had.filter((s) => !has(wanted, s));
  if (!deepEqual(existing["roleRef"], expected["roleRef"])) {
    const { resourceVersion: _, uid: __, ...metadata } = withMetadata(existing, expected)["metadata"];
    const subjects = removeExtra ? wanted : [...had, ...missing];
    return { operation: "recreate", object: { ...expected, metadata, subjects }, isProtected, missing, extra };
  }
  const { object, changed } = settled(existing, expected, removeExtra, { field: "subjects", missing, extra });
  return { operation: changed ? "update" : "none", object, isProtected, missing, extra };
}

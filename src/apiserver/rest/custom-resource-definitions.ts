import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { formatTime } from "../../machinery/time.ts";
import { type ObjectStore, type Stored, storeKey, storePrefix } from "../../store/object-store.ts";
import type { ResourceContext } from "../context.ts";
import { markAsDeleting } from "./deletion.ts";

const GROUP = "apiextensions.k8s.io";
const RESOURCE = "customresourcedefinitions";
const CLEANUP = "customresourcecleanup.apiextensions.k8s.io";

const condition = (type: string, status: string, reason: string, message: string, at: string): JsonObject => ({
  type,
  status,
  lastTransitionTime: at,
  reason,
  message,
});

/**
 * Accepts (or refuses) a definition's names and establishes it, at once: upstream's naming and establishing
 * controllers do it within a moment. Mirrors apiextensions-apiserver/pkg/controller/status/naming_controller.go.
 */
export function establish(ctx: ResourceContext, crd: KubeObject): void {
  const { spec } = crd;
  const conflict = nameConflict(ctx, crd);
  const status: JsonObject = { ...crd.status };
  const stored: string[] = status.storedVersions ?? [];
  const storage = ((spec?.versions ?? []) as JsonObject[]).find((v) => v.storage === true)?.name;
  if (storage !== undefined && !stored.includes(storage)) status.storedVersions = [...stored, storage];
  if (conflict === undefined) status.acceptedNames = acceptedNames(spec?.names ?? {});
  else status.acceptedNames ??= { plural: "", kind: "" };
  status.conditions = conditionsOf(status.conditions ?? [], conflict, formatTime(ctx.now));
  crd.status = status;
}

function acceptedNames(names: JsonObject): JsonObject {
  return {
    ...names,
    singular: names.singular || String(names.kind ?? "").toLowerCase(),
    listKind: names.listKind || `${names.kind}List`,
  };
}

interface Conflict {
  readonly reason: string;
  readonly message: string;
}

function conditionsOf(present: readonly JsonObject[], conflict: Conflict | undefined, at: string): JsonObject[] {
  const established = present.some((c) => c.type === "Established" && c.status === "True");
  const wanted =
    conflict === undefined
      ? [
          condition("NamesAccepted", "True", "NoConflicts", "no conflicts found", at),
          condition("Established", "True", "InitialNamesAccepted", "the initial names have been accepted", at),
        ]
      : [
          condition("NamesAccepted", "False", conflict.reason, conflict.message, at),
          ...(established ? [] : [condition("Established", "False", "NotAccepted", "not all names are accepted", at)]),
        ];
  const next = present.map((old) => {
    const found = wanted.find((c) => c.type === old.type);
    return found === undefined || found.status === old.status ? old : found;
  });
  return [...next, ...wanted.filter((c) => !present.some((old) => old.type === c.type))];
}

/** The first name that another definition of the group has taken already. */
function nameConflict(ctx: ResourceContext, crd: KubeObject): Conflict | undefined {
  const others = ctx.server.store
    .list(storePrefix(GROUP, RESOURCE))
    .map((s) => s.object)
    .filter((o) => o.metadata.name !== crd.metadata.name && o.spec?.group === crd.spec?.group);
  const taken = (o: KubeObject): string[] => {
    const names = o.status?.acceptedNames ?? {};
    return [names.plural, names.singular, ...(names.shortNames ?? [])].filter(Boolean);
  };
  const kinds = others.flatMap((o) => [o.status?.acceptedNames?.kind, o.status?.acceptedNames?.listKind]);
  const resources = new Set(others.flatMap(taken));
  const { plural, singular, shortNames = [], kind, listKind } = crd.spec?.names ?? {};
  const check = (name: string | undefined, reason: string, used: boolean): Conflict | undefined =>
    name && used ? { reason, message: `${JSON.stringify(name)} is already in use` } : undefined;
  return (
    check(plural, "PluralConflict", resources.has(plural)) ??
    check(singular, "SingularConflict", resources.has(singular)) ??
    (shortNames as string[])
      .map((n) => check(n, "ShortNamesConflict", resources.has(n)))
      .find((c) => c !== undefined) ??
    check(kind, "KindConflict", kinds.includes(kind)) ??
    check(listKind, "ListKindConflict", kinds.includes(listKind))
  );
}

const instances = (store: ObjectStore, crd: KubeObject): readonly Stored[] =>
  store.list(storePrefix(crd.spec.group, crd.spec.names.plural));

/**
 * Deletes a definition with all that it defined: those that finalizers hold keep it waiting. Undefined: another
 * writer came in between. Mirrors apiextensions-apiserver/pkg/controller/finalizer/crd_finalizer.go.
 */
export function deleteDefinition(
  ctx: ResourceContext,
  stored: Stored,
): { object: KubeObject; gone: boolean } | undefined {
  const { store } = ctx.server;
  const crd = stored.object;
  if (ctx.dryRun) return { object: crd, gone: instances(store, crd).length === 0 };
  for (const instance of instances(store, crd)) removeOrMark(ctx, instance);
  const others = (crd.metadata.finalizers ?? []).filter((f) => f !== CLEANUP);
  if (instances(store, crd).length === 0 && others.length === 0) {
    const done = store.commit(stored.key, stored.revision, undefined);
    return done && { object: done.object, gone: true };
  }
  if (crd.metadata.deletionTimestamp !== undefined) return { object: crd, gone: false };
  const next = { ...crd, metadata: { ...crd.metadata, finalizers: [...others, CLEANUP] }, status: { ...crd.status } };
  next.metadata.deletionTimestamp = formatTime(ctx.now);
  next.status.conditions = [
    ...(crd.status?.conditions ?? []),
    condition(
      "Terminating",
      "True",
      "InstanceDeletionInProgress",
      "CustomResource deletion is in progress",
      formatTime(ctx.now),
    ),
  ];
  const marked = store.commit(stored.key, stored.revision, next);
  return marked && { object: marked.object, gone: false };
}

function removeOrMark(ctx: ResourceContext, { key, revision, object }: Stored): void {
  const { store } = ctx.server;
  if ((object.metadata.finalizers ?? []).length === 0) {
    store.commit(key, revision, undefined);
    return;
  }
  if (object.metadata.deletionTimestamp !== undefined) return;
  const metadata = { ...object.metadata };
  markAsDeleting(metadata, ctx.now);
  store.commit(key, revision, { ...object, metadata });
}

/** Ends a definition that only waited for this last custom resource to go. */
export function finishDefinition(store: ObjectStore, group: string, resource: string): void {
  const stored = store.get(storeKey(GROUP, RESOURCE, undefined, `${resource}.${group}`));
  if (stored?.object.metadata.deletionTimestamp === undefined) return;
  if (instances(store, stored.object).length > 0) return;
  const others = (stored.object.metadata.finalizers ?? []).filter((f) => f !== CLEANUP);
  if (others.length === 0) store.commit(stored.key, stored.revision, undefined);
}

import type { JsonObject, ManagedFieldsEntry } from "../../../machinery/object.ts";

/** The union of two sets of fields in FieldsV1 form. */
export function unionFields(a: JsonObject, b: JsonObject): JsonObject {
  const union: JsonObject = { ...a };
  for (const [key, value] of Object.entries(b)) union[key] = Object.hasOwn(a, key) ? unionFields(a[key], value) : value;
  return union;
}

/**
 * Gives the fields that `clientManager` has set by updates to the apply of `serverManager`. Mirrors
 * client-go/util/csaupgrade UpgradeManagedFields.
 */
export function upgradeManagedFields(
  entries: readonly ManagedFieldsEntry[],
  clientManager: string,
  serverManager: string,
): ManagedFieldsEntry[] {
  const isClient = (e: ManagedFieldsEntry): boolean =>
    e.manager === clientManager && e.operation === "Update" && (e.subresource ?? "") === "";
  const isServer = (e: ManagedFieldsEntry): boolean =>
    e.manager === serverManager && e.operation === "Apply" && (e.subresource ?? "") === "";
  const client = entries.filter(isClient);
  const server = entries.find(isServer);
  if (server === undefined) {
    const [first, ...others] = client;
    if (first === undefined) return [...entries];
    const fields = others.reduce((all, e) => unionFields(all, e.fieldsV1 ?? {}), first.fieldsV1 ?? {});
    const moved = { ...first, manager: serverManager, operation: "Apply", fieldsV1: fields };
    return entries.flatMap((e) => (e === first ? [moved] : isClient(e) ? [] : [e]));
  }
  const fields = client.reduce((all, e) => unionFields(all, e.fieldsV1 ?? {}), server.fieldsV1 ?? {});
  return entries.flatMap((e) => (e === server ? [{ ...server, fieldsV1: fields }] : isClient(e) ? [] : [e]));
}

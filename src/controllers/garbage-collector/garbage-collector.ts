import type { DeleteOptions } from "../../client/client.ts";
import type { KubeObject, OwnerReference } from "../../machinery/object.ts";
import { isConflict, isNotFound } from "../../machinery/status-error.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { patchMetadata } from "../shared/owners.ts";
import { type KnownResource, knownResources, resourceOfKind } from "../shared/resources.ts";
import { FOREGROUND, ORPHAN, parseKey } from "./identity.ts";

/** Deletes what nobody owns any more and carries out foreground and orphaning deletions. Mirrors pkg/controller/garbagecollector/garbagecollector.go. */
export const garbageCollector: Controller = {
  async reconcile(key, context) {
    const identity = parseKey(key);
    const object = find(context, identity, identity.namespace);
    if (object === undefined) {
      for (const dependent of dependentsOf(context, identity.uid)) await collect(context, dependent);
    } else if (isBeingDeleted(object) && hasFinalizer(object, ORPHAN)) {
      await orphanDependents(context, object);
    } else {
      await collect(context, object);
    }
    return undefined;
  },
};

type Reference = Pick<OwnerReference, "apiVersion" | "kind" | "name" | "uid">;

const isBeingDeleted = (object: KubeObject): boolean => object.metadata.deletionTimestamp !== undefined;
const hasFinalizer = (object: KubeObject, name: string): boolean => (object.metadata.finalizers ?? []).includes(name);
const waitsForDependents = (object: KubeObject): boolean => isBeingDeleted(object) && hasFinalizer(object, FOREGROUND);
const refers = (object: KubeObject, uid: string): boolean =>
  (object.metadata.ownerReferences ?? []).some((r) => r.uid === uid);

function resourceOf(
  context: ReconcileContext,
  object: Pick<Reference, "apiVersion" | "kind">,
): KnownResource | undefined {
  return resourceOfKind(context.lister, object.apiVersion, object.kind);
}

function find(context: ReconcileContext, reference: Reference, namespace: string | undefined): KubeObject | undefined {
  const resource = resourceOf(context, reference);
  if (resource === undefined) return undefined;
  const { group, resource: plural, namespaced } = resource;
  const found = context.lister.get(group, plural, namespaced ? namespace : undefined, reference.name);
  return found?.metadata.uid === reference.uid ? found : undefined;
}

function dependentsOf(context: ReconcileContext, uid: string): readonly KubeObject[] {
  const { lister } = context;
  const known = lister.dependents?.(uid);
  if (known !== undefined) return [...known];
  return knownResources(lister).flatMap((r) => lister.list(r.group, r.resource).filter((o) => refers(o, uid)));
}

const pathOf = (resource: KnownResource, object: KubeObject) => ({ ...resource, namespace: object.metadata.namespace });

async function patch(context: ReconcileContext, object: KubeObject, metadata: Record<string, unknown>): Promise<void> {
  const resource = resourceOf(context, object);
  if (resource !== undefined)
    await patchMetadata(context, pathOf(resource, object), object, { uid: object.metadata.uid, ...metadata });
}

const withoutFinalizer = (object: KubeObject, name: string): { finalizers: string[] } => ({
  finalizers: (object.metadata.finalizers ?? []).filter((f) => f !== name),
});

/** Mirrors attemptToOrphanWorker. */
async function orphanDependents(context: ReconcileContext, owner: KubeObject): Promise<void> {
  const uid = owner.metadata.uid!;
  for (const dependent of dependentsOf(context, uid)) {
    const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter((r) => r.uid !== uid);
    await patch(context, dependent, { ownerReferences });
  }
  await patch(context, owner, withoutFinalizer(owner, ORPHAN));
}

/** How an object's owners stand. */
interface Owners {
  readonly solid: OwnerReference[];
  readonly gone: OwnerReference[];
  readonly waiting: OwnerReference[];
}

async function classify(context: ReconcileContext, object: KubeObject): Promise<Owners> {
  const owners: Owners = { solid: [], gone: [], waiting: [] };
  for (const reference of object.metadata.ownerReferences ?? []) {
    const resource = resourceOf(context, reference);
    // A kind nobody serves, or an owner whose namespace cannot be known: never a reason to delete.
    const unknown = resource === undefined || (resource.namespaced && !object.metadata.namespace);
    const owner = unknown ? undefined : find(context, reference, object.metadata.namespace);
    if (owner === undefined && resource?.namespaced === true)
      await tellOfNamespace(context, object, reference, resource);
    if (unknown) owners.solid.push(reference);
    else if (owner === undefined) owners.gone.push(reference);
    else if (waitsForDependents(owner)) owners.waiting.push(reference);
    else owners.solid.push(reference);
  }
  return owners;
}

/** An owner in another namespace is none; its dependent is told why it goes. Mirrors graph_builder.go reportInvalidNamespaceOwnerRef. */
async function tellOfNamespace(
  context: ReconcileContext,
  object: KubeObject,
  { apiVersion, kind, name, uid }: OwnerReference,
  { group, resource }: KnownResource,
): Promise<void> {
  const { namespace = "" } = object.metadata;
  if (!context.lister.list(group, resource).some((o) => o.metadata.uid === uid && o.metadata.namespace !== namespace))
    return;
  const told = context.lister
    .list("", "events", namespace || "default")
    .some((e) => e.reason === "OwnerRefInvalidNamespace" && e.involvedObject?.uid === object.metadata.uid);
  if (told) return;
  const identity = `[${apiVersion}/${kind}, namespace: ${namespace}, name: ${name}, uid: ${uid}]`;
  const message = `ownerRef ${identity} does not exist in namespace "${namespace}"`;
  await context.events.event({ object }, "Warning", "OwnerRefInvalidNamespace", message);
}

/** Deletes an object if none of its owners stands any more. Mirrors attemptToDeleteItem. */
async function collect(context: ReconcileContext, object: KubeObject): Promise<void> {
  if (waitsForDependents(object)) return continueForeground(context, object);
  if (isBeingDeleted(object) || (object.metadata.ownerReferences ?? []).length === 0) return;
  const { solid, gone, waiting } = await classify(context, object);
  if (solid.length > 0) {
    if (gone.length + waiting.length > 0) await patch(context, object, { ownerReferences: solid });
    return;
  }
  const dependents = waiting.length === 0 ? [] : dependentsOf(context, object.metadata.uid!);
  if (dependents.length === 0) return remove(context, object, policyOf(object));
  if (dependents.some(waitsForDependents)) await unblock(context, object);
  return remove(context, object, "Foreground");
}

/** The policy that finalizers set by hand ask for. */
function policyOf(object: KubeObject): NonNullable<DeleteOptions["propagationPolicy"]> {
  if (hasFinalizer(object, ORPHAN)) return "Orphan";
  return hasFinalizer(object, FOREGROUND) ? "Foreground" : "Background";
}

/** Breaks a circle of owners that wait for each other. Mirrors unblockOwnerReferencesStrategicMergePatch. */
async function unblock(context: ReconcileContext, object: KubeObject): Promise<void> {
  const references = object.metadata.ownerReferences ?? [];
  if (references.some((r) => r.blockOwnerDeletion === true))
    await patch(context, object, { ownerReferences: references.map((r) => ({ ...r, blockOwnerDeletion: false })) });
}

async function remove(
  context: ReconcileContext,
  object: KubeObject,
  propagationPolicy: NonNullable<DeleteOptions["propagationPolicy"]>,
): Promise<void> {
  const resource = resourceOf(context, object);
  if (resource === undefined || !resource.deletable) return;
  try {
    const { name, uid } = object.metadata;
    await context.client.delete(pathOf(resource, object), name!, { propagationPolicy, uid });
  } catch (error) {
    if (!isNotFound(error) && !isConflict(error)) throw error;
  }
}

/** Lets an owner go once nothing blocks it; until then sees to the dependents. Mirrors processDeletingDependentsItem. */
async function continueForeground(context: ReconcileContext, owner: KubeObject): Promise<void> {
  const uid = owner.metadata.uid!;
  const dependents = dependentsOf(context, uid);
  const blocks = (o: KubeObject): boolean =>
    (o.metadata.ownerReferences ?? []).some((r) => r.uid === uid && r.blockOwnerDeletion === true);
  if (!dependents.some(blocks)) {
    await patch(context, owner, withoutFinalizer(owner, FOREGROUND));
    // Those that do not block are garbage as soon as the owner is gone: its deletion wakes them.
    return;
  }
  for (const dependent of dependents) if (!waitsForDependents(dependent)) await collect(context, dependent);
}

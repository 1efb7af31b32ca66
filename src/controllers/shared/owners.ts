import type { ResourcePath } from "../../client/client.ts";
import type { Lister } from "../../client/lister.ts";
import type { LabelSelector } from "../../kinds/types/meta_v1.ts";
import type { KubeObject, OwnerReference, TypedObject } from "../../machinery/object.ts";
import { labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";
import { isConflict, isNotFound } from "../../machinery/status-error.ts";
import { type ReconcileContext, type WorkKey, workKey } from "../controller.ts";

type Owned = { readonly metadata: { readonly ownerReferences?: OwnerReference[] } };

/** The reference to the managing controller. Mirrors metav1.GetControllerOf. */
export function controllerOf(object: Owned): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((r) => r.controller === true);
}

/** Whether `owner` is the managing controller of `object`. Mirrors metav1.IsControlledBy. */
export function isControlledBy(object: Owned, owner: TypedObject): boolean {
  const uid = controllerOf(object)?.uid;
  return uid !== undefined && uid === owner.metadata.uid;
}

/** The reference that makes `owner` the managing controller. Mirrors metav1.NewControllerRef. */
export function controllerReference(owner: TypedObject): OwnerReference {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name!,
    uid: owner.metadata.uid!,
    controller: true,
    blockOwnerDeletion: true,
  };
}

/** What decides about adopting and releasing dependents. */
export interface Claim<T> {
  readonly owner: TypedObject;
  readonly selector: LabelSelector | undefined;
  /** The address of the candidates' resource in the owner's namespace. */
  readonly at: ResourcePath;
  /** Further conditions, as StatefulSets have them on the pod's name. */
  readonly accepts?: (object: T) => boolean;
  readonly finalizers?: readonly string[];
}

/**
 * The candidates that belong to the owner, after orphans that match were adopted and own ones that no longer match
 * were released. Mirrors controller.BaseControllerRefManager.ClaimObject.
 */
export async function claim<T extends TypedObject>(
  context: ReconcileContext,
  candidates: readonly T[],
  request: Claim<T>,
): Promise<T[]> {
  const claimed: T[] = [];
  for (const candidate of candidates) {
    const kept = await claimOne(context, candidate, request);
    if (kept !== undefined) claimed.push(kept);
  }
  return claimed;
}

async function claimOne<T extends TypedObject>(
  context: ReconcileContext,
  candidate: T,
  { owner, selector, at, accepts, finalizers }: Claim<T>,
): Promise<T | undefined> {
  const controller = controllerOf(candidate);
  const wanted = labelSelectorMatches(selector, candidate.metadata.labels) && (accepts?.(candidate) ?? true);
  if (controller !== undefined) {
    if (controller.uid !== owner.metadata.uid) return undefined;
    if (wanted) return candidate;
    if (owner.metadata.deletionTimestamp === undefined) await release(context, candidate, owner, at);
    return undefined;
  }
  if (!wanted || owner.metadata.deletionTimestamp !== undefined || candidate.metadata.deletionTimestamp !== undefined)
    return undefined;
  return adopt(context, candidate, owner, at, finalizers);
}

async function adopt<T extends TypedObject>(
  context: ReconcileContext,
  object: T,
  owner: TypedObject,
  at: ResourcePath,
  finalizers: readonly string[] = [],
): Promise<T | undefined> {
  const { uid, ownerReferences = [], finalizers: present = [] } = object.metadata;
  const missing = finalizers.filter((f) => !present.includes(f));
  const metadata = {
    uid,
    ownerReferences: [...ownerReferences, controllerReference(owner)],
    ...(missing.length === 0 ? {} : { finalizers: [...present, ...missing] }),
  };
  return patchMetadata<T>(context, at, object, metadata);
}

async function release<T extends TypedObject>(
  context: ReconcileContext,
  object: T,
  owner: TypedObject,
  at: ResourcePath,
): Promise<void> {
  const ownerReferences = (object.metadata.ownerReferences ?? []).filter((r) => r.uid !== owner.metadata.uid);
  await patchMetadata(context, at, object, { uid: object.metadata.uid, ownerReferences });
}

/** Patches metadata; undefined where the object is gone or another one by now. */
export async function patchMetadata<T extends TypedObject>(
  context: ReconcileContext,
  at: ResourcePath,
  object: TypedObject,
  metadata: Record<string, unknown>,
): Promise<T | undefined> {
  try {
    return await context.client.patch<T>(at, object.metadata.name!, "application/merge-patch+json", { metadata });
  } catch (error) {
    if (isNotFound(error) || isConflict(error)) return undefined;
    throw error;
  }
}

/** The keys of the owners of a kind in the object's namespace whose selector matches it, where nobody controls it: for watches on children that may be adopted. */
export function adopterKeys<T extends TypedObject>(
  group: string,
  resource: string,
  selectorOf: (owner: T) => LabelSelector | undefined,
): (object: KubeObject, old: KubeObject | undefined, lister: Lister) => readonly WorkKey[] {
  return (object, old, lister) => {
    const keys = new Set<WorkKey>();
    for (const version of old === undefined ? [object] : [object, old]) {
      if (version.metadata.deletionTimestamp !== undefined || controllerOf(version) !== undefined) continue;
      for (const owner of lister.list<T>(group, resource, version.metadata.namespace)) {
        if (labelSelectorMatches(selectorOf(owner), version.metadata.labels)) keys.add(workKey(owner));
      }
    }
    return [...keys];
  };
}

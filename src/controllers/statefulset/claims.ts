import type { StatefulSet } from "../../kinds/types/apps_v1.ts";
import type { PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import { deepEqual, type OwnerReference, type TypedObject } from "../../machinery/object.ts";
import { StatusError } from "../../machinery/status-error.ts";
import type { ReconcileContext } from "../controller.ts";
import { controllerReference } from "../shared/owners.ts";
import { core } from "../shared/paths.ts";
import { errorText } from "../shared/pod-control.ts";
import { claimName, claimsOf, isInRange, nameOf } from "./identity.ts";

/** Creates the claims of an ordinal that are missing. Mirrors createMissingPersistentVolumeClaims. */
export async function createMissingClaims(context: ReconcileContext, set: StatefulSet, ordinal: number): Promise<void> {
  const { namespace, name } = set.metadata;
  const pod = nameOf(set, ordinal);
  for (const claim of claimsOf(set, ordinal)) {
    const claimed = claim.metadata.name!;
    const present = context.lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, claimed);
    if (present?.metadata.deletionTimestamp !== undefined) throw new Error(`pvc ${claimed} is being deleted`);
    if (present !== undefined) continue;
    try {
      await context.client.create(core("persistentvolumeclaims", namespace), claim);
    } catch (error) {
      const message = `create Claim ${claimed} for Pod ${pod} in StatefulSet ${name} failed error: ${errorText(error)}`;
      if (error instanceof StatusError) await context.events.event({ object: set }, "Warning", "FailedCreate", message);
      throw error;
    }
    const message = `create Claim ${claimed} Pod ${pod} in StatefulSet ${name} success`;
    await context.events.event({ object: set }, "Normal", "SuccessfulCreate", message);
  }
}

/** Whether a claim of an earlier pod is still on its way out, so that the new pod must wait. Mirrors PodClaimIsStale. */
export function hasStaleClaim(context: ReconcileContext, set: StatefulSet, ordinal: number): boolean {
  if (set.spec?.persistentVolumeClaimRetentionPolicy?.whenScaled !== "Delete") return false;
  return existingClaims(context, set, ordinal).some((claim) => {
    if (claim.metadata.deletionTimestamp !== undefined) return true;
    const owner = claim.metadata.ownerReferences?.find((r) => r.kind === "Pod");
    return owner !== undefined;
  });
}

function existingClaims(context: ReconcileContext, set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).flatMap((template) => {
    const name = claimName(template, set, ordinal);
    const claim = context.lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", set.metadata.namespace, name);
    return claim === undefined ? [] : [claim];
  });
}

/** Who should own a claim: the set, its pod once that is scaled away, or nobody. Mirrors updateClaimOwnerRefForSetAndPod. */
function wantedOwner(set: StatefulSet, pod: Pod, ordinal: number): TypedObject | undefined {
  const { whenDeleted = "Retain", whenScaled = "Retain" } = set.spec?.persistentVolumeClaimRetentionPolicy ?? {};
  if (!isInRange(set, ordinal) && whenScaled === "Delete") return pod;
  return whenDeleted === "Delete" ? set : undefined;
}

/** Makes the claims of a pod go, or not, with the set or the pod. Mirrors UpdatePodClaimForRetentionPolicy. */
export async function syncClaimOwners(
  context: ReconcileContext,
  set: StatefulSet,
  pod: Pod,
  ordinal: number,
): Promise<void> {
  const owner = wantedOwner(set, pod, ordinal);
  for (const claim of existingClaims(context, set, ordinal)) {
    const present = claim.metadata.ownerReferences ?? [];
    const isForeign = (r: OwnerReference): boolean => r.uid !== set.metadata.uid && r.kind !== "Pod";
    if (present.some((r) => r.controller === true && isForeign(r))) continue;
    const wanted = [...present.filter(isForeign), ...(owner === undefined ? [] : [controllerReference(owner)])];
    if (deepEqual(present.map((r) => r.uid).sort(), wanted.map((r) => r.uid).sort())) continue;
    const metadata = { ...claim.metadata, ownerReferences: wanted };
    await context.client.update(core("persistentvolumeclaims", claim.metadata.namespace), { ...claim, metadata });
  }
}

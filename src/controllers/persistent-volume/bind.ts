import type { PersistentVolume, PersistentVolumeClaim } from "../../kinds/types/core_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { formatTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { isReservedFor } from "./match.ts";
import { BIND_COMPLETED, BOUND_BY_CONTROLLER } from "./names.ts";

/** Binds a volume and a claim to each other, in the order that survives a stop half way. Mirrors PersistentVolumeController.bind. */
export async function bind(
  context: ReconcileContext,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Promise<void> {
  const claimed = await pointVolumeAtClaim(context, volume, claim);
  const bound = await setVolumePhase(context, claimed, "Bound");
  const pointing = await pointClaimAtVolume(context, claim, bound);
  await setClaimPhase(context, pointing, "Bound", bound);
}

async function pointVolumeAtClaim(
  context: ReconcileContext,
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
): Promise<PersistentVolume> {
  const { name, namespace, uid, resourceVersion } = claim.metadata;
  if (isReservedFor(volume, claim) && volume.spec?.claimRef?.uid === uid) return volume;
  const annotations = isReservedFor(volume, claim)
    ? volume.metadata.annotations
    : { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: "yes" };
  const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid, resourceVersion };
  const metadata = { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) };
  return context.client.update(core("persistentvolumes"), { ...volume, metadata, spec: { ...volume.spec, claimRef } });
}

async function pointClaimAtVolume(
  context: ReconcileContext,
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): Promise<PersistentVolumeClaim> {
  const { annotations = {} } = claim.metadata;
  const chosen = claim.spec?.volumeName === volume.metadata.name;
  if (chosen && annotations[BIND_COMPLETED] !== undefined) return claim;
  const next = { ...annotations, ...(chosen ? {} : { [BOUND_BY_CONTROLLER]: "yes" }), [BIND_COMPLETED]: "yes" };
  return context.client.update(core("persistentvolumeclaims", claim.metadata.namespace), {
    ...claim,
    metadata: { ...claim.metadata, annotations: next },
    spec: { ...claim.spec, volumeName: volume.metadata.name },
  });
}

/** Writes a volume's phase. Mirrors updateVolumePhase. */
export async function setVolumePhase(
  context: ReconcileContext,
  volume: PersistentVolume,
  phase: string,
  message = "",
): Promise<PersistentVolume> {
  const { lastPhaseTransitionTime, phase: before, message: _, ...rest } = volume.status ?? {};
  if (before === phase && (volume.status?.message ?? "") === message) return volume;
  const status = {
    ...rest,
    lastPhaseTransitionTime: before === phase ? lastPhaseTransitionTime : formatTime(context.now),
    phase,
    ...(message === "" ? {} : { message }),
  };
  return context.client.update(core("persistentvolumes"), { ...volume, status }, { subresource: "status" });
}

/** Writes a claim's phase, and what its volume gives it. Mirrors updateClaimStatus. */
export async function setClaimPhase(
  context: ReconcileContext,
  claim: PersistentVolumeClaim,
  phase: string,
  volume: PersistentVolume | undefined,
): Promise<boolean> {
  const { accessModes: _, capacity: __, ...rest } = claim.status ?? {};
  const given =
    volume === undefined ? {} : { accessModes: volume.spec?.accessModes, capacity: capacityOf(claim, volume) };
  const status = { ...rest, phase, ...given };
  if (deepEqual(claim.status, status)) return false;
  const at = core("persistentvolumeclaims", claim.metadata.namespace);
  await context.client.update(at, { ...claim, status }, { subresource: "status" });
  return true;
}

/** A volume that was grown shows in its claim only after the file system was grown as well. */
function capacityOf(
  claim: PersistentVolumeClaim,
  volume: PersistentVolume,
): Record<string, string | number> | undefined {
  const resizing = claim.status?.conditions?.some((c) => c.type === "FileSystemResizePending");
  return resizing ? claim.status?.capacity : volume.spec?.capacity;
}

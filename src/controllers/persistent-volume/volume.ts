import type { PersistentVolume } from "../../kinds/types/core_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import type { ReconcileContext } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { setVolumePhase } from "./bind.ts";
import { BOUND_BY_CONTROLLER, getClaim, PROVISIONED_BY } from "./names.ts";

/** Keeps a volume's phase, and does with it what its reclaim policy says once its claim is gone. Mirrors syncVolume. */
export async function syncVolume(context: ReconcileContext, volume: PersistentVolume): Promise<void> {
  const reference = volume.spec?.claimRef;
  if (reference === undefined || !reference.uid) {
    await setVolumePhase(context, volume, "Available");
    return;
  }
  const found = getClaim(context.lister, reference.namespace, reference.name);
  const claim = found?.metadata.uid === reference.uid ? found : undefined;
  if (claim === undefined) return release(context, volume);
  if (claim.spec?.volumeName === volume.metadata.name) {
    await setVolumePhase(context, volume, "Bound");
  } else if (claim.spec?.volumeName) {
    const dynamic = volume.metadata.annotations?.[PROVISIONED_BY] !== undefined;
    if (dynamic && volume.spec?.persistentVolumeReclaimPolicy === "Delete") await release(context, volume);
    else await unbind(context, volume);
  }
}

async function release(context: ReconcileContext, volume: PersistentVolume): Promise<void> {
  const phase = volume.status?.phase;
  const released =
    phase === "Released" || phase === "Failed" ? volume : await setVolumePhase(context, volume, "Released");
  const policy = released.spec?.persistentVolumeReclaimPolicy;
  if (released.metadata.deletionTimestamp !== undefined) return;
  if (policy === "Delete") await deleteVolume(context, released);
  else if (policy === "Recycle") await recycle(context, released);
}

/** The claim found another volume: this one is free again. Mirrors unbindVolume. */
async function unbind(context: ReconcileContext, volume: PersistentVolume): Promise<void> {
  const { [BOUND_BY_CONTROLLER]: own, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec ?? {};
  const { uid: _, ...reserved } = claimRef ?? {};
  const kept = own === undefined ? { ...spec, claimRef: reserved } : spec;
  const metadata = { ...volume.metadata, annotations };
  const updated = await context.client.update(core("persistentvolumes"), { ...volume, metadata, spec: kept });
  await setVolumePhase(context, updated, "Available");
}

/** Why no in-tree plugin can delete a volume; undefined: it can. */
function deletionError(volume: PersistentVolume): string | undefined {
  const path = volume.spec?.hostPath?.path;
  if (path === undefined)
    return `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`;
  return /^\/tmp\/.+/.test(path) ? undefined : `host_path deleter only supports /tmp/.+ but received provided ${path}`;
}

/** Mirrors deleteVolumeOperation: volumes of external provisioners are theirs to delete. */
async function deleteVolume(context: ReconcileContext, volume: PersistentVolume): Promise<void> {
  if (volume.metadata.annotations?.[PROVISIONED_BY] !== undefined || volume.spec?.csi !== undefined) return;
  const error = deletionError(volume);
  if (error !== undefined) {
    if (volume.status?.phase === "Failed" && volume.status.message === error) return;
    await setVolumePhase(context, volume, "Failed", error);
    await context.events.event({ object: volume }, "Warning", "VolumeFailedDelete", error);
    return;
  }
  try {
    await context.client.delete(core("persistentvolumes"), volume.metadata.name!);
  } catch (failure) {
    if (!isNotFound(failure)) throw failure;
  }
}

/** Mirrors recycleVolumeOperation for the two plugins that recycle. */
async function recycle(context: ReconcileContext, volume: PersistentVolume): Promise<void> {
  if (volume.spec?.nfs === undefined && volume.spec?.hostPath === undefined) {
    if (volume.status?.phase === "Failed") return;
    const message = "No recycler plugin found for the volume!";
    await setVolumePhase(context, volume, "Failed", message);
    await context.events.event({ object: volume }, "Warning", "VolumeFailedRecycle", message);
    return;
  }
  await context.events.event({ object: volume }, "Normal", "VolumeRecycled", "Volume recycled");
  const { claimRef: _, ...spec } = volume.spec;
  const { [BOUND_BY_CONTROLLER]: __, ...annotations } = volume.metadata.annotations ?? {};
  const metadata = { ...volume.metadata, annotations };
  const updated = await context.client.update(core("persistentvolumes"), { ...volume, metadata, spec });
  await setVolumePhase(context, updated, "Available");
}

import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import { parseTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { bind, setClaimPhase } from "./bind.ts";
import { bestMatch, isReservedFor, mismatch } from "./match.ts";
import {
  BOUND_BY_CONTROLLER,
  classOf,
  csiDriverOf,
  getVolume,
  isBoundClaim,
  SELECTED_NODE,
  STORAGE_PROVISIONER,
  STORAGE_PROVISIONER_BETA,
} from "./names.ts";

/** Brings a claim to its volume. Mirrors syncClaim. */
export async function syncClaim(context: ReconcileContext, claim: PersistentVolumeClaim): Promise<void> {
  if (isBoundClaim(claim)) return syncBound(context, claim);
  return claim.spec?.volumeName ? syncNamed(context, claim) : syncUnbound(context, claim);
}

const tell = (
  context: ReconcileContext,
  claim: PersistentVolumeClaim,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
): Promise<void> => context.events.event({ object: claim }, type, reason, message);

/** Any volume will do. Mirrors syncUnboundClaim. */
async function syncUnbound(context: ReconcileContext, claim: PersistentVolumeClaim): Promise<void> {
  const selected = claim.metadata.annotations?.[SELECTED_NODE] !== undefined;
  const delayed = !selected && classOf(context.lister, claim)?.volumeBindingMode === "WaitForFirstConsumer";
  const volumes = context.lister.list<PersistentVolume>("", "persistentvolumes");
  const volume = bestMatch(volumes, claim, delayed);
  if (volume !== undefined) return bind(context, volume, claim);
  await setClaimPhase(context, claim, "Pending", undefined);
  if (claim.metadata.deletionTimestamp !== undefined) return;
  if (delayed) await tellOfWaiting(context, claim);
  else if (claim.spec?.storageClassName) await provision(context, claim);
  else {
    const message = "no persistent volumes available for this claim and no storage class is set";
    await tell(context, claim, "Normal", "FailedBinding", message);
  }
}

/** Mirrors emitEventForUnboundDelayBindingClaim. */
async function tellOfWaiting(context: ReconcileContext, claim: PersistentVolumeClaim): Promise<void> {
  const { namespace, name } = claim.metadata;
  const waiting = context.lister
    .list<Pod>("", "pods", namespace)
    .filter((pod) => !pod.spec?.nodeName && pod.spec?.volumes?.some((v) => v.persistentVolumeClaim?.claimName === name))
    .map((pod) => pod.metadata.name);
  // A claim is looked at as soon as it is there: a pod made in the same breath came after that look.
  const isNew = context.now - parseTime(claim.metadata.creationTimestamp) < 1000;
  if (waiting.length === 0 || isNew) {
    await tell(
      context,
      claim,
      "Normal",
      "WaitForFirstConsumer",
      "waiting for first consumer to be created before binding",
    );
    return;
  }
  const pods = waiting.length === 1 ? "pod" : "pods";
  await tell(
    context,
    claim,
    "Normal",
    "WaitForPodScheduled",
    `waiting for ${pods} ${waiting.join(",")} to be scheduled`,
  );
}

/** Hands the claim to its class's provisioner. Mirrors provisionClaim and provisionClaimOperationExternal. */
async function provision(context: ReconcileContext, claim: PersistentVolumeClaim): Promise<void> {
  const storageClass = classOf(context.lister, claim);
  if (storageClass === undefined) {
    const message = `storageclass.storage.k8s.io "${claim.spec!.storageClassName}" not found`;
    await tell(context, claim, "Warning", "ProvisioningFailed", message);
    return;
  }
  const provisioner = csiDriverOf(storageClass.provisioner);
  if (provisioner.startsWith("kubernetes.io/")) {
    await tell(context, claim, "Warning", "ProvisioningFailed", `no volume plugin matched name: ${provisioner}`);
    return;
  }
  const annotations = { ...claim.metadata.annotations };
  if (annotations[STORAGE_PROVISIONER] !== provisioner) {
    const metadata = {
      ...claim.metadata,
      annotations: { ...annotations, [STORAGE_PROVISIONER_BETA]: provisioner, [STORAGE_PROVISIONER]: provisioner },
    };
    await context.client.update(core("persistentvolumeclaims", claim.metadata.namespace), { ...claim, metadata });
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  await tell(context, claim, "Normal", "ExternalProvisioning", message);
}

/** The claim asks for one volume by name. */
async function syncNamed(context: ReconcileContext, claim: PersistentVolumeClaim): Promise<void> {
  const name = claim.spec!.volumeName!;
  const volume = getVolume(context.lister, name);
  if (volume === undefined) {
    await setClaimPhase(context, claim, "Pending", undefined);
  } else if (volume.spec?.claimRef === undefined) {
    const reason = mismatch(volume, claim);
    if (reason === undefined) return bind(context, volume, claim);
    await tell(context, claim, "Warning", "VolumeMismatch", `Cannot bind to requested volume "${name}": ${reason}`);
    await setClaimPhase(context, claim, "Pending", undefined);
  } else if (isReservedFor(volume, claim)) {
    await bind(context, volume, claim);
  } else if (claim.metadata.annotations?.[BOUND_BY_CONTROLLER] === undefined) {
    await tell(context, claim, "Warning", "FailedBinding", `volume "${name}" already bound to a different claim.`);
    await setClaimPhase(context, claim, "Pending", undefined);
  }
}

/** A claim that was bound stays so, or is lost. Mirrors syncBoundClaim. */
async function syncBound(context: ReconcileContext, claim: PersistentVolumeClaim): Promise<void> {
  const lose = async (reason: string, message: string): Promise<void> => {
    if (await setClaimPhase(context, claim, "Lost", undefined)) await tell(context, claim, "Warning", reason, message);
  };
  if (!claim.spec?.volumeName)
    return lose("ClaimLost", "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!");
  const volume = getVolume(context.lister, claim.spec.volumeName);
  if (volume === undefined)
    return lose("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
  const holder = volume.spec?.claimRef?.uid;
  if (volume.spec?.claimRef === undefined || holder === claim.metadata.uid) return bind(context, volume, claim);
  return lose("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
}

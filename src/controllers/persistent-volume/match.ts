import type { PersistentVolume, PersistentVolumeClaim } from "../../kinds/types/core_v1.ts";
import { parseQuantity } from "../../machinery/quantity.ts";
import { labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";

const bytes = (quantity: string | number | undefined): bigint => parseQuantity(quantity ?? "0").nanos;
export const sizeOf = (volume: PersistentVolume): bigint => bytes(volume.spec?.capacity?.storage);
export const requestOf = (claim: PersistentVolumeClaim): bigint => bytes(claim.spec?.resources?.requests?.storage);
const modesOf = (volume: PersistentVolume): readonly string[] => volume.spec?.accessModes ?? [];
const modeOf = (of: { spec?: { volumeMode?: string } }): string => of.spec?.volumeMode ?? "Filesystem";

/** Whether a volume is reserved for, or bound to, a claim. Mirrors storagehelpers.IsVolumeBoundToClaim. */
export function isReservedFor(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const reference = volume.spec?.claimRef;
  if (reference === undefined) return false;
  if (reference.name !== claim.metadata.name || reference.namespace !== claim.metadata.namespace) return false;
  return !reference.uid || reference.uid === claim.metadata.uid;
}

/** Why a volume that a claim asks for by name does not do. Mirrors checkVolumeSatisfyClaim. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (sizeOf(volume) < requestOf(claim)) return "requested PV is too small";
  if ((volume.spec?.storageClassName ?? "") !== (claim.spec?.storageClassName ?? ""))
    return "storageClassName does not match";
  if (modeOf(volume) !== modeOf(claim)) return "incompatible volumeMode";
  if (!offersModes(volume, claim)) return "incompatible accessMode";
  return undefined;
}

const offersModes = (volume: PersistentVolume, claim: PersistentVolumeClaim): boolean =>
  (claim.spec?.accessModes ?? []).every((mode) => modesOf(volume).includes(mode));

/** Whether a free volume fits a claim. Mirrors the loop of storagehelpers.FindMatchingVolume. */
function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { selector, storageClassName = "", volumeAttributesClassName = "" } = claim.spec ?? {};
  if (volume.spec?.claimRef !== undefined || volume.status?.phase !== "Available") return false;
  if (selector !== undefined && !labelSelectorMatches(selector, volume.metadata.labels)) return false;
  if ((volume.spec?.storageClassName ?? "") !== storageClassName) return false;
  return (volume.spec?.volumeAttributesClassName ?? "") === volumeAttributesClassName;
}

/**
 * The volume to bind a claim to: one reserved for it, else of those with the fewest access modes beyond the wanted
 * ones the smallest. With `delayed`, free volumes are the scheduler's to choose. Mirrors persistentVolumeOrderedIndex.findBestMatchForClaim.
 */
export function bestMatch(
  volumes: readonly PersistentVolume[],
  claim: PersistentVolumeClaim,
  delayed: boolean,
): PersistentVolume | undefined {
  const candidates = volumes.filter(
    (v) =>
      v.metadata.deletionTimestamp === undefined &&
      sizeOf(v) >= requestOf(claim) &&
      modeOf(v) === modeOf(claim) &&
      offersModes(v, claim),
  );
  const reserved = candidates.find((v) => isReservedFor(v, claim));
  if (reserved !== undefined || delayed) return reserved;
  const order = (a: PersistentVolume, b: PersistentVolume): number => {
    if (modesOf(a).length !== modesOf(b).length) return modesOf(a).length - modesOf(b).length;
    if (sizeOf(a) !== sizeOf(b)) return sizeOf(a) < sizeOf(b) ? -1 : 1;
    return a.metadata.name! < b.metadata.name! ? -1 : 1;
  };
  return candidates.filter((v) => fits(v, claim)).sort(order)[0];
}

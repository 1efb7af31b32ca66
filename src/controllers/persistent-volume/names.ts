import type { Lister } from "../../client/lister.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "../../kinds/types/core_v1.ts";
import type { StorageClass } from "../../kinds/types/storage_v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { WorkKey } from "../controller.ts";

/** The annotations through which claims, volumes, scheduler and provisioners talk. */
export const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
export const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
export const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";
export const STORAGE_PROVISIONER = "volume.kubernetes.io/storage-provisioner";
export const STORAGE_PROVISIONER_BETA = "volume.beta.kubernetes.io/storage-provisioner";
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";

/** The CSI drivers that have taken over from plugins of the tree. Mirrors csi-translation-lib. */
const CSI_DRIVERS = new Map([
  ["kubernetes.io/aws-ebs", "ebs.csi.aws.com"],
  ["kubernetes.io/azure-disk", "disk.csi.azure.com"],
  ["kubernetes.io/azure-file", "file.csi.azure.com"],
  ["kubernetes.io/cinder", "cinder.csi.openstack.org"],
  ["kubernetes.io/gce-pd", "pd.csi.storage.gke.io"],
  ["kubernetes.io/portworx-volume", "pxd.portworx.com"],
  ["kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"],
]);

/** Who serves the claims of a class with that provisioner. */
export const csiDriverOf = (provisioner: string): string => CSI_DRIVERS.get(provisioner) ?? provisioner;

export const claimKey = (namespace: string | undefined, name: string | undefined): WorkKey =>
  `claim/${namespace}/${name}`;
export const volumeKey = (name: string | undefined): WorkKey => `volume/${name}`;

export const getClaim = (lister: Lister, namespace: string | undefined, name: string | undefined) =>
  lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, name ?? "");
export const getVolume = (lister: Lister, name: string | undefined) =>
  lister.get<PersistentVolume>("", "persistentvolumes", undefined, name ?? "");

/** The class of a claim. */
export function classOf(lister: Lister, claim: PersistentVolumeClaim): StorageClass | undefined {
  const name = claim.spec?.storageClassName;
  return name ? lister.get<StorageClass>("storage.k8s.io", "storageclasses", undefined, name) : undefined;
}

export const isBoundClaim = (claim: PersistentVolumeClaim): boolean =>
  claim.metadata.annotations?.[BIND_COMPLETED] !== undefined;

/** The claims that still look for a volume, of a class or of all. */
export function unboundClaimKeys(lister: Lister, className?: string): readonly WorkKey[] {
  return lister
    .list<PersistentVolumeClaim>("", "persistentvolumeclaims")
    .filter((c) => !isBoundClaim(c) && (className === undefined || (c.spec?.storageClassName ?? "") === className))
    .map((c) => claimKey(c.metadata.namespace, c.metadata.name));
}

/** A claim, and the volumes that point at it or at which it points. */
export function keysOfClaim({ metadata, spec }: KubeObject): readonly WorkKey[] {
  return [claimKey(metadata.namespace, metadata.name), ...(spec?.volumeName ? [volumeKey(spec.volumeName)] : [])];
}

/** A volume, its claim, and where it is free the claims that may want it. */
export function keysOfVolume(volume: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly WorkKey[] {
  const { claimRef } = volume.spec ?? {};
  const own = [volumeKey(volume.metadata.name)];
  if (claimRef !== undefined) return [...own, claimKey(claimRef.namespace, claimRef.name)];
  return [...own, ...unboundClaimKeys(lister, volume.spec?.storageClassName ?? "")];
}

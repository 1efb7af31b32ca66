import type { Lister } from "../../client/lister.ts";
import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import type { CSINode, StorageClass } from "../../kinds/types/storage_v1.ts";
import type { Plugin } from "../framework.ts";

const TOO_MANY = "node(s) exceed max volume count";

/** The CSI volumes of a pod: a driver for each, by what tells the volume apart. Mirrors plugins/nodevolumelimits/csi.go filterAttachableVolumes. */
function csiVolumes(pod: Pod, lister: Lister): Map<string, string> {
  const volumes = new Map<string, string>();
  const { namespace, name: podName } = pod.metadata;
  for (const { name, persistentVolumeClaim, ephemeral } of pod.spec?.volumes ?? []) {
    const claimName = persistentVolumeClaim?.claimName ?? (ephemeral ? `${podName}-${name}` : undefined);
    const claim =
      claimName === undefined
        ? undefined
        : lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, claimName);
    if (claim === undefined) continue;
    const { volumeName, storageClassName } = claim.spec ?? {};
    const csi = volumeName
      ? lister.get<PersistentVolume>("", "persistentvolumes", undefined, volumeName)?.spec?.csi
      : undefined;
    if (csi !== undefined) volumes.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver);
    else if (!volumeName && storageClassName) {
      // One that is yet to be made counts for its class's driver.
      const of = lister.get<StorageClass>("storage.k8s.io", "storageclasses", undefined, storageClassName);
      if (of !== undefined) volumes.set(`${of.provisioner}/${namespace}/${claimName}`, of.provisioner);
    }
  }
  return volumes;
}

/** Keeps to the number of volumes that a CSI driver can attach to a node. Mirrors plugins/nodevolumelimits. */
export const nodeVolumeLimits: Plugin = {
  name: "NodeVolumeLimits",
  preFilter(pod, { lister }) {
    const state = csiVolumes(pod, lister);
    return state.size === 0 ? "skip" : { state };
  },
  filter(_pod, { name, pods }, state, { lister }) {
    const wanted = state as ReadonlyMap<string, string>;
    const csiNode = lister.get<CSINode>("storage.k8s.io", "csinodes", undefined, name);
    const limits = new Map((csiNode?.spec?.drivers ?? []).map((d) => [d.name, d.allocatable?.count]));
    if (![...wanted.values()].some((driver) => limits.get(driver) !== undefined)) return undefined;
    const attached = new Map<string, string>();
    for (const other of pods) for (const [id, driver] of csiVolumes(other, lister)) attached.set(id, driver);
    const fresh = [...wanted].filter(([id]) => !attached.has(id));
    const count = (entries: Iterable<string>, driver: string): number =>
      [...entries].filter((d) => d === driver).length;
    for (const [driver, limit] of limits) {
      const more = count(
        fresh.map(([, d]) => d),
        driver,
      );
      if (limit !== undefined && more > 0 && count(attached.values(), driver) + more > limit)
        return { reasons: [TOO_MANY], unresolvable: false };
    }
    return undefined;
  },
};

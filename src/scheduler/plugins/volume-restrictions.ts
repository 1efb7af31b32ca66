import type { PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";
import type { Snapshot } from "../snapshot.ts";

const exclusive = "ReadWriteOncePod";

const claimNames = (pod: Pod): string[] =>
  (pod.spec?.volumes ?? []).flatMap((v) => (v.persistentVolumeClaim ? [v.persistentVolumeClaim.claimName] : []));

/** The pod's claims that only one pod may use. */
function exclusiveClaims(pod: Pod, snapshot: Snapshot): string[] {
  return claimNames(pod).filter((name) => {
    const claim = snapshot.lister.get<PersistentVolumeClaim>(
      "",
      "persistentvolumeclaims",
      pod.metadata.namespace,
      name,
    );
    return claim?.spec?.accessModes?.includes(exclusive);
  });
}

/** Keeps a ReadWriteOncePod claim to one pod. Mirrors plugins/volumerestrictions. */
export const volumeRestrictions: Plugin = {
  name: "VolumeRestrictions",
  preFilter(pod, snapshot) {
    const claims = exclusiveClaims(pod, snapshot);
    return claims.length === 0 ? "skip" : { state: claims };
  },
  filter(pod, node, state) {
    const claims = state as readonly string[];
    const taken = node.pods.some(
      (other) =>
        other.metadata.namespace === pod.metadata.namespace && claimNames(other).some((name) => claims.includes(name)),
    );
    if (!taken) return undefined;
    const reason =
      "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";
    return { reasons: [reason], unresolvable: false };
  },
};

import type { PersistentVolume, PersistentVolumeClaim } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";

const topologyLabels = [
  "topology.kubernetes.io/zone",
  "topology.kubernetes.io/region",
  "failure-domain.beta.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region",
];

interface Zone {
  readonly key: string;
  readonly values: readonly string[];
}

/** Keeps pods in the zone of their volumes, where the volumes carry zone labels. Mirrors plugins/volumezone. */
export const volumeZone: Plugin = {
  name: "VolumeZone",
  preFilter(pod, { lister }) {
    const zones: Zone[] = [];
    for (const volume of pod.spec?.volumes ?? []) {
      const name = volume.persistentVolumeClaim?.claimName;
      if (name === undefined) continue;
      const claim = lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", pod.metadata.namespace, name);
      const bound = claim?.spec?.volumeName;
      const labels = bound
        ? (lister.get<PersistentVolume>("", "persistentvolumes", undefined, bound)?.metadata.labels ?? {})
        : {};
      for (const key of topologyLabels)
        if (labels[key] !== undefined) zones.push({ key, values: labels[key].split("__") });
    }
    return zones.length === 0 ? "skip" : { state: zones };
  },
  filter(_pod, { node }, state) {
    const labels = node.metadata.labels ?? {};
    const conflict = (state as readonly Zone[]).some(({ key, values }) => !values.includes(labels[key] ?? ""));
    return conflict ? { reasons: ["node(s) had no available volume zone"], unresolvable: true } : undefined;
  },
};

import type { StatefulSet } from "../../kinds/types/apps_v1.ts";
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, Volume } from "../../kinds/types/core_v1.ts";
import { deepCopy } from "../../machinery/object.ts";
import { podFromTemplate } from "../shared/pod-control.ts";

/** The labels of a StatefulSet's pods. */
export const POD_NAME = "statefulset.kubernetes.io/pod-name";
export const POD_INDEX = "apps.kubernetes.io/pod-index";
export const REVISION = "controller-revision-hash";

export const replicasOf = (set: StatefulSet): number => set.spec?.replicas ?? 1;
export const startOf = (set: StatefulSet): number => set.spec?.ordinals?.start ?? 0;
export const allowsBurst = (set: StatefulSet): boolean => set.spec?.podManagementPolicy === "Parallel";
export const nameOf = (set: StatefulSet, ordinal: number): string => `${set.metadata.name}-${ordinal}`;
export const claimName = (template: PersistentVolumeClaim, set: StatefulSet, ordinal: number): string =>
  `${template.metadata.name}-${nameOf(set, ordinal)}`;
export const revisionOf = (pod: Pod): string => pod.metadata.labels?.[REVISION] ?? "";

/** The ordinal in a pod's name if that is the set's; -1 otherwise. Mirrors getOrdinal and isMemberOf. */
export function ordinalOf(set: StatefulSet, pod: Pod): number {
  const { name = "" } = pod.metadata;
  const dash = name.lastIndexOf("-");
  const digits = name.slice(dash + 1);
  return name.slice(0, dash) === set.metadata.name && /^(0|[1-9]\d{0,8})$/.test(digits) ? Number(digits) : -1;
}

export const isInRange = (set: StatefulSet, ordinal: number): boolean =>
  ordinal >= startOf(set) && ordinal < startOf(set) + replicasOf(set);

/** The pod of an ordinal, not yet created. Mirrors newStatefulSetPod. */
export function podOf(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const pod = podFromTemplate(template, set);
  pod.metadata.name = nameOf(set, ordinal);
  pod.metadata.labels = { ...pod.metadata.labels, ...identityLabels(set, ordinal), [REVISION]: revision };
  pod.spec = {
    ...pod.spec!,
    hostname: pod.metadata.name,
    ...(set.spec?.serviceName ? { subdomain: set.spec.serviceName } : {}),
  };
  const volumes = volumesOf(set, ordinal, pod.spec.volumes);
  if (volumes.length > 0) pod.spec.volumes = volumes;
  return pod;
}

const identityLabels = (set: StatefulSet, ordinal: number): Record<string, string> => ({
  [POD_NAME]: nameOf(set, ordinal),
  [POD_INDEX]: String(ordinal),
});

/** A pod's volumes with those of the claim templates first. Mirrors updateStorage. */
function volumesOf(set: StatefulSet, ordinal: number, others: readonly Volume[] = []): Volume[] {
  const templates = set.spec?.volumeClaimTemplates ?? [];
  const claimed = templates.map(
    (template): Volume => ({
      name: template.metadata.name!,
      persistentVolumeClaim: { claimName: claimName(template, set, ordinal) },
    }),
  );
  return [...claimed, ...others.filter((v) => !templates.some((t) => t.metadata.name === v.name))];
}

/** Whether name, labels and claims are as they should be. Mirrors identityMatches and storageMatches. */
export function identityMatches(set: StatefulSet, pod: Pod, ordinal: number): boolean {
  const labels = Object.entries(identityLabels(set, ordinal)).every(([k, v]) => pod.metadata.labels?.[k] === v);
  const volumes = pod.spec?.volumes ?? [];
  return (
    labels &&
    (set.spec?.volumeClaimTemplates ?? []).every((template) =>
      volumes.some(
        (v) =>
          v.name === template.metadata.name && v.persistentVolumeClaim?.claimName === claimName(template, set, ordinal),
      ),
    )
  );
}

/** The labels that a pod lacks to be who it is. */
export const withIdentity = (set: StatefulSet, pod: Pod, ordinal: number): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, labels: { ...pod.metadata.labels, ...identityLabels(set, ordinal) } },
});

/** The claims of an ordinal. Mirrors getPersistentVolumeClaims. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  return (set.spec?.volumeClaimTemplates ?? []).map((template) => {
    const { status: _, ...claim } = deepCopy(template);
    const { creationTimestamp: __, ...metadata } = claim.metadata;
    return {
      ...claim,
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        ...metadata,
        name: claimName(template, set, ordinal),
        namespace: set.metadata.namespace,
        labels: { ...metadata.labels, ...set.spec?.selector.matchLabels },
      },
    };
  });
}

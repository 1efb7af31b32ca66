import type { Lister } from "../../client/lister.ts";
import { nodeSelectorMatches, termMatches } from "../../kinds/shared/scheduling/node-affinity.ts";
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import type { StorageClass } from "../../kinds/types/storage_v1.ts";
import { parseQuantity } from "../../machinery/quantity.ts";
import type { Plugin } from "../framework.ts";
import { selects } from "./label-selector.ts";

/** The annotation that tells a provisioner where the first consumer is to run. */
export const selectedNodeAnnotation = "volume.kubernetes.io/selected-node";
const noProvisioner = "kubernetes.io/no-provisioner";

/** A pod's claims by how they stand. */
export interface PodClaims {
  readonly bound: readonly { readonly claim: PersistentVolumeClaim; readonly volume: PersistentVolume | undefined }[];
  /** Unbound claims of a WaitForFirstConsumer class. */
  readonly delayed: readonly { readonly claim: PersistentVolumeClaim; readonly storageClass: StorageClass }[];
}

const getClaim = (lister: Lister, namespace: string | undefined, name: string): PersistentVolumeClaim | undefined =>
  lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, name);

function claimNames(pod: Pod): string[] {
  return (pod.spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [volume.persistentVolumeClaim.claimName];
    return volume.ephemeral ? [`${pod.metadata.name}-${volume.name}`] : [];
  });
}

/** The node for which one of the pod's claims was provisioned. */
export function nodeOfClaims(pod: Pod, lister: Lister): string | undefined {
  for (const name of claimNames(pod)) {
    const claim = getClaim(lister, pod.metadata.namespace, name);
    const selected = claim?.metadata.annotations?.[selectedNodeAnnotation];
    if (selected !== undefined) return selected;
  }
  return undefined;
}

const isBound = (claim: PersistentVolumeClaim): boolean =>
  Boolean(claim.spec?.volumeName) && claim.metadata.annotations?.["pv.kubernetes.io/bind-completed"] !== undefined;

/** Sorts a pod's claims, or says why it can run nowhere. Mirrors plugins/volumebinding/binder.go GetPodVolumeClaims. */
export function podClaims(pod: Pod, lister: Lister): PodClaims | { readonly reason: string } {
  const bound: PodClaims["bound"][number][] = [];
  const delayed: PodClaims["delayed"][number][] = [];
  let immediate = false;
  for (const name of claimNames(pod)) {
    const claim = getClaim(lister, pod.metadata.namespace, name);
    if (claim === undefined) {
      const own = (pod.spec?.volumes ?? []).some((v) => v.ephemeral && `${pod.metadata.name}-${v.name}` === name);
      return {
        reason: own
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
          : `persistentvolumeclaim "${name}" not found`,
      };
    }
    if (claim.status?.phase === "Lost")
      return {
        reason: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName}"`,
      };
    if (claim.metadata.deletionTimestamp) return { reason: `persistentvolumeclaim "${name}" is being deleted` };
    if (isBound(claim)) {
      const volume = lister.get<PersistentVolume>("", "persistentvolumes", undefined, claim.spec?.volumeName ?? "");
      bound.push({ claim, volume });
      continue;
    }
    const className = claim.spec?.storageClassName;
    const storageClass = className
      ? lister.get<StorageClass>("storage.k8s.io", "storageclasses", undefined, className)
      : undefined;
    if (storageClass?.volumeBindingMode === "WaitForFirstConsumer" && !claim.spec?.volumeName)
      delayed.push({ claim, storageClass });
    else immediate = true;
  }
  return immediate ? { reason: "pod has unbound immediate PersistentVolumeClaims" } : { bound, delayed };
}

const size = (text: string | number | undefined): bigint => parseQuantity(text ?? "0").nanos;

/** Whether a volume could hold the claim, its node affinity aside. Mirrors component-helpers/storage/volume FindMatchingVolume. */
function fits(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { spec } = volume;
  const wanted = claim.spec ?? {};
  if (spec?.claimRef) {
    const { claimRef } = spec;
    const same = claimRef.namespace === claim.metadata.namespace && claimRef.name === claim.metadata.name;
    if (!same || (claimRef.uid && claimRef.uid !== claim.metadata.uid)) return false;
  } else if (volume.status?.phase !== "Available") return false;
  if (volume.metadata.deletionTimestamp) return false;
  if ((spec?.storageClassName ?? "") !== (wanted.storageClassName ?? "")) return false;
  if ((spec?.volumeMode ?? "Filesystem") !== (wanted.volumeMode ?? "Filesystem")) return false;
  if (wanted.selector && !selects(wanted.selector, volume.metadata.labels)) return false;
  if (!(wanted.accessModes ?? []).every((mode) => spec?.accessModes?.includes(mode))) return false;
  return size(spec?.capacity?.storage) >= size(wanted.resources?.requests?.storage);
}

const reaches = (volume: PersistentVolume, node: Node): boolean =>
  volume.spec?.nodeAffinity?.required === undefined || nodeSelectorMatches(volume.spec.nodeAffinity.required, node);

/** The smallest volumes that could take the delayed claims on a node, and the claims that need provisioning; undefined: one gets neither. Mirrors binder.go FindPodVolumes. */
export function matchDelayed(
  claims: PodClaims["delayed"],
  node: Node,
  lister: Lister,
):
  | { readonly volumes: ReadonlyMap<string, PersistentVolume>; readonly provision: readonly PersistentVolumeClaim[] }
  | undefined {
  const volumes = new Map<string, PersistentVolume>();
  const provision: PersistentVolumeClaim[] = [];
  const taken = new Set<string>();
  for (const { claim, storageClass } of claims) {
    const selected = claim.metadata.annotations?.[selectedNodeAnnotation];
    if (selected !== undefined && selected !== node.metadata.name) return undefined;
    const candidates = lister
      .list<PersistentVolume>("", "persistentvolumes")
      .filter((v) => !taken.has(v.metadata.name ?? "") && fits(v, claim) && reaches(v, node))
      .sort((a, b) => Number(size(a.spec?.capacity?.storage) - size(b.spec?.capacity?.storage)));
    const best = candidates.find((v) => v.spec?.claimRef !== undefined) ?? candidates[0];
    if (best !== undefined) {
      volumes.set(claim.metadata.name ?? "", best);
      taken.add(best.metadata.name ?? "");
    } else if (storageClass.provisioner === noProvisioner || !topologyAllowed(storageClass, node)) return undefined;
    else provision.push(claim);
  }
  return { volumes, provision };
}

function topologyAllowed(storageClass: StorageClass, node: Node): boolean {
  const terms = storageClass.allowedTopologies ?? [];
  return (
    terms.length === 0 ||
    terms.some((term) =>
      termMatches(
        { matchExpressions: (term.matchLabelExpressions ?? []).map((e) => ({ ...e, operator: "In" })) },
        node,
      ),
    )
  );
}

/** Keeps pods where their volumes are or can be made. Mirrors plugins/volumebinding. */
export const volumeBinding: Plugin = {
  name: "VolumeBinding",
  preFilter(pod, { lister }) {
    if (claimNames(pod).length === 0) return "skip";
    const claims = podClaims(pod, lister);
    if ("reason" in claims) return { reject: { reasons: [claims.reason], unresolvable: true } };
    return { state: claims };
  },
  filter(_pod, { node }, state, { lister }) {
    const { bound, delayed } = state as PodClaims;
    const reasons: string[] = [];
    if (bound.some(({ volume }) => volume !== undefined && !reaches(volume, node)))
      reasons.push("node(s) had volume node affinity conflict");
    if (bound.some(({ volume }) => volume === undefined))
      reasons.push("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");
    if (delayed.length > 0 && matchDelayed(delayed, node, lister) === undefined)
      reasons.push("node(s) didn't find available persistent volumes to bind");
    return reasons.length === 0 ? undefined : { reasons, unresolvable: true };
  },
};

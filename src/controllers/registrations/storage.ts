import type { Lister } from "../../client/lister.ts";
import type { PersistentVolumeClaim } from "../../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { keysOfClaim, keysOfVolume, unboundClaimKeys, volumeKey } from "../persistent-volume/names.ts";
import { isGone } from "../shared/watch-keys.ts";
import { type Row, watch } from "./row.ts";

const PROVISIONER_NAMESPACE = "local-path-storage";

/** The claims that a pod names, by name or as its own ephemeral ones. */
function claimNamesOf(pod: KubeObject): readonly string[] {
  const volumes: readonly KubeObject[] = pod.spec?.volumes ?? [];
  return volumes.flatMap((v) => {
    if (v.persistentVolumeClaim !== undefined) return [v.persistentVolumeClaim.claimName];
    return v.ephemeral === undefined ? [] : [`${pod.metadata.name}-${v.name}`];
  });
}

/** Claims that wait to be deleted until a pod no longer uses them. */
function protectedKeys(pod: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] {
  const { namespace } = pod.metadata;
  return claimNamesOf(pod)
    .filter(
      (name) => lister.get("", "persistentvolumeclaims", namespace, name)?.metadata.deletionTimestamp !== undefined,
    )
    .map((name) => `${namespace}/${name}`);
}

/** A pod whose ephemeral claims may be missing: a new one. */
function ephemeralKeys(pod: KubeObject, old: KubeObject | undefined): readonly string[] {
  const ephemeral = (pod.spec?.volumes ?? []).some((v: KubeObject) => v.ephemeral !== undefined);
  return ephemeral && old === undefined ? [`${pod.metadata.namespace}/${pod.metadata.name}`] : [];
}

/** A claim whose request or capacity changed. */
function grownKeys(claim: KubeObject, old: KubeObject | undefined): readonly string[] {
  const size = (c: KubeObject | undefined): unknown => [c?.spec?.resources?.requests, c?.status?.capacity];
  if (claim.status?.phase !== "Bound" || deepEqual(size(claim), size(old))) return [];
  return [`${claim.metadata.namespace}/${claim.metadata.name}`];
}

/** All that waits for the provisioner, when a pod of its namespace changes. */
function provisionerKeys(pod: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] {
  if (pod.metadata.namespace !== PROVISIONER_NAMESPACE) return [];
  const released = lister
    .list<KubeObject>("", "persistentvolumes")
    .filter((v) => v.status?.phase === "Released")
    .map((v) => volumeKey(v.metadata.name));
  return [...unboundClaimKeys(lister), ...released];
}

/** The provisioner looks at nothing where it is not installed. */
const whereInstalled =
  (keys: (object: KubeObject, old: KubeObject | undefined, lister: Lister) => readonly string[]) =>
  (object: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] =>
    lister.get("", "namespaces", undefined, PROVISIONER_NAMESPACE) === undefined ? [] : keys(object, old, lister);

/** A new class may serve claims that have waited for it. */
const claimsOfClass = (object: KubeObject, _old: KubeObject | undefined, lister: Lister): readonly string[] =>
  unboundClaimKeys(lister, object.metadata.name);

/** The claim whose volume is gone is lost. */
function keysOfVolumeOrLost(volume: KubeObject, old: KubeObject | undefined, lister: Lister): readonly string[] {
  if (!isGone(lister, "", "persistentvolumes", volume)) return keysOfVolume(volume, old, lister);
  return lister
    .list<PersistentVolumeClaim>("", "persistentvolumeclaims")
    .filter((c) => c.spec?.volumeName === volume.metadata.name)
    .map((c) => `claim/${c.metadata.namespace}/${c.metadata.name}`);
}

/** The volume that a claim which is gone had, beside the claim. */
const claimAndVolume = (claim: KubeObject): readonly string[] => keysOfClaim(claim);

/** The controllers of volumes and claims. */
export const storageRows: readonly Row[] = [
  {
    name: "persistentvolume-controller",
    account: "persistent-volume-binder",
    watches: [
      watch("", "persistentvolumeclaims", claimAndVolume),
      watch("", "persistentvolumes", keysOfVolumeOrLost),
      watch("storage.k8s.io", "storageclasses", claimsOfClass),
    ],
    load: async () => (await import("../persistent-volume/persistent-volume-controller.ts")).persistentVolumeController,
  },
  {
    name: "pvc-protection-controller",
    watches: [watch("", "persistentvolumeclaims"), watch("", "pods", protectedKeys)],
    load: async () => (await import("../volume-protection/protection-controllers.ts")).claimProtectionController,
  },
  {
    name: "pv-protection-controller",
    watches: [watch("", "persistentvolumes")],
    load: async () => (await import("../volume-protection/protection-controllers.ts")).volumeProtectionController,
  },
  {
    name: "volume_expand",
    account: "expand-controller",
    watches: [watch("", "persistentvolumeclaims", grownKeys)],
    load: async () => (await import("../volume-expand/expand-controller.ts")).expandController,
  },
  {
    name: "ephemeral_volume",
    account: "ephemeral-volume-controller",
    watches: [watch("", "pods", ephemeralKeys)],
    load: async () => (await import("../ephemeral-volume/ephemeral-volume-controller.ts")).ephemeralVolumeController,
  },
  {
    name: "rancher.io/local-path",
    user: "system:serviceaccount:local-path-storage:local-path-provisioner-service-account",
    manager: "local-path-provisioner",
    watches: [
      watch("", "persistentvolumeclaims", whereInstalled(claimAndVolume)),
      watch(
        "",
        "persistentvolumes",
        whereInstalled((o) => [volumeKey(o.metadata.name)]),
      ),
      watch("", "pods", provisionerKeys),
    ],
    load: async () => (await import("../local-path/local-path-provisioner.ts")).localPathProvisioner,
  },
];

import type { Lister } from "../client/lister.ts";
import type { ReconcileContext } from "../controllers/controller.ts";
import type { Node, PersistentVolume, PersistentVolumeClaim, Pod } from "../kinds/types/core_v1.ts";
import { matchDelayed, podClaims, selectedNodeAnnotation } from "./plugins/volume-binding.ts";

const boundByController = "pv.kubernetes.io/bound-by-controller";

/** Whether volumes are being bound or made for the pod on a node that was chosen already. */
export function waitsForVolumes(pod: Pod, lister: Lister): boolean {
  const claims = podClaims(pod, lister);
  if ("reason" in claims) return false;
  return claims.delayed.some(({ claim }) => {
    const selected = claim.metadata.annotations?.[selectedNodeAnnotation];
    if (selected !== undefined) return lister.get("", "nodes", undefined, selected) !== undefined;
    return lister
      .list<PersistentVolume>("", "persistentvolumes")
      .some((volume) => volume.spec?.claimRef?.uid === claim.metadata.uid);
  });
}

/** Asks for the pod's unbound volumes on its node; true where nothing was left to ask for. Mirrors plugins/volumebinding/binder.go AssumePodVolumes and BindPodVolumes. */
export async function assumeVolumes(pod: Pod, nodeName: string, context: ReconcileContext): Promise<boolean> {
  const claims = podClaims(pod, context.lister);
  if ("reason" in claims || claims.delayed.length === 0) return true;
  const node = context.lister.get<Node>("", "nodes", undefined, nodeName);
  const matched = node && matchDelayed(claims.delayed, node, context.lister);
  if (matched === undefined) return false;
  for (const { claim } of claims.delayed) {
    const volume = matched.volumes.get(claim.metadata.name ?? "");
    if (volume) await claimVolume(volume, claim, context);
  }
  for (const claim of matched.provision) await selectNode(claim, nodeName, context);
  return false;
}

async function claimVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  context: ReconcileContext,
): Promise<void> {
  const { uid, namespace, name, resourceVersion } = claim.metadata;
  const claimRef = { apiVersion: "v1", kind: "PersistentVolumeClaim", uid, namespace, name, resourceVersion };
  const annotations = { ...volume.metadata.annotations, [boundByController]: "yes" };
  await context.client.update(
    { group: "", version: "v1", resource: "persistentvolumes" },
    { ...volume, metadata: { ...volume.metadata, annotations }, spec: { ...volume.spec, claimRef } },
  );
}

async function selectNode(claim: PersistentVolumeClaim, node: string, context: ReconcileContext): Promise<void> {
  const annotations = { ...claim.metadata.annotations, [selectedNodeAnnotation]: node };
  const namespace = claim.metadata.namespace ?? "";
  await context.client.update(
    { group: "", version: "v1", resource: "persistentvolumeclaims", namespace },
    { ...claim, metadata: { ...claim.metadata, annotations } },
  );
}

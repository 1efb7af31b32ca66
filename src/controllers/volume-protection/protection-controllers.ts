import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import type { TypedObject } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { core } from "../shared/paths.ts";

const CLAIM_FINALIZER = "kubernetes.io/pvc-protection";
const VOLUME_FINALIZER = "kubernetes.io/pv-protection";

/** Sees to it that the finalizer is there, and goes when the object is deleted and nobody uses it. */
async function protect(
  context: ReconcileContext,
  resource: string,
  object: TypedObject,
  finalizer: string,
  inUse: () => boolean,
): Promise<void> {
  const { finalizers = [], deletionTimestamp } = object.metadata;
  const present = finalizers.includes(finalizer);
  const wanted = deletionTimestamp === undefined || (present && inUse());
  if (present === wanted) return;
  const next = wanted ? [...finalizers, finalizer] : finalizers.filter((f) => f !== finalizer);
  try {
    const metadata = { ...object.metadata, finalizers: next };
    await context.client.update(core(resource, object.metadata.namespace), { ...object, metadata });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Keeps claims that scheduled pods use. Mirrors pkg/controller/volume/pvcprotection. */
export const claimProtectionController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const claim = context.lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, name);
    if (claim === undefined) return undefined;
    const inUse = (): boolean =>
      context.lister.list<Pod>("", "pods", namespace).some((pod) => Boolean(pod.spec?.nodeName) && uses(pod, name));
    await protect(context, "persistentvolumeclaims", claim, CLAIM_FINALIZER, inUse);
    return undefined;
  },
};

const uses = (pod: Pod, claim: string): boolean =>
  (pod.spec?.volumes ?? []).some(
    (v) =>
      v.persistentVolumeClaim?.claimName === claim ||
      (v.ephemeral !== undefined && `${pod.metadata.name}-${v.name}` === claim),
  );

/** Keeps volumes that are bound. Mirrors pkg/controller/volume/pvprotection. */
export const volumeProtectionController: Controller = {
  async reconcile(name, context) {
    const volume = context.lister.get<PersistentVolume>("", "persistentvolumes", undefined, name);
    if (volume !== undefined)
      await protect(context, "persistentvolumes", volume, VOLUME_FINALIZER, () => volume.status?.phase === "Bound");
    return undefined;
  },
};

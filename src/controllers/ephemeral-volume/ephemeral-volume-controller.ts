import type { PersistentVolumeClaim, Pod } from "../../kinds/types/core_v1.ts";
import { deepCopy } from "../../machinery/object.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { controllerReference, isControlledBy } from "../shared/owners.ts";
import { core } from "../shared/paths.ts";
import { errorText, isNamespaceTerminating } from "../shared/pod-control.ts";
import { isPodFinished } from "../shared/pods.ts";

/** Makes the claims of pods' generic ephemeral volumes. Mirrors pkg/controller/volume/ephemeral. */
export const ephemeralVolumeController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const pod = context.lister.get<Pod>("", "pods", namespace, name);
    if (pod === undefined || pod.metadata.deletionTimestamp !== undefined || isPodFinished(pod)) return undefined;
    for (const volume of pod.spec?.volumes ?? []) {
      const template = volume.ephemeral?.volumeClaimTemplate;
      if (template !== undefined) await ensureClaim(context, pod, `${name}-${volume.name}`, template);
    }
    return undefined;
  },
};

async function ensureClaim(
  context: ReconcileContext,
  pod: Pod,
  name: string,
  template: Pick<PersistentVolumeClaim, "spec"> & { metadata?: PersistentVolumeClaim["metadata"] },
): Promise<void> {
  const { namespace } = pod.metadata;
  const present = context.lister.get<PersistentVolumeClaim>("", "persistentvolumeclaims", namespace, name);
  if (present !== undefined) {
    if (isControlledBy(present, pod)) return;
    throw new Error(
      `PVC "${namespace}/${name}" was not created for pod "${namespace}/${pod.metadata.name}" (pod is not owner)`,
    );
  }
  const { labels, annotations } = template.metadata ?? {};
  const claim: PersistentVolumeClaim = {
    apiVersion: "v1",
    kind: "PersistentVolumeClaim",
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels: { ...labels } }),
      ...(annotations === undefined ? {} : { annotations: { ...annotations } }),
      ownerReferences: [controllerReference(pod)],
    },
    spec: deepCopy(template.spec),
  };
  try {
    await context.client.create(core("persistentvolumeclaims", namespace), claim);
  } catch (error) {
    if (isNamespaceTerminating(error)) return;
    const message = `ephemeral volume controller: create PVC ${name}: ${errorText(error)}`;
    await context.events.event({ object: pod }, "Warning", "FailedCreate", message);
    throw error;
  }
}

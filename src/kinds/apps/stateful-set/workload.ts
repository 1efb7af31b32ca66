import type { WorkloadFacet } from "../../definition.ts";
import { finished, type RolloutState, requireRollingUpdate, waiting, workloadSelector } from "../../shared/workload.ts";
import type { StatefulSet } from "../../types/apps_v1.ts";

/** Mirrors polymorphichelpers.StatefulSetStatusViewer. */
function rolloutStatus({ metadata, spec, status }: StatefulSet): RolloutState {
  requireRollingUpdate(spec?.updateStrategy?.type);
  const observed = status?.observedGeneration ?? 0;
  if (observed === 0 || (metadata.generation ?? 0) > observed)
    return waiting("Waiting for statefulset spec update to be observed...");
  const { replicas, updateStrategy } = spec ?? {};
  const { readyReplicas = 0, updatedReplicas = 0, currentReplicas = 0 } = status ?? {};
  if (replicas !== undefined && readyReplicas < replicas)
    return waiting(`Waiting for ${replicas - readyReplicas} pods to be ready...`);
  if (updateStrategy?.rollingUpdate) {
    const wanted = (replicas ?? 0) - (updateStrategy.rollingUpdate.partition ?? replicas ?? 0);
    if (replicas !== undefined && updatedReplicas < wanted)
      return waiting(
        `Waiting for partitioned roll out to finish: ${updatedReplicas} out of ${wanted} new pods have been updated...`,
      );
    return finished(`partitioned roll out complete: ${updatedReplicas} new pods have been updated...`);
  }
  const { updateRevision = "", currentRevision = "" } = status ?? {};
  if (updateRevision !== currentRevision)
    return waiting(
      `waiting for statefulset rolling update to complete ${updatedReplicas} pods at revision ${updateRevision}...`,
    );
  return finished(`statefulset rolling update complete ${currentReplicas} pods at revision ${currentRevision}...`);
}

/** What rollout, set, scale and logs know of stateful sets; expose knows nothing of them. */
export const workload: WorkloadFacet<StatefulSet> = {
  podTemplate: (set) => set.spec?.template,
  podSelector: (set) => workloadSelector(set.spec?.selector),
  rolloutStatus,
  canRestart: true,
  history: "controllerrevisions",
  scalable: true,
};

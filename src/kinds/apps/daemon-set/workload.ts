import { goQuote } from "../../../machinery/field-error.ts";
import type { WorkloadFacet } from "../../definition.ts";
import { finished, type RolloutState, requireRollingUpdate, waiting, workloadSelector } from "../../shared/workload.ts";
import type { DaemonSet } from "../../types/apps_v1.ts";

/** Mirrors polymorphichelpers.DaemonSetStatusViewer. */
function rolloutStatus({ metadata, spec, status }: DaemonSet): RolloutState {
  requireRollingUpdate(spec?.updateStrategy?.type);
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0))
    return waiting("Waiting for daemon set spec update to be observed...");
  const name = goQuote(metadata.name ?? "");
  const { updatedNumberScheduled: updated = 0, numberAvailable: available = 0 } = status ?? {};
  const desired = status?.desiredNumberScheduled ?? 0;
  const rollout = `Waiting for daemon set ${name} rollout to finish:`;
  if (updated < desired) return waiting(`${rollout} ${updated} out of ${desired} new pods have been updated...`);
  if (available < desired) return waiting(`${rollout} ${available} of ${desired} updated pods are available...`);
  return finished(`daemon set ${name} successfully rolled out`);
}

/** What rollout, set and logs know of daemon sets. */
export const workload: WorkloadFacet<DaemonSet> = {
  podTemplate: (set) => set.spec?.template,
  podSelector: (set) => workloadSelector(set.spec?.selector),
  rolloutStatus,
  canRestart: true,
  history: "controllerrevisions",
};

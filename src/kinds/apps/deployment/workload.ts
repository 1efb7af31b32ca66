import { goQuote } from "../../../machinery/field-error.ts";
import type { WorkloadFacet } from "../../definition.ts";
import {
  containerPorts,
  finished,
  type RolloutState,
  selectorAsMap,
  waiting,
  workloadSelector,
} from "../../shared/workload.ts";
import type { Deployment } from "../../types/apps_v1.ts";

const revisionAnnotation = "deployment.kubernetes.io/revision";

function requireRevision({ metadata }: Deployment, wanted: number): void {
  const text = metadata.annotations?.[revisionAnnotation] ?? "0";
  if (!/^[-+]?[0-9]+$/.test(text))
    throw new Error(
      `cannot get the revision of deployment ${goQuote(metadata.name ?? "")}: strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`,
    );
  if (Number(text) !== wanted)
    throw new Error(`desired revision (${wanted}) is different from the running revision (${Number(text)})`);
}

/** Mirrors polymorphichelpers.DeploymentStatusViewer. */
function rolloutStatus(deployment: Deployment, revision: number): RolloutState {
  const { metadata, spec, status } = deployment;
  if (revision > 0) requireRevision(deployment, revision);
  if ((metadata.generation ?? 0) > (status?.observedGeneration ?? 0))
    return waiting("Waiting for deployment spec update to be observed...");
  const name = goQuote(metadata.name ?? "");
  if (status?.conditions?.find((c) => c.type === "Progressing")?.reason === "ProgressDeadlineExceeded")
    throw new Error(`deployment ${name} exceeded its progress deadline`);
  const { updatedReplicas: updated = 0, replicas = 0, availableReplicas: available = 0 } = status ?? {};
  const rollout = `Waiting for deployment ${name} rollout to finish:`;
  if (spec?.replicas !== undefined && updated < spec.replicas)
    return waiting(`${rollout} ${updated} out of ${spec.replicas} new replicas have been updated...`);
  if (replicas > updated) return waiting(`${rollout} ${replicas - updated} old replicas are pending termination...`);
  if (available < updated) return waiting(`${rollout} ${available} of ${updated} updated replicas are available...`);
  return finished(`deployment ${name} successfully rolled out`);
}

/** What rollout, set, expose, scale and logs know of deployments. */
export const workload: WorkloadFacet<Deployment> = {
  podTemplate: (deployment) => deployment.spec?.template,
  podSelector: (deployment) => workloadSelector(deployment.spec?.selector),
  exposeSelector: (deployment) => selectorAsMap(deployment.spec?.selector, "deployment"),
  ports: (deployment) => containerPorts(deployment.spec?.template?.spec),
  rolloutStatus,
  canPause: true,
  canRestart: true,
  history: "replicasets",
  scalable: true,
};

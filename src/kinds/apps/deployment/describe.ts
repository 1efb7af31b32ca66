import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { shortConditions } from "../../shared/describe/conditions.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, field, labels } from "../../shared/describe/fields.ts";
import { describePodTemplate } from "../../shared/describe/pod-template.ts";
import { selectorText } from "../../shared/describe/selector.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import type { Deployment, ReplicaSet } from "../../types/apps_v1.ts";
import { splitReplicaSets } from "./revisions.ts";

const setsText = (sets: readonly ReplicaSet[]): string =>
  sets
    .map((s) => `${s.metadata.name} (${s.status?.replicas ?? 0}/${s.spec?.replicas ?? 0} replicas created)`)
    .join(", ") || "<none>";

async function replicaSets(out: DescribeWriter, deployment: Deployment, context: DescribeContext): Promise<void> {
  const labelSelector = selectorText(deployment.spec?.selector);
  const { namespace } = deployment.metadata;
  // Where they cannot be read, kubectl leaves these lines out.
  const found = await context.list("apps", "v1", "replicasets", namespace, { labelSelector }).catch(() => []);
  const { current, old } = splitReplicaSets(deployment, found as readonly unknown[] as ReplicaSet[]);
  if (current === undefined && old.length === 0) return;
  field(out, "OldReplicaSets", setsText(old));
  field(out, "NewReplicaSet", setsText(current === undefined ? [] : [current]));
}

function replicasText({ spec, status }: Deployment): string {
  const { updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0 } = status ?? {};
  return `${spec?.replicas ?? 0} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`;
}

async function describeDeployment(
  deployment: Deployment,
  context: DescribeContext,
  out: DescribeWriter,
): Promise<void> {
  const { metadata, spec, status } = deployment;
  field(out, "Name", metadata.name ?? "");
  field(out, "Namespace", metadata.namespace ?? "");
  field(out, "CreationTimestamp", rfc1123(metadata.creationTimestamp));
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  field(out, "Selector", selectorText(spec?.selector));
  field(out, "Replicas", replicasText(deployment));
  field(out, "StrategyType", spec?.strategy?.type ?? "");
  field(out, "MinReadySeconds", spec?.minReadySeconds ?? 0);
  const rolling = spec?.strategy?.rollingUpdate;
  if (rolling)
    field(
      out,
      "RollingUpdateStrategy",
      `${rolling.maxUnavailable ?? 0} max unavailable, ${rolling.maxSurge ?? 0} max surge`,
    );
  describePodTemplate(out, spec?.template);
  shortConditions(out, status?.conditions);
  await replicaSets(out, deployment, context);
  await describeEvents(deployment, context, out);
}

/** Mirrors describe.describeDeployment. */
export const describe: DescribeFacet<Deployment> = { describe: describeDeployment };

import { deepEqual } from "../../../machinery/object.ts";
import { parseTime } from "../../../machinery/time.ts";
import type { Deployment, ReplicaSet } from "../../types/apps_v1.ts";
import type { PodTemplateSpec } from "../../types/core_v1.ts";

const hashLabel = "pod-template-hash";

function withoutHash(template: PodTemplateSpec | undefined): PodTemplateSpec {
  const { [hashLabel]: _, ...labels } = template?.metadata?.labels ?? {};
  const { creationTimestamp: __, ...metadata } = template?.metadata ?? {};
  return { ...template, metadata: { ...metadata, labels } };
}

/** Whether two templates make the same pods: equal but for the label with the hash. Mirrors deploymentutil.EqualIgnoreHash. */
export const sameTemplate = (a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean =>
  deepEqual(withoutHash(a), withoutHash(b));

function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const difference = parseTime(a.metadata.creationTimestamp) - parseTime(b.metadata.creationTimestamp);
  return difference || ((a.metadata.name ?? "") < (b.metadata.name ?? "") ? -1 : 1);
}

/** A deployment's own replica sets, oldest first: the one of its present template, and all others. Mirrors deploymentutil.GetAllReplicaSets. */
export function splitReplicaSets(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
): { readonly current: ReplicaSet | undefined; readonly old: readonly ReplicaSet[] } {
  const { uid } = deployment.metadata;
  const own = sets.filter((s) => s.metadata.ownerReferences?.find((o) => o.controller)?.uid === uid).sort(byAge);
  const current = own.find((s) => sameTemplate(s.spec?.template, deployment.spec?.template));
  return { current, old: own.filter((s) => s !== current) };
}

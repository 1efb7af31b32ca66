import type { Deployment, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import type { PodTemplateSpec } from "../../kinds/types/core_v1.ts";
import { deepCopy, deepEqual } from "../../machinery/object.ts";
import { isAlreadyExists } from "../../machinery/status-error.ts";
import { formatTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../controller.ts";
import { findCondition, withCondition } from "../shared/conditions.ts";
import { contentHash } from "../shared/hash.ts";
import { controllerOf, controllerReference } from "../shared/owners.ts";
import { apps } from "../shared/paths.ts";
import { errorText, isNamespaceTerminating } from "../shared/pod-control.ts";
import {
  DESIRED_REPLICAS,
  desired,
  fenceposts,
  hasProgressDeadline,
  MAX_REPLICAS,
  newSetReplicas,
  REVISION,
  REVISION_HISTORY,
  revisionOf,
} from "./arithmetic.ts";

/** A rollout in progress: the Deployment as it stands on the server, and its sets. */
export interface Rollout {
  readonly context: ReconcileContext;
  deployment: Deployment;
  newSet: ReplicaSet | undefined;
  oldSets: ReplicaSet[];
}

const HASH_LABEL = "pod-template-hash";
const HISTORY_LIMIT_CHARS = 2000;
const NAME_LIMIT = 253;
const NOT_COPIED: ReadonlySet<string> = new Set([
  "kubectl.kubernetes.io/last-applied-configuration",
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  "deprecated.deployment.rollback.to",
]);

/** All sets of a rollout, the new one last. */
export const allSets = (r: Rollout): ReplicaSet[] =>
  r.newSet === undefined ? [...r.oldSets] : [...r.oldSets, r.newSet];

function comparable(template: PodTemplateSpec | undefined): unknown {
  const { creationTimestamp: _, labels, ...metadata } = template?.metadata ?? {};
  const { [HASH_LABEL]: __, ...others } = labels ?? {};
  return { metadata: { ...metadata, labels: others }, spec: template?.spec };
}

/** Whether two pod templates are the same but for the hash label. Mirrors deploymentutil.EqualIgnoreHash. */
export function equalIgnoringHash(a: PodTemplateSpec | undefined, b: PodTemplateSpec | undefined): boolean {
  return deepEqual(comparable(a), comparable(b));
}

const byCreation = (a: ReplicaSet, b: ReplicaSet): number => {
  const [x, y] = [a.metadata.creationTimestamp ?? "", b.metadata.creationTimestamp ?? ""];
  if (x !== y) return x < y ? -1 : 1;
  return a.metadata.name! < b.metadata.name! ? -1 : 1;
};

/** Oldest first. Mirrors controller.ReplicaSetsByCreationTimestamp. */
export const sortedByCreation = (sets: readonly ReplicaSet[]): ReplicaSet[] => [...sets].sort(byCreation);

/** Splits the sets into the one that matches the Deployment's template (the oldest such) and the others. */
export function splitSets(d: Deployment, sets: readonly ReplicaSet[]): Pick<Rollout, "newSet" | "oldSets"> {
  const sorted = sortedByCreation(sets);
  const newSet = sorted.find((set) => equalIgnoringHash(set.spec?.template, d.spec?.template));
  return { newSet, oldSets: sorted.filter((set) => set !== newSet) };
}

/** Writes the Deployment's status (and revision annotation) and goes on with what the server has. */
export async function writeStatus(r: Rollout, changed: Deployment): Promise<void> {
  const at = apps("deployments", changed.metadata.namespace);
  r.deployment = await r.context.client.update<Deployment>(at, changed, { subresource: "status" });
}

/** Brings revision and annotations of the new set up to date, creating the set where asked. Mirrors getNewReplicaSet. */
export async function syncRevision(r: Rollout, create: boolean): Promise<void> {
  const revision = Math.max(0, ...r.oldSets.map(revisionOf)) + 1;
  if (r.newSet !== undefined) return syncExisting(r, r.newSet, revision);
  if (create) await createNewSet(r, revision);
}

async function syncExisting(r: Rollout, set: ReplicaSet, revision: number): Promise<void> {
  const annotations = setAnnotations(r.deployment, set, revision);
  const minReadySeconds = r.deployment.spec?.minReadySeconds ?? 0;
  if (!deepEqual(annotations, set.metadata.annotations ?? {}) || (set.spec?.minReadySeconds ?? 0) !== minReadySeconds) {
    const { minReadySeconds: _, ...spec } = set.spec!;
    const metadata = { ...set.metadata, annotations };
    const changed = { ...set, metadata, spec: { ...spec, ...(minReadySeconds === 0 ? {} : { minReadySeconds }) } };
    r.newSet = await r.context.client.update<ReplicaSet>(apps("replicasets", set.metadata.namespace), changed);
    return;
  }
  const found =
    hasProgressDeadline(r.deployment) && findCondition(r.deployment.status?.conditions, "Progressing") === undefined;
  const message = `Found new replica set "${set.metadata.name}"`;
  await recordRevision(r, annotations[REVISION] ?? "", found ? { reason: "FoundNewReplicaSet", message } : undefined);
}

/** What a set's annotations should be. Mirrors SetNewReplicaSetAnnotations. */
function setAnnotations(d: Deployment, set: ReplicaSet, revision: number): Record<string, string> {
  const annotations: Record<string, string> = { ...set.metadata.annotations };
  for (const [key, value] of Object.entries(d.metadata.annotations ?? {}))
    if (!NOT_COPIED.has(key)) annotations[key] = value;
  const old = set.metadata.annotations?.[REVISION];
  if (revisionOf(set) >= revision) return annotations;
  annotations[REVISION] = String(revision);
  if (old !== undefined) annotations[REVISION_HISTORY] = history(annotations[REVISION_HISTORY], old);
  return annotations;
}

function history(before: string | undefined, old: string): string {
  const revisions = before ? before.split(",") : [];
  revisions.push(old);
  while (revisions.length > 1 && revisions.join(",").length > HISTORY_LIMIT_CHARS) revisions.shift();
  return revisions.join(",");
}

async function recordRevision(
  r: Rollout,
  revision: string,
  progressing: { readonly reason: string; readonly message: string } | undefined,
): Promise<void> {
  const d = r.deployment;
  if (d.metadata.annotations?.[REVISION] === revision && progressing === undefined) return;
  const metadata = { ...d.metadata, annotations: { ...d.metadata.annotations, [REVISION]: revision } };
  const status = { ...d.status };
  if (progressing !== undefined)
    status.conditions = withProgressing(r, "True", progressing.reason, progressing.message);
  await writeStatus(r, { ...d, metadata, status });
}

function withProgressing(
  r: Rollout,
  status: string,
  reason: string,
  message: string,
): NonNullable<Deployment["status"]>["conditions"] {
  const now = formatTime(r.context.now);
  const condition = { type: "Progressing", status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
  return withCondition(r.deployment.status?.conditions, condition);
}

function newSetFor(r: Rollout, revision: number): ReplicaSet {
  const d = r.deployment;
  const template = deepCopy(d.spec!.template);
  const hash = contentHash(template, d.status?.collisionCount);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const { matchLabels, matchExpressions } = d.spec!.selector;
  const set: ReplicaSet = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${d.metadata.name!.slice(0, NAME_LIMIT - hash.length - 1)}-${hash}`,
      namespace: d.metadata.namespace,
      labels,
      ownerReferences: [controllerReference(d)],
    },
    spec: {
      replicas: 0,
      ...(d.spec!.minReadySeconds === undefined ? {} : { minReadySeconds: d.spec!.minReadySeconds }),
      selector: {
        matchLabels: { ...matchLabels, [HASH_LABEL]: hash },
        ...(matchExpressions ? { matchExpressions } : {}),
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  set.spec!.replicas = newSetReplicas(d, r.oldSets, 0);
  set.metadata.annotations = { ...setAnnotations(d, set, revision), ...sizeAnnotations(d) };
  return set;
}

/** The annotations that tell a set of the Deployment's size. Mirrors SetReplicasAnnotations. */
export function sizeAnnotations(d: Deployment): Record<string, string> {
  return { [DESIRED_REPLICAS]: String(desired(d)), [MAX_REPLICAS]: String(desired(d) + fenceposts(d).surge) };
}

async function createNewSet(r: Rollout, revision: number): Promise<void> {
  const set = newSetFor(r, revision);
  const { name, namespace } = set.metadata;
  try {
    r.newSet = await r.context.client.create<ReplicaSet>(apps("replicasets", namespace), set);
  } catch (error) {
    if (isAlreadyExists(error)) return resolveCollision(r, name!, revision, error);
    if (!isNamespaceTerminating(error)) await recordCreateError(r, name!, error);
    throw error;
  }
  if (set.spec!.replicas! > 0)
    await r.context.events.event(
      { object: r.deployment },
      "Normal",
      "ScalingReplicaSet",
      `Scaled up replica set ${name} from 0 to ${set.spec!.replicas}`,
    );
  const progressing = { reason: "NewReplicaSetCreated", message: `Created new replica set "${name}"` };
  await recordRevision(r, String(revision), hasProgressDeadline(r.deployment) ? progressing : undefined);
}

/** A set of that name is there: ours after all, or another template with the same hash, so that the next attempt must hash differently. */
async function resolveCollision(r: Rollout, name: string, revision: number, error: unknown): Promise<void> {
  const d = r.deployment;
  const set = r.context.lister.get<ReplicaSet>("apps", "replicasets", d.metadata.namespace, name);
  if (set === undefined) throw error;
  if (controllerOf(set)?.uid === d.metadata.uid && equalIgnoringHash(set.spec?.template, d.spec?.template)) {
    r.newSet = set;
    return recordRevision(r, String(revision), undefined);
  }
  await writeStatus(r, { ...d, status: { ...d.status, collisionCount: (d.status?.collisionCount ?? 0) + 1 } });
  throw error;
}

async function recordCreateError(r: Rollout, name: string, error: unknown): Promise<void> {
  const message = `Failed to create new replica set "${name}": ${errorText(error)}`;
  if (hasProgressDeadline(r.deployment)) {
    const conditions = withProgressing(r, "False", "ReplicaSetCreateError", message);
    if (!deepEqual(conditions, r.deployment.status?.conditions))
      await writeStatus(r, { ...r.deployment, status: { ...r.deployment.status, conditions } });
  }
  await r.context.events.event({ object: r.deployment }, "Warning", "ReplicaSetCreateError", message);
}

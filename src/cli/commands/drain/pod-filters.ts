import type { Client } from "../../../client/client.ts";
import type { KubeObject, OwnerReference } from "../../../machinery/object.ts";
import { isNotFound } from "../../../machinery/status-error.ts";
import type { Instant } from "../../../machinery/time.ts";
import { parseTime } from "../../../machinery/time.ts";

/** What the flags of drain say about pods. */
export interface PodFilterOptions {
  readonly force: boolean;
  readonly ignoreDaemonSets: boolean;
  readonly deleteEmptyDirData: boolean;
  readonly skipWaitForDeleteTimeoutSeconds: number;
}

/** What becomes of a pod, and what is to be said about it. */
interface Verdict {
  readonly remove: boolean;
  readonly error?: string;
  readonly warning?: string;
}

const OKAY: Verdict = { remove: true };
const SKIP: Verdict = { remove: false };

const controllerOf = (pod: KubeObject): OwnerReference | undefined =>
  pod.metadata.ownerReferences?.find((o) => o.controller === true);

const isFinished = (pod: KubeObject): boolean => ["Succeeded", "Failed"].includes(pod["status"]?.phase);

async function daemonSetVerdict(client: Client, pod: KubeObject, o: PodFilterOptions): Promise<Verdict> {
  const owner = controllerOf(pod);
  if (owner?.kind !== "DaemonSet" || isFinished(pod)) return OKAY;
  try {
    const path = { group: "apps", version: "v1", resource: "daemonsets", namespace: pod.metadata.namespace! };
    await client.get(path, owner.name);
  } catch (error) {
    // The pod is an orphan: its daemon set is gone.
    const { message } = error as Error;
    return isNotFound(error) && o.force ? { remove: true, warning: message } : { remove: false, error: message };
  }
  if (!o.ignoreDaemonSets)
    return { remove: false, error: "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)" };
  return { remove: false, warning: "ignoring DaemonSet-managed Pods" };
}

function localStorageVerdict(pod: KubeObject, o: PodFilterOptions): Verdict {
  const volumes: readonly { emptyDir?: unknown }[] = pod["spec"]?.volumes ?? [];
  if (!volumes.some((v) => v.emptyDir !== undefined) || isFinished(pod)) return OKAY;
  if (!o.deleteEmptyDirData)
    return { remove: false, error: "Pods with local storage (use --delete-emptydir-data to override)" };
  return { remove: true, warning: "deleting Pods with local storage" };
}

function unmanagedVerdict(pod: KubeObject, o: PodFilterOptions): Verdict {
  if (isFinished(pod) || controllerOf(pod) !== undefined) return OKAY;
  if (o.force) return { remove: true, warning: "deleting Pods that declare no controller" };
  return { remove: false, error: "cannot delete Pods that declare no controller (use --force to override)" };
}

async function verdictOf(client: Client, pod: KubeObject, o: PodFilterOptions, now: Instant): Promise<Verdict> {
  const deletedAt = pod.metadata.deletionTimestamp;
  const limit = o.skipWaitForDeleteTimeoutSeconds;
  if (limit > 0 && deletedAt && now - parseTime(deletedAt) > limit * 1000) return SKIP;
  const ofDaemonSet = await daemonSetVerdict(client, pod, o);
  if (!ofDaemonSet.remove) return ofDaemonSet;
  if (pod.metadata.annotations?.["kubernetes.io/config.mirror"] !== undefined) return SKIP;
  const ofStorage = localStorageVerdict(pod, o);
  // As upstream: each filter's verdict replaces the one before.
  return ofStorage.remove ? unmanagedVerdict(pod, o) : ofStorage;
}

/** Which pods go, what forbids it, and what is to be warned of. */
export interface FilteredPods {
  readonly pods: readonly KubeObject[];
  readonly errors: readonly string[];
  readonly warning: string;
}

function grouped(pairs: readonly (readonly [string, KubeObject])[]): string[] {
  const byMessage = new Map<string, string[]>();
  for (const [message, { metadata }] of pairs)
    byMessage.set(message, [...(byMessage.get(message) ?? []), `${metadata.namespace}/${metadata.name}`]);
  return [...byMessage].map(([message, pods]) => `${message}: ${pods.join(", ")}`);
}

/** Runs the pods of a node through the filters. Mirrors kubectl/pkg/drain/filters.go. */
export async function filterPods(
  client: Client,
  pods: readonly KubeObject[],
  o: PodFilterOptions,
  now: Instant,
): Promise<FilteredPods> {
  const removed: KubeObject[] = [];
  const errors: [string, KubeObject][] = [];
  const warnings: [string, KubeObject][] = [];
  for (const pod of pods) {
    const verdict = await verdictOf(client, pod, o, now);
    if (verdict.remove) removed.push(pod);
    if (verdict.error !== undefined) errors.push([verdict.error, pod]);
    if (verdict.warning !== undefined) warnings.push([verdict.warning, pod]);
  }
  return {
    pods: removed,
    errors: grouped(errors).map((e) => `cannot delete ${e}`),
    warning: grouped(warnings).sort().join("; "),
  };
}

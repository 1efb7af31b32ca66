import type { Pod, PodCondition } from "../../kinds/types/core_v1.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import { findCondition } from "./conditions.ts";

/** Whether a pod is neither finished nor being deleted. Mirrors controller.IsPodActive. */
export function isPodActive(pod: Pod): boolean {
  return !isPodFinished(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Whether all containers ended for good. Mirrors podutil.IsPodTerminal. */
export function isPodFinished(pod: Pod): boolean {
  return pod.status?.phase === "Succeeded" || pod.status?.phase === "Failed";
}

/** A condition of the pod. */
export function podCondition(pod: Pod, type: string): PodCondition | undefined {
  return findCondition(pod.status?.conditions, type);
}

/** Whether the Ready condition is "True". Mirrors podutil.IsPodReady. */
export function isPodReady(pod: Pod): boolean {
  return podCondition(pod, "Ready")?.status === "True";
}

/** The instant from which the pod counts as available, if it stays ready; undefined while it is not. Mirrors podutil.IsPodAvailable. */
export function availableFrom(pod: Pod, minReadySeconds = 0): Instant | undefined {
  const ready = podCondition(pod, "Ready");
  if (ready?.status !== "True") return undefined;
  if (minReadySeconds === 0) return Number.NEGATIVE_INFINITY;
  const since = parseTime(ready.lastTransitionTime);
  return Number.isNaN(since) ? undefined : since + minReadySeconds * 1000 + 1;
}

/** Whether the pod has been ready for `minReadySeconds` at `now`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number | undefined, now: Instant): boolean {
  const from = availableFrom(pod, minReadySeconds);
  return from !== undefined && from <= now;
}

/** The next instant after `now` at which one of the pods becomes available. */
export function nextAvailable(
  pods: readonly Pod[],
  minReadySeconds: number | undefined,
  now: Instant,
): Instant | undefined {
  return earliest(
    ...pods.map((pod) => availableFrom(pod, minReadySeconds)).filter((at) => at !== undefined && at > now),
  );
}

/** The earliest of some instants, those absent left out. */
export function earliest(...instants: readonly (Instant | undefined)[]): Instant | undefined {
  let first: Instant | undefined;
  for (const at of instants) if (at !== undefined && (first === undefined || at < first)) first = at;
  return first;
}

/** The answer of a reconcile that looks again at `at`. */
export function again(at: Instant | undefined): { readonly at: Instant } | undefined {
  return at === undefined ? undefined : { at };
}

const PHASE_ORDER: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** All restarts of a pod's containers, the worst one. Mirrors maxContainerRestarts. */
function maxRestarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((s) => s.restartCount));
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.["controller.kubernetes.io/pod-deletion-cost"];
  return text !== undefined && /^(0|-?[1-9]\d{0,9})$/.test(text) ? Number(text) : 0;
}

function logarithmicRank(since: Instant, now: Instant): number {
  const age = now - since;
  return age <= 0 ? -1 : Math.floor(Math.log2(age * 1e6));
}

function byAge(a: Instant, b: Instant, now: Instant, left: Pod, right: Pod): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? (Number.isNaN(b) ? 0 : -1) : 1;
  if (a === b) return 0;
  const difference = logarithmicRank(a, now) - logarithmicRank(b, now);
  if (difference !== 0) return difference;
  return left.metadata.uid! < right.metadata.uid! ? -1 : 1;
}

/**
 * Orders pods by how gladly they are deleted, first goes first: unscheduled, pending, unready, cheap, doubled up on a
 * node (`rank`), ready for a shorter time, restarted often, young. Mirrors controller.ActivePodsWithRanks.
 */
export function deletionOrder(rank: (pod: Pod) => number, now: Instant): (a: Pod, b: Pod) => number {
  const readySince = (pod: Pod): Instant => parseTime(podCondition(pod, "Ready")?.lastTransitionTime);
  const phase = (pod: Pod): number => PHASE_ORDER[pod.status?.phase ?? "Pending"] ?? 0;
  return (a, b) => {
    const assigned = Number(Boolean(a.spec?.nodeName)) - Number(Boolean(b.spec?.nodeName));
    if (assigned !== 0) return assigned;
    if (phase(a) !== phase(b)) return phase(a) - phase(b);
    const ready = Number(isPodReady(a)) - Number(isPodReady(b));
    if (ready !== 0) return ready;
    if (deletionCost(a) !== deletionCost(b)) return deletionCost(a) - deletionCost(b);
    if (rank(a) !== rank(b)) return rank(b) - rank(a);
    if (isPodReady(a) && isPodReady(b)) {
      const since = byAge(readySince(a), readySince(b), now, a, b);
      if (since !== 0) return since;
    }
    if (maxRestarts(a) !== maxRestarts(b)) return maxRestarts(b) - maxRestarts(a);
    return byAge(parseTime(a.metadata.creationTimestamp), parseTime(b.metadata.creationTimestamp), now, a, b);
  };
}

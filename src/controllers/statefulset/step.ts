import type { StatefulSet } from "../../kinds/types/apps_v1.ts";
import type { Pod, PodTemplateSpec } from "../../kinds/types/core_v1.ts";
import { isAlreadyExists, isNotFound, StatusError } from "../../machinery/status-error.ts";
import type { ReconcileContext } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { errorText } from "../shared/pod-control.ts";
import { isPodAvailable, isPodFinished, isPodReady } from "../shared/pods.ts";
import { createMissingClaims, hasStaleClaim, syncClaimOwners } from "./claims.ts";
import {
  allowsBurst,
  identityMatches,
  isInRange,
  ordinalOf,
  podOf,
  replicasOf,
  revisionOf,
  startOf,
  withIdentity,
} from "./identity.ts";

/** A StatefulSet, its pods and the two revisions that they may have. */
export interface StatefulStep {
  readonly context: ReconcileContext;
  readonly set: StatefulSet;
  readonly pods: readonly Pod[];
  readonly names: { readonly current: string; readonly update: string };
  readonly templates: { readonly current: PodTemplateSpec; readonly update: PodTemplateSpec };
}

/** A place in the sequence of replicas; without a pod it is still to be filled. */
interface Slot {
  readonly ordinal: number;
  readonly pod: Pod | undefined;
}

const isTerminating = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;
const runs = (pod: Pod): boolean => pod.status?.phase === "Running" && isPodReady(pod);

/** One step towards the set's state; answers how many pods were deleted to be updated. Mirrors updateStatefulSet. */
export async function stepTowards(step: StatefulStep): Promise<number> {
  const { set, pods } = step;
  const slots: Slot[] = [];
  for (let ordinal = startOf(set); ordinal < startOf(set) + replicasOf(set); ordinal++)
    slots.push({ ordinal, pod: pods.find((p) => ordinalOf(set, p) === ordinal) });
  const condemned = pods
    .map((pod): Required<Slot> => ({ ordinal: ordinalOf(set, pod), pod }))
    .filter(({ ordinal }) => !isInRange(set, ordinal))
    .sort((a, b) => b.ordinal - a.ordinal);
  const isAvailable = (pod: Pod | undefined): boolean => pod !== undefined && available(step, pod);
  const firstUnavailable = [...slots, ...[...condemned].reverse()].find(({ pod }) => !isAvailable(pod))?.pod;

  if (await forAll(set, slots, (slot) => fill(step, slot))) return 0;
  for (const { pod, ordinal } of condemned) await syncClaimOwners(step.context, set, pod!, ordinal);
  if (await forAll(set, condemned, ({ pod }) => condemn(step, pod!, firstUnavailable))) return 0;
  return set.spec?.updateStrategy?.type === "OnDelete" ? 0 : updateOne(step, slots);
}

const available = (step: StatefulStep, pod: Pod): boolean =>
  runs(pod) && isPodAvailable(pod, step.set.spec?.minReadySeconds, step.context.now);

/** In order until one blocks, or all of them. Mirrors runForAll. */
async function forAll<T>(set: StatefulSet, items: readonly T[], act: (item: T) => Promise<boolean>): Promise<boolean> {
  for (const item of items) if ((await act(item)) && !allowsBurst(set)) return true;
  return false;
}

/** Brings one replica to life; true: those after it must wait. Mirrors processReplica. */
async function fill(step: StatefulStep, { ordinal, pod }: Slot): Promise<boolean> {
  const { context, set } = step;
  if (pod === undefined) {
    if (hasStaleClaim(context, set, ordinal)) return true;
    await createMissingClaims(context, set, ordinal);
    await create(step, ordinal);
    return true;
  }
  if (isPodFinished(pod)) {
    if (!isTerminating(pod)) await remove(step, pod);
    return true;
  }
  if (pod.status?.phase === "Pending" && !isTerminating(pod)) await createMissingClaims(context, set, ordinal);
  if (isTerminating(pod) || !available(step, pod)) {
    if (!allowsBurst(set)) return true;
  }
  if (!isTerminating(pod) && !identityMatches(set, pod, ordinal))
    await context.client.update(core("pods", set.metadata.namespace), withIdentity(set, pod, ordinal));
  await syncClaimOwners(context, set, pod, ordinal);
  return false;
}

/** Which revision a new pod of an ordinal gets. Mirrors newVersionedStatefulSetPod. */
function usesCurrent({ set }: StatefulStep, ordinal: number): boolean {
  if (set.spec?.updateStrategy?.type === "OnDelete") return false;
  const rolling = set.spec?.updateStrategy?.rollingUpdate;
  const limit = rolling === undefined ? (set.status?.currentReplicas ?? 0) : (rolling.partition ?? 0);
  return ordinal < startOf(set) + limit;
}

async function create(step: StatefulStep, ordinal: number): Promise<void> {
  const { context, set, names, templates } = step;
  const which = usesCurrent(step, ordinal) ? "current" : "update";
  const pod = podOf(set, templates[which], names[which], ordinal);
  const subject = `create Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name}`;
  try {
    await context.client.create(core("pods", set.metadata.namespace), pod);
  } catch (error) {
    if (error instanceof StatusError && !isAlreadyExists(error))
      await context.events.event(
        { object: set },
        "Warning",
        "FailedCreate",
        `${subject} failed error: ${errorText(error)}`,
      );
    throw error;
  }
  await context.events.event({ object: set }, "Normal", "SuccessfulCreate", `${subject} successful`);
}

async function remove({ context, set }: StatefulStep, pod: Pod): Promise<void> {
  const { name, uid } = pod.metadata;
  const subject = `delete Pod ${name} in StatefulSet ${set.metadata.name}`;
  try {
    await context.client.delete(core("pods", set.metadata.namespace), name!, { uid });
  } catch (error) {
    if (isNotFound(error)) return;
    await context.events.event(
      { object: set },
      "Warning",
      "FailedDelete",
      `${subject} failed error: ${errorText(error)}`,
    );
    throw error;
  }
  await context.events.event({ object: set }, "Normal", "SuccessfulDelete", `${subject} successful`);
}

/** Takes a surplus replica away, the highest first; true: those below must wait. Mirrors processCondemned. */
async function condemn(step: StatefulStep, pod: Pod, firstUnavailable: Pod | undefined): Promise<boolean> {
  if (isTerminating(pod)) return true;
  const mayGo = allowsBurst(step.set) || available(step, pod) || pod === firstUnavailable;
  if (mayGo) await remove(step, pod);
  return true;
}

/** Deletes the highest pod that is not of the update revision, if those above it are available. Mirrors the end of updateStatefulSet. */
async function updateOne(step: StatefulStep, slots: readonly Slot[]): Promise<number> {
  // The partition counts replicas, not ordinals, as upstream's loop over the slice does.
  const lowest = step.set.spec?.updateStrategy?.rollingUpdate?.partition ?? 0;
  for (let i = slots.length - 1; i >= lowest; i--) {
    const { pod } = slots[i]!;
    if (pod === undefined) return 0;
    if (revisionOf(pod) !== step.names.update && !isTerminating(pod)) {
      await remove(step, pod);
      return 1;
    }
    if (!available(step, pod)) return 0;
  }
  return 0;
}

import type { Pod } from "../../kinds/types/core_v1.ts";
import { isPodFinished } from "../shared/pods.ts";
import { active, actualTotal, desired, isComplete } from "./arithmetic.ts";
import { syncRolloutStatus } from "./progress.ts";
import { type Rollout, syncRevision } from "./replica-sets.ts";
import { cleanUp, scaleTo } from "./scaling.ts";

/** One step of a Recreate rollout: all old pods go, then the new ones come. Mirrors rolloutRecreate. */
export async function recreate(r: Rollout): Promise<void> {
  await syncRevision(r, false);
  let shrunk = false;
  for (const set of active(r.oldSets)) shrunk = (await scaleTo(r, set, 0)) || shrunk;
  if (shrunk || oldPodsRun(r)) return syncRolloutStatus(r);
  if (r.newSet === undefined) await syncRevision(r, true);
  await scaleTo(r, r.newSet!, desired(r.deployment));
  if (isComplete(r.deployment, r.deployment.status)) await cleanUp(r);
  await syncRolloutStatus(r);
}

/** Mirrors oldPodsRunning: pods that are being deleted count until they are gone. */
function oldPodsRun(r: Rollout): boolean {
  if (actualTotal(r.oldSets) > 0) return true;
  const { namespace } = r.deployment.metadata;
  return r.oldSets.some((set) =>
    r.context.lister.ownedBy<Pod>("", "pods", namespace, set.metadata.uid!).some((pod) => !isPodFinished(pod)),
  );
}

import type { Deployment, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import { formatTime } from "../../machinery/time.ts";
import { type Controller, splitKey } from "../controller.ts";
import { findCondition, withCondition } from "../shared/conditions.ts";
import { claim } from "../shared/owners.ts";
import { apps } from "../shared/paths.ts";
import { again } from "../shared/pods.ts";
import { isEmptySelector } from "../shared/selector.ts";
import { hasProgressDeadline, isRollingUpdate } from "./arithmetic.ts";
import { nextProgressCheck, syncPlainStatus } from "./progress.ts";
import { recreate } from "./recreate.ts";
import { type Rollout, splitSets, syncRevision, writeStatus } from "./replica-sets.ts";
import { ROLLBACK_TO, rollBack } from "./rollback.ts";
import { rollForward } from "./rolling.ts";
import { cleanUp, isScalingEvent, scale } from "./scaling.ts";

/** Turns a Deployment into ReplicaSets, one a revision. Mirrors pkg/controller/deployment/deployment_controller.go syncDeployment. */
export const deploymentController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const deployment = context.lister.get<Deployment>("apps", "deployments", namespace, name);
    if (deployment === undefined) return undefined;
    const rollout: Rollout = { context, deployment, newSet: undefined, oldSets: [] };
    if (isEmptySelector(deployment.spec?.selector)) {
      await refuseEmptySelector(rollout);
      return undefined;
    }
    const sets = await claim(context, context.lister.list<ReplicaSet>("apps", "replicasets", namespace), {
      owner: deployment,
      selector: deployment.spec?.selector,
      at: apps("replicasets", namespace),
    });
    Object.assign(rollout, splitSets(deployment, sets));
    await sync(rollout);
    return again(nextProgressCheck(rollout.deployment));
  },
};

async function sync(r: Rollout): Promise<void> {
  if (r.deployment.metadata.deletionTimestamp !== undefined) {
    await syncRevision(r, false);
    return syncPlainStatus(r);
  }
  await syncPausedCondition(r);
  const { spec, metadata } = r.deployment;
  if (spec?.paused === true) return resize(r);
  if (metadata.annotations?.[ROLLBACK_TO] !== undefined) return rollBack(r);
  await syncRevision(r, false);
  if (isScalingEvent(r)) return resize(r);
  return isRollingUpdate(r.deployment) ? rollForward(r) : recreate(r);
}

/** Mirrors DeploymentController.sync. */
async function resize(r: Rollout): Promise<void> {
  await syncRevision(r, false);
  await scale(r);
  if (r.deployment.spec?.paused === true) await cleanUp(r);
  await syncPlainStatus(r);
}

async function refuseEmptySelector(r: Rollout): Promise<void> {
  const d = r.deployment;
  const message = "This deployment is selecting all pods. A non-empty selector is required.";
  await r.context.events.event({ object: d }, "Warning", "SelectingAll", message);
  if ((d.status?.observedGeneration ?? 0) < (d.metadata.generation ?? 0))
    await writeStatus(r, { ...d, status: { ...d.status, observedGeneration: d.metadata.generation } });
}

/** Shows on the Progressing condition that the clock stands still, or runs again. Mirrors checkPausedConditions. */
async function syncPausedCondition(r: Rollout): Promise<void> {
  const d = r.deployment;
  const current = findCondition(d.status?.conditions, "Progressing");
  if (!hasProgressDeadline(d) || current?.reason === "ProgressDeadlineExceeded") return;
  const shown = current?.reason === "DeploymentPaused";
  const paused = d.spec?.paused === true;
  if (paused === shown) return;
  const now = formatTime(r.context.now);
  const conditions = withCondition(d.status?.conditions, {
    type: "Progressing",
    status: "Unknown",
    lastUpdateTime: now,
    lastTransitionTime: now,
    reason: paused ? "DeploymentPaused" : "DeploymentResumed",
    message: paused ? "Deployment is paused" : "Deployment is resumed",
  });
  await writeStatus(r, { ...d, status: { ...d.status, conditions } });
}

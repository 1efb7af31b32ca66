import type { Deployment, ReplicaSet } from "../../kinds/types/apps_v1.ts";
import { deepCopy } from "../../machinery/object.ts";
import { apps } from "../shared/paths.ts";
import { REVISION, revisionOf } from "./arithmetic.ts";
import { allSets, equalIgnoringHash, type Rollout, syncRevision } from "./replica-sets.ts";

/** The annotation in which the API's old rollback request survives. */
export const ROLLBACK_TO = "deprecated.deployment.rollback.to";
const OWN = /^deployment\.kubernetes\.io\/|^kubectl\.kubernetes\.io\/last-applied-configuration$/;

/** Takes an old set's template back, as the annotation asks (0: the one before). Mirrors DeploymentController.rollback. */
export async function rollBack(r: Rollout): Promise<void> {
  await syncRevision(r, false);
  const text = r.deployment.metadata.annotations?.[ROLLBACK_TO] ?? "";
  const asked = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  const revisions = [...new Set(allSets(r).map(revisionOf))].sort((a, b) => b - a);
  const revision = asked === 0 ? (revisions[1] ?? 0) : asked;
  const set = revision === 0 ? undefined : allSets(r).find((s) => revisionOf(s) === revision);
  if (set === undefined) {
    const message = asked === 0 ? "Unable to find last revision." : "Unable to find the revision to rollback to.";
    await r.context.events.event({ object: r.deployment }, "Warning", "DeploymentRollbackRevisionNotFound", message);
    await write(r, withoutRequest(r.deployment));
  } else {
    await takeBack(r, set, revision);
  }
}

function withoutRequest(d: Deployment): Deployment {
  const { [ROLLBACK_TO]: _, ...annotations } = d.metadata.annotations ?? {};
  return { ...d, metadata: { ...d.metadata, annotations } };
}

async function write(r: Rollout, changed: Deployment): Promise<void> {
  r.deployment = await r.context.client.update(apps("deployments", changed.metadata.namespace), changed);
}

async function takeBack(r: Rollout, set: ReplicaSet, revision: number): Promise<void> {
  const target = { object: r.deployment };
  const { name } = r.deployment.metadata;
  const changed = withoutRequest(r.deployment);
  if (equalIgnoringHash(changed.spec?.template, set.spec?.template)) {
    const message = `The rollback revision contains the same template as current deployment "${name}"`;
    await r.context.events.event(target, "Warning", "DeploymentRollbackTemplateUnchanged", message);
    return write(r, changed);
  }
  const template = deepCopy(set.spec!.template!);
  delete template.metadata?.labels?.["pod-template-hash"];
  const kept = Object.entries(changed.metadata.annotations ?? {}).filter(([key]) => OWN.test(key) || key === REVISION);
  const taken = Object.entries(set.metadata.annotations ?? {}).filter(([key]) => !OWN.test(key));
  const annotations = Object.fromEntries([...kept, ...taken]);
  const message = `Rolled back deployment "${name}" to revision ${revision}`;
  await r.context.events.event(target, "Normal", "DeploymentRollback", message);
  await write(r, { ...changed, metadata: { ...changed.metadata, annotations }, spec: { ...changed.spec!, template } });
}

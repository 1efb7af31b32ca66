import type { ControllerRevision, DaemonSet } from "../../kinds/types/apps_v1.ts";
import { deepCopy } from "../../machinery/object.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { again, earliest, nextAvailable } from "../shared/pods.ts";
import { claimRevisions, syncRevision, truncateHistory } from "../shared/revisions.ts";
import { isEmptySelector } from "../shared/selector.ts";
import { REVISION } from "./daemon-pods.ts";
import { daemons } from "./daemons.ts";
import { manage } from "./manage.ts";
import { updateStatus } from "./status.ts";
import { rollForward } from "./update.ts";

/** Keeps one pod on each eligible node. Mirrors pkg/controller/daemon/daemon_controller.go syncDaemonSet. */
export const daemonSetController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const set = context.lister.get<DaemonSet>("apps", "daemonsets", namespace, name);
    if (set === undefined) return undefined;
    if (isEmptySelector(set.spec?.selector)) {
      const message = "This daemon set is selecting all pods. A non-empty selector is required.";
      await context.events.event({ object: set }, "Warning", "SelectingAll", message);
      return undefined;
    }
    if (set.metadata.deletionTimestamp !== undefined) return undefined;
    return again(await sync(context, set));
  },
};

async function sync(context: ReconcileContext, set: DaemonSet): Promise<number | undefined> {
  const history = await claimRevisions(context, set, set.spec?.selector);
  const draft = {
    owner: set,
    data: revisionData(set),
    labels: set.spec!.template.metadata?.labels,
    hashLabel: REVISION,
  };
  const { revision, collisions } = await syncRevision(context, draft, history, set.status?.collisionCount);
  const hash = revision.metadata.labels?.[REVISION] ?? "";
  const first = await daemons(context, set, hash);
  const retryAt = await manage(first);
  if (set.spec?.updateStrategy?.type !== "OnDelete") await rollForward(await daemons(context, set, hash));
  const used = new Set([hash, ...first.pods.map((p) => p.metadata.labels?.[REVISION])]);
  const isLive = (r: ControllerRevision): boolean => used.has(r.metadata.labels?.[REVISION] ?? "");
  await truncateHistory(context, history, isLive, set.spec?.revisionHistoryLimit ?? 10);
  const last = await daemons(context, set, hash);
  await updateStatus(last, collisions);
  return earliest(retryAt, nextAvailable(last.pods, set.spec?.minReadySeconds, context.now));
}

/** Mirrors the daemon controller's getPatch. */
function revisionData(set: DaemonSet): NonNullable<ControllerRevision["data"]> {
  return { spec: { template: { ...deepCopy(set.spec!.template), $patch: "replace" } } };
}

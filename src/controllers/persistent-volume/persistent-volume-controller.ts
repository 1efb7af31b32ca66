import type { Event, PersistentVolumeClaim } from "../../kinds/types/core_v1.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { syncClaim } from "./claim.ts";
import { getClaim, getVolume } from "./names.ts";
import { syncVolume } from "./volume.ts";

/** How often everything is looked at again, in milliseconds (--pvclaimbinder-sync-period). */
const RESYNC_MS = 15_000;
/** An object may have this many events from one source at once, and then one more every five minutes. */
const EVENT_BURST = 25;
const EVENT_REFILL_MS = 300_000;

/** When the next look says something: every resync tells what a claim waits for, until the recorder has heard enough. */
function nextTelling({ lister, now }: ReconcileContext, { metadata }: PersistentVolumeClaim): Instant {
  const told = lister
    .list<Event>("", "events", metadata.namespace)
    .filter((e) => e.involvedObject.uid === metadata.uid && e.source?.component === "persistentvolume-controller");
  const count = told.reduce((sum, e) => sum + (e.count ?? 1), 0);
  const first = Math.min(...told.map((e) => parseTime(e.firstTimestamp) || now));
  return count < EVENT_BURST
    ? now + RESYNC_MS
    : Math.max(now + RESYNC_MS, first + (count - EVENT_BURST + 1) * EVENT_REFILL_MS);
}

/** Binds claims and volumes. Keys are "claim/NAMESPACE/NAME" and "volume/NAME". Mirrors pkg/controller/volume/persistentvolume. */
export const persistentVolumeController: Controller = {
  async reconcile(key, context) {
    const [kind, first, second] = key.split("/");
    if (kind === "claim") {
      const claim = getClaim(context.lister, first, second);
      if (claim === undefined) return undefined;
      await syncClaim(context, claim);
      const after = getClaim(context.lister, first, second);
      return after === undefined || after.status?.phase !== "Pending" ? undefined : { at: nextTelling(context, after) };
    } else {
      const volume = getVolume(context.lister, first);
      if (volume !== undefined) await syncVolume(context, volume);
    }
    return undefined;
  },
};

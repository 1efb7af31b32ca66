import type { Job } from "../../kinds/types/batch_v1.ts";
import { isConflict, isNotFound } from "../../machinery/status-error.ts";
import { parseTime } from "../../machinery/time.ts";
import { type Controller, splitKey } from "../controller.ts";
import { batch } from "../shared/paths.ts";

/** Deletes jobs ttlSecondsAfterFinished after their end. Mirrors pkg/controller/ttlafterfinished. */
export const ttlAfterFinishedController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const job = context.lister.get<Job>("batch", "jobs", namespace, name);
    const ttl = job?.spec?.ttlSecondsAfterFinished;
    if (job === undefined || ttl === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
    const end = job.status?.conditions?.find(
      (c) => (c.type === "Complete" || c.type === "Failed") && c.status === "True",
    );
    if (end === undefined) return undefined;
    const at = parseTime(end.lastTransitionTime) + ttl * 1000;
    if (at > context.now) return { at };
    try {
      const { uid } = job.metadata;
      await context.client.delete(batch("jobs", namespace), name, { propagationPolicy: "Foreground", uid });
    } catch (error) {
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  },
};

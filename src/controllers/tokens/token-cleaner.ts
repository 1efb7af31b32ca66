import type { Secret } from "../../kinds/types/core_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { parseTime } from "../../machinery/time.ts";
import { type Controller, splitKey } from "../controller.ts";
import { core } from "../shared/paths.ts";

/** Deletes bootstrap tokens when they expire. Mirrors pkg/controller/bootstrap/tokencleaner.go. */
export const tokenCleaner: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const secret = context.lister.get<Secret>("", "secrets", namespace, name);
    const encoded = secret?.type === "bootstrap.kubernetes.io/token" ? secret.data?.["expiration"] : undefined;
    if (encoded === undefined) return undefined;
    const expiry = parseTime(atob(encoded));
    // A date that cannot be read counts as one that has passed.
    if (expiry > context.now) return { at: expiry };
    try {
      await context.client.delete(core("secrets", namespace), name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  },
};

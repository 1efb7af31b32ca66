import type { CertificateSigningRequest } from "../../kinds/types/certificates_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import type { Controller } from "../controller.ts";
import { earliest } from "../shared/pods.ts";
import { requestNamed, requestsPath } from "./requests.ts";

const HOUR_MS = 3_600_000;
/** How long a request stays, by how it stands. */
const STAY_MS: Readonly<Record<string, number>> = { Approved: HOUR_MS, Denied: HOUR_MS, Failed: HOUR_MS };
const PENDING_STAY_MS = 24 * HOUR_MS;

/** Deletes certificate requests that have served their time. Mirrors pkg/controller/certificates/cleaner. */
export const csrCleaner: Controller = {
  async reconcile(name, context) {
    const csr = requestNamed(context, name);
    const at = csr === undefined ? undefined : endOf(csr);
    if (at === undefined) return undefined;
    if (at > context.now) return { at };
    try {
      await context.client.delete(requestsPath, name);
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  },
};

function endOf({ metadata, status }: CertificateSigningRequest): Instant | undefined {
  const conditions = status?.conditions ?? [];
  if (conditions.length === 0) return parseTime(metadata.creationTimestamp) + PENDING_STAY_MS;
  const ends = conditions.map((c) => {
    // An approval counts once it has led to a certificate.
    if (c.type === "Approved" && !status?.certificate) return undefined;
    const stay = STAY_MS[c.type];
    return stay === undefined ? undefined : parseTime(c.lastUpdateTime ?? c.lastTransitionTime) + stay;
  });
  return earliest(...ends);
}

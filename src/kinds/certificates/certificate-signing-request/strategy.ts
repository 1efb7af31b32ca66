import { formatTime } from "../../../machinery/time.ts";
import type { Strategy } from "../../definition.ts";
import { keep } from "../../shared/keep.ts";
import type { CertificateSigningRequest, CertificateSigningRequestCondition } from "../../types/certificates_v1.ts";
import { validateRequest, validateRequestUpdate } from "./validation.ts";

/** Mirrors pkg/registry/certificates/certificates/strategy.go. Who asks is taken from the request, never from the object. */
export const strategy: Strategy<CertificateSigningRequest> = {
  prepareForCreate(request, { user }) {
    if (request.spec) {
      request.spec.username = user.name;
      request.spec.groups = [...(user.groups ?? [])];
      delete request.spec.uid;
      if (user.uid) request.spec.uid = user.uid;
      delete request.spec.extra;
      if (user.extra && Object.keys(user.extra).length > 0)
        request.spec.extra = Object.fromEntries(Object.entries(user.extra).map(([k, v]) => [k, [...v]]));
    }
    request.status = {};
  },
  prepareForUpdate(request, old) {
    keep(request, old, "spec");
    keep(request, old, "status");
  },
  validate: (request) => validateRequest(request),
  validateUpdate: validateRequestUpdate,
  selectableFields: (request) => ({ "spec.signerName": request.spec?.signerName ?? "" }),
  status: {
    prepareForUpdate(request, old, context) {
      keep(request, old, "spec");
      keepDecisions(request, old);
      stampConditions(request, old, formatTime(context.now));
    },
    validateUpdate: validateRequestUpdate,
  },
};

const isDecision = (c: CertificateSigningRequestCondition): boolean => c.type === "Approved" || c.type === "Denied";

/** Only the approval endpoint approves and denies. */
function keepDecisions(request: CertificateSigningRequest, old: CertificateSigningRequest): void {
  const decisions = (old.status?.conditions ?? []).filter(isDecision);
  const others = (request.status?.conditions ?? []).filter((c) => !isDecision(c));
  const conditions = [...decisions, ...others];
  request.status = { ...request.status };
  if (conditions.length > 0) request.status.conditions = conditions;
  else delete request.status.conditions;
}

/** Mirrors populateConditionTimestamps. */
function stampConditions(request: CertificateSigningRequest, old: CertificateSigningRequest, now: string): void {
  for (const condition of request.status?.conditions ?? []) {
    condition.lastUpdateTime ??= now;
    const before = old.status?.conditions?.find((c) => c.type === condition.type && c.status === condition.status);
    condition.lastTransitionTime ??= before?.lastTransitionTime ?? now;
  }
}

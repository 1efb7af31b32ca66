import type { ApiResponse } from "../../../client/transport.ts";
import { deepCopy, type KubeObject } from "../../../machinery/object.ts";
import { labelSelectorMatches } from "../../../machinery/selectors/label-selector.ts";
import { badRequest, conflict, internalError, StatusError } from "../../../machinery/status-error.ts";
import { formatTime } from "../../../machinery/time.ts";
import { storePrefix } from "../../../store/object-store.ts";
import { createAdmission } from "../../admission/chain.ts";
import type { ResourceContext } from "../../context.ts";
import { decodeBody } from "../codec.ts";
import { deleteObject } from "../delete.ts";
import { deletionOptions } from "../deletion.ts";
import { getStored } from "../stored.ts";
import type { SubresourceHandler } from "./registry.ts";

const MAX_DISRUPTED_PODS = 2000;
/** The tenth second of a retry is what an eviction is told that a budget stops for good. */
const RETRY_AFTER_SECONDS = 10;

/** pods/NAME/eviction: deletes the pod where its disruption budget allows. Mirrors registry/core/pod/storage/eviction.go. */
export const serveEviction: SubresourceHandler = async (ctx) => {
  const eviction = await decodeBody(ctx, {
    group: "policy",
    version: "v1",
    kind: "Eviction",
    type: "io.k8s.api.policy.v1.Eviction",
  });
  const { name } = ctx.info;
  if ((eviction.metadata.name ?? "") !== name) throw badRequest("name in URL does not match name in Eviction object");
  const options = deletionOptions(eviction.deleteOptions ?? {});
  const evicting = eviction.deleteOptions?.dryRun?.includes("All") ? { ...ctx, dryRun: true } : ctx;
  const pod = getStored(ctx, name).object;
  if (!ignoresBudgets(pod)) takeFromBudget(evicting, pod);
  await deleteObject(evicting, name, options, createAdmission(evicting, ""));
  return success(201);
};

const success = (code: number): ApiResponse => ({
  kind: "object",
  code,
  body: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code },
});

/** A pod that has ended, was never started, or is going anyway costs nobody anything. */
function ignoresBudgets(pod: KubeObject): boolean {
  const phase = pod.status?.phase;
  return (
    phase === "Succeeded" || phase === "Failed" || phase === "Pending" || pod.metadata.deletionTimestamp !== undefined
  );
}

function takeFromBudget(ctx: ResourceContext, pod: KubeObject): void {
  const budgets = ctx.server.store
    .list(storePrefix("policy", "poddisruptionbudgets", pod.metadata.namespace))
    .filter(({ object }) => labelSelectorMatches(object.spec?.selector, pod.metadata.labels ?? {}));
  if (budgets.length === 0) return;
  if (budgets.length > 1)
    throw internalErrorText(
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.",
    );
  const { key, revision, object: budget } = budgets[0]!;
  if (!isReady(pod) && unhealthyMayGo(budget)) return;
  checkBudget(budget);
  const next = deepCopy(budget);
  next.status.disruptionsAllowed--;
  next.status.disruptedPods = { ...next.status.disruptedPods, [pod.metadata.name!]: formatTime(ctx.now) };
  if (!ctx.dryRun && ctx.server.store.commit(key, revision, next) === undefined)
    throw conflict(
      { group: "policy", resource: "poddisruptionbudgets" },
      budget.metadata.name!,
      "the object has been modified; please apply your changes to the latest version and try again",
    );
}

/** Mirrors apierrors.NewInternalError as the eviction code calls it. */
const internalErrorText = (message: string): StatusError => internalError(message);

/** Mirrors eviction.go checkAndDecrement. */
function checkBudget(budget: KubeObject): void {
  const status = budget.status ?? {};
  const name = budget.metadata.name!;
  if ((status.observedGeneration ?? 0) < (budget.metadata.generation ?? 0))
    throw tooMany(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      `The disruption budget ${name} is still being processed by the server.`,
    );
  if ((status.disruptionsAllowed ?? 0) < 0)
    throw new StatusError({
      message: `pdb disruptions allowed is negative`,
      reason: "Forbidden",
      code: 403,
      details: { name, group: "policy", kind: "poddisruptionbudgets" },
    });
  if (Object.keys(status.disruptedPods ?? {}).length > MAX_DISRUPTED_PODS)
    throw new StatusError({
      message: "DisruptedPods map too big - too many evictions not confirmed by PDB controller",
      reason: "Forbidden",
      code: 403,
    });
  if ((status.disruptionsAllowed ?? 0) === 0)
    throw tooMany(
      "Cannot evict pod as it would violate the pod's disruption budget.",
      `The disruption budget ${name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
    );
}

function tooMany(message: string, cause: string): StatusError {
  return new StatusError({
    message,
    reason: "TooManyRequests",
    details: { causes: [{ reason: "DisruptionBudget", message: cause }], retryAfterSeconds: RETRY_AFTER_SECONDS },
    code: 429,
  });
}

const isReady = (pod: KubeObject): boolean =>
  (pod.status?.conditions ?? []).some(
    (c: { type: string; status: string }) => c.type === "Ready" && c.status === "True",
  );

/** Whether a budget lets pods go that run but are not ready. Mirrors eviction.go's reading of unhealthyPodEvictionPolicy. */
function unhealthyMayGo(budget: KubeObject): boolean {
  if (budget.spec?.unhealthyPodEvictionPolicy === "AlwaysAllow") return true;
  const { currentHealthy = 0, desiredHealthy = 0 } = budget.status ?? {};
  return currentHealthy >= desiredHealthy && desiredHealthy > 0;
}

import { maskUsage, type QuotaEvaluator, quotaEvaluator, quotaMatches } from "../../../kinds/shared/quota.ts";
import {
  addAmounts,
  type ResourceAmounts,
  resourceAmounts,
  toResourceList,
} from "../../../kinds/shared/resource-list.ts";
import { deepCopy, type KubeObject } from "../../../machinery/object.ts";
import {
  compareQuantities,
  formatQuantity,
  isZeroQuantity,
  type Quantity,
  quantitySign,
  subtractQuantities,
} from "../../../machinery/quantity.ts";
import { conflict } from "../../../machinery/status-error.ts";
import { type Stored, storePrefix } from "../../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { admissionForbidden } from "../refusal.ts";

const ATTEMPTS = 3;

/** Refuses what exceeds a quota, and charges what does not. Mirrors apiserver/pkg/admission/plugin/resourcequota. */
export const resourceQuota: AdmissionPlugin = {
  validate(request) {
    const { object, definition, operation, context } = request;
    if (object === undefined) return;
    const { store } = context.server;
    const prefix = storePrefix("", "resourcequotas", request.namespace);
    if (store.list(prefix).length === 0) return;
    const evaluator = quotaEvaluator(definition.group, definition.resource);
    if (operation === "UPDATE" && evaluator.onUpdate !== true) return;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const charges = store.list(prefix).flatMap((quota) => chargeOf(request, evaluator, quota) ?? []);
      if (context.dryRun || charges.every((charge) => commitCharge(request, charge))) return;
    }
    throw conflict(
      { group: "", resource: "resourcequotas" },
      "",
      "the object has been modified; please apply your changes to the latest version and try again",
    );
  },
};

/** A quota and what it will have been used of it. */
interface Charge {
  readonly quota: Stored;
  readonly used: ResourceAmounts;
}

function commitCharge({ context }: AdmissionRequest, { quota, used }: Charge): boolean {
  const next = deepCopy(quota.object);
  next.status = { ...next.status, used: toResourceList(used) };
  return context.server.store.commit(quota.key, quota.revision, next) !== undefined;
}

function chargeOf(request: AdmissionRequest, evaluator: QuotaEvaluator, quota: Stored): Charge | undefined {
  const object = request.object!;
  const { status = {}, metadata } = quota.object;
  const hard = resourceAmounts(status.hard);
  const names = Object.keys(hard);
  if (!quotaMatches(quota.object, names, evaluator, object)) return undefined;
  const restricted = names.filter((n) => evaluator.counts(n));
  const missing = evaluator.constraints?.(restricted, object);
  if (missing !== undefined) throw admissionForbidden(request, `failed quota: ${metadata.name}: ${missing}`);
  const used = resourceAmounts(status.used);
  if (restricted.some((n) => used[n] === undefined))
    throw admissionForbidden(
      request,
      `status unknown for quota: ${metadata.name}, resources: ${restricted.sort().join(",")}`,
    );
  const delta = deltaOf(request, evaluator, quota.object, names);
  const requested = maskUsage(delta, names);
  if (Object.keys(requested).length === 0) return undefined;
  const total = addAmounts(used, requested);
  const exceeded = Object.keys(requested).filter((n) => compareQuantities(total[n]!, hard[n]!) > 0);
  if (exceeded.length > 0)
    throw admissionForbidden(
      request,
      `exceeded quota: ${metadata.name}, requested: ${shown(requested, exceeded)}, used: ${shown(used, exceeded)}, limited: ${shown(hard, exceeded)}`,
    );
  return { quota, used: total };
}

/** What the request adds: on an update only what has grown. Nothing is taken back here; the controller recounts. */
function deltaOf(
  request: AdmissionRequest,
  evaluator: QuotaEvaluator,
  quota: KubeObject,
  hard: readonly string[],
): Record<string, Quantity> {
  const { context, old } = request;
  const usage = evaluator.usage(request.object!, context.now);
  const negative = Object.keys(usage).filter((n) => quantitySign(usage[n]!) < 0);
  if (negative.length > 0)
    throw admissionForbidden(request, `quota usage is negative for resource(s): ${negative.sort().join(",")}`);
  const counted = request.operation === "UPDATE" && old !== undefined && quotaMatches(quota, hard, evaluator, old);
  const before = counted ? evaluator.usage(old, context.now) : {};
  const delta: Record<string, Quantity> = {};
  for (const name of Object.keys(usage)) {
    const previous = before[name];
    const grown = previous === undefined ? usage[name]! : subtractQuantities(usage[name]!, previous);
    if (quantitySign(grown) > 0 || (request.operation === "CREATE" && !isZeroQuantity(grown))) delta[name] = grown;
  }
  return delta;
}

/** "cpu=2,memory=1Gi", sorted. Mirrors resourcequota prettyPrint. */
const shown = (amounts: ResourceAmounts, names: readonly string[]): string =>
  [...names]
    .sort()
    .map((n) => `${n}=${amounts[n] === undefined ? "0" : formatQuantity(amounts[n])}`)
    .join(",");

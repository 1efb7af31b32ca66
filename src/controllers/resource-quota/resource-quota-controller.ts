import { maskUsage, quotaEvaluator, quotaMatches } from "../../kinds/shared/quota.ts";
import type { ResourceQuota } from "../../kinds/types/core_v1.ts";
import { deepEqual, type KubeObject } from "../../machinery/object.ts";
import { addQuantities, formatQuantity, type Quantity, zeroQuantity } from "../../machinery/quantity.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { knownResources } from "../shared/resources.ts";

/** Counts what a quota's namespace uses. Mirrors pkg/controller/resourcequota/resource_quota_controller.go syncResourceQuota. */
export const resourceQuotaController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const quota = context.lister.get<KubeObject>("", "resourcequotas", namespace, name);
    if (quota === undefined) return undefined;
    const hard = (quota.spec?.hard ?? {}) as Record<string, string>;
    const status = { hard, used: { ...kept(quota, hard), ...usageOf(context, quota, Object.keys(hard)) } };
    if (deepEqual(quota.status, status)) return undefined;
    try {
      const at = core("resourcequotas", namespace);
      await context.client.update(at, { ...quota, status }, { subresource: "status" });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  },
};

/** What somebody else counts stays, as long as there is a limit for it. */
function kept(quota: KubeObject, hard: Record<string, string>): Record<string, string> {
  const used = ((quota as unknown as ResourceQuota).status?.used ?? {}) as Record<string, string>;
  return Object.fromEntries(Object.entries(used).filter(([name]) => Object.hasOwn(hard, name)));
}

function usageOf(context: ReconcileContext, quota: KubeObject, hard: readonly string[]): Record<string, string> {
  const totals = new Map<string, Quantity>();
  for (const { group, resource, namespaced } of knownResources(context.lister)) {
    if (!namespaced) continue;
    const evaluator = quotaEvaluator(group, resource);
    const names = hard.filter((name) => evaluator.counts(name));
    if (names.length === 0) continue;
    for (const name of names) totals.set(name, totals.get(name) ?? zeroQuantity);
    for (const object of context.lister.list<KubeObject>(group, resource, quota.metadata.namespace)) {
      if (!quotaMatches(quota, hard, evaluator, object)) continue;
      for (const [name, amount] of Object.entries(maskUsage(evaluator.usage(object, context.now), names)))
        totals.set(name, addQuantities(totals.get(name)!, amount));
    }
  }
  return Object.fromEntries([...totals].map(([name, amount]) => [name, formatQuantity(amount)]));
}

import type { ConfigMap, Pod, Service } from "../../kinds/types/core_v1.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { core } from "../shared/paths.ts";
import { freeAddress, ipNumber, poolsOf } from "./address-pool.ts";
import { METALLB_NAMESPACE } from "./names.ts";

const WANTED_IP = "metallb.universe.tf/loadBalancerIPs";
const SOURCE = { component: "metallb-controller" };

/** Gives LoadBalancer services addresses of MetalLB's pool, while its controller runs. Mirrors metallb's controller/service.go. */
export const loadBalancerController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const service = context.lister.get<Service>("", "services", namespace, name);
    if (service === undefined || !isRunning(context)) return undefined;
    const assigned = service.status?.loadBalancer?.ingress?.[0]?.ip;
    if (service.spec?.type !== "LoadBalancer") {
      if (assigned !== undefined) await write(context, service, undefined);
    } else if (assigned === undefined || (wantedOf(service) ?? assigned) !== assigned) {
      await assign(context, service);
    }
    return undefined;
  },
};

const isRunning = (context: ReconcileContext): boolean =>
  context.lister
    .list<Pod>("", "pods", METALLB_NAMESPACE)
    .some((pod) => pod.metadata.labels?.component === "controller" && pod.status?.phase === "Running");

const wantedOf = (service: Service): string | undefined =>
  service.metadata.annotations?.[WANTED_IP] ?? (service.spec?.loadBalancerIP || undefined);

async function assign(context: ReconcileContext, service: Service): Promise<void> {
  const { namespace, name } = service.metadata;
  const config = context.lister.get<ConfigMap>("", "configmaps", METALLB_NAMESPACE, "config")?.data?.["config"] ?? "";
  const pools = poolsOf(config);
  const taken = takenBy(context, service);
  const wanted = wantedOf(service);
  const number = wanted === undefined ? undefined : ipNumber(wanted);
  const allowed = number !== undefined && pools.some(([first, last]) => first <= number && number <= last);
  const address = wanted === undefined ? freeAddress(pools, taken) : allowed && !taken.has(wanted) ? wanted : undefined;
  if (address === undefined) {
    const reason = wanted === undefined ? "no available IPs" : `["${wanted}"] is not allowed in config`;
    const message = `Failed to allocate IP for "${namespace}/${name}": ${reason}`;
    await context.events.event({ object: service }, "Warning", "AllocationFailed", message, SOURCE);
    return;
  }
  await write(context, service, address);
  await context.events.event({ object: service }, "Normal", "IPAllocated", `Assigned IP ["${address}"]`, SOURCE);
}

function takenBy(context: ReconcileContext, service: Service): Set<string> {
  const others = context.lister.list<Service>("", "services").filter((s) => s.metadata.uid !== service.metadata.uid);
  return new Set(others.flatMap((s) => s.status?.loadBalancer?.ingress ?? []).flatMap((i) => i.ip ?? []));
}

async function write(context: ReconcileContext, service: Service, ip: string | undefined): Promise<void> {
  const loadBalancer = ip === undefined ? {} : { ingress: [{ ip, ipMode: "VIP" }] };
  try {
    const status = { ...service.status, loadBalancer };
    await context.client.update(
      core("services", service.metadata.namespace),
      { ...service, status },
      { subresource: "status" },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

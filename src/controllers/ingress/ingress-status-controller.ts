import type { Node, Pod, Service } from "../../kinds/types/core_v1.ts";
import type { Ingress, IngressClass, IngressLoadBalancerIngress } from "../../kinds/types/networking_v1.ts";
import { deepEqual } from "../../machinery/object.ts";
import { isNotFound } from "../../machinery/status-error.ts";
import { type Controller, type ReconcileContext, splitKey } from "../controller.ts";
import { path } from "../shared/paths.ts";

const NGINX = "k8s.io/ingress-nginx";
const DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class";

/** Writes the address under which ingress-nginx serves an ingress of its class, while one of its pods is ready. Mirrors ingress-nginx's internal/ingress/status. */
export const ingressStatusController: Controller = {
  async reconcile(key, context) {
    const { namespace, name } = splitKey(key);
    const ingress = context.lister.get<Ingress>("networking.k8s.io", "ingresses", namespace, name);
    if (ingress === undefined || classOf(context, ingress)?.spec?.controller !== NGINX) return undefined;
    const pod = context.lister
      .list<Pod>("", "pods")
      .find(
        (p) =>
          p.metadata.labels?.["app.kubernetes.io/name"] === "ingress-nginx" &&
          isController(p) &&
          p.status?.phase === "Running",
      );
    if (pod === undefined) return undefined;
    const addresses = addressesOf(context, pod);
    if (deepEqual(ingress.status?.loadBalancer?.ingress ?? [], addresses)) return undefined;
    try {
      const at = path("networking.k8s.io", "v1", "ingresses", namespace);
      const status = { loadBalancer: { ingress: addresses } };
      await context.client.update(at, { ...ingress, status }, { subresource: "status" });
      await context.events.event({ object: ingress }, "Normal", "Sync", "Scheduled for sync");
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    return undefined;
  },
};

const isController = (pod: Pod): boolean => {
  const component = pod.metadata.labels?.["app.kubernetes.io/component"];
  return component === undefined || component === "controller";
};

function classOf(context: ReconcileContext, ingress: Ingress): IngressClass | undefined {
  const name = ingress.spec?.ingressClassName ?? ingress.metadata.annotations?.["kubernetes.io/ingress.class"];
  const classes = context.lister.list<IngressClass>("networking.k8s.io", "ingressclasses");
  if (name !== undefined) return classes.find((c) => c.metadata.name === name);
  return classes.find((c) => c.metadata.annotations?.[DEFAULT_CLASS] === "true");
}

/** What --publish-status-address and --publish-service say; else the node's address. */
function addressesOf(context: ReconcileContext, pod: Pod): IngressLoadBalancerIngress[] {
  const args = (pod.spec?.containers ?? []).flatMap((c) => c.args ?? []);
  const option = (name: string): string | undefined =>
    args.find((a) => a.startsWith(`--${name}=`))?.slice(name.length + 3);
  const fixed = option("publish-status-address");
  if (fixed !== undefined) return fixed.split(",").map((a) => (/^[0-9.]+$/.test(a) ? { ip: a } : { hostname: a }));
  const published = option("publish-service")?.replace("$(POD_NAMESPACE)", pod.metadata.namespace ?? "");
  const service = published === undefined ? undefined : serviceAt(context, published);
  if (service?.spec?.type === "LoadBalancer")
    return (service.status?.loadBalancer?.ingress ?? []).map(({ ip, hostname }) => (ip ? { ip } : { hostname }));
  if (service?.spec?.type === "ClusterIP" && service.spec.clusterIP) return [{ ip: service.spec.clusterIP }];
  const node = context.lister.get<Node>("", "nodes", undefined, pod.spec?.nodeName ?? "");
  const internal = node?.status?.addresses?.find((a) => a.type === "InternalIP")?.address;
  return internal === undefined ? [] : [{ ip: internal }];
}

function serviceAt(context: ReconcileContext, key: string): Service | undefined {
  const { namespace, name } = splitKey(key);
  return context.lister.get<Service>("", "services", namespace, name);
}

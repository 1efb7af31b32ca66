import type { APIService, APIServiceCondition, ServiceReference } from "../../kinds/types/apiregistration_v1.ts";
import type { Service } from "../../kinds/types/core_v1.ts";
import type { EndpointSlice } from "../../kinds/types/discovery_v1.ts";
import { StatusError } from "../../machinery/status-error.ts";
import { formatTime, type Instant, parseTime } from "../../machinery/time.ts";
import type { Controller, ReconcileContext } from "../controller.ts";
import { path } from "../shared/paths.ts";

type Verdict = Omit<APIServiceCondition, "type" | "lastTransitionTime">;

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 30_000;

const no = (reason: string, message: string): Verdict => ({ status: "False", reason, message });

/** Tells whether the services behind APIServices answer. Mirrors kube-aggregator/pkg/controllers/status/remote. */
export const availabilityController: Controller = {
  async reconcile(name, context) {
    const api = context.lister.get<APIService>("apiregistration.k8s.io", "apiservices", undefined, name);
    if (api?.spec?.service == null) return undefined;
    const verdict = await check(context, api, api.spec.service);
    const before = api.status?.conditions?.find((c) => c.type === "Available");
    const since = before?.status === verdict.status ? before.lastTransitionTime : formatTime(context.now);
    const condition = { type: "Available", ...verdict, lastTransitionTime: since } satisfies APIServiceCondition;
    if (before?.status !== verdict.status || before.reason !== verdict.reason || before.message !== verdict.message) {
      const others = (api.status?.conditions ?? []).filter((c) => c.type !== "Available");
      const status = { ...api.status, conditions: [...others, condition] };
      await context.client.update(
        path("apiregistration.k8s.io", "v1", "apiservices"),
        { ...api, status },
        {
          subresource: "status",
        },
      );
    }
    // Only a service that does not answer has to be asked again: all else is seen as a change of objects.
    if (verdict.reason !== "FailedDiscoveryCheck") return undefined;
    return { at: context.now + retryMs(context.now - parseTime(since)) };
  },
};

const retryMs = (failing: Instant): number => Math.min(LAST_RETRY_MS, Math.max(FIRST_RETRY_MS, failing));

async function check(context: ReconcileContext, api: APIService, at: ServiceReference): Promise<Verdict> {
  const { lister } = context;
  const { namespace = "", name = "", port = 443 } = at;
  const place = `service/${name} in "${namespace}"`;
  const service = lister.get<Service>("", "services", namespace, name);
  if (service === undefined) return no("ServiceNotFound", `${place} is not present`);
  if (service.spec?.type === "ExternalName") return discovery(context, api, at, name);
  const served = service.spec?.ports?.find((p) => p.port === port);
  if (served === undefined) return no("ServicePortError", `${place} is not listening on port ${port}`);
  const slices = lister
    .list<EndpointSlice>("discovery.k8s.io", "endpointslices", namespace)
    .filter((s) => s.metadata.labels?.["kubernetes.io/service-name"] === name);
  if (slices.length === 0) return no("EndpointsNotFound", `cannot find endpointslices for ${place}`);
  const portName = served.name ?? "";
  const ready = slices.some(
    (s) =>
      (s.ports ?? []).some((p) => (p.name ?? "") === portName) &&
      s.endpoints.some((e) => e.conditions?.ready !== false),
  );
  if (!ready)
    return no("MissingEndpoints", `endpointslices for ${place} have no addresses with port name "${portName}"`);
  return discovery(context, api, at, service.spec?.clusterIP ?? name);
}

/** Asks the service for its resources, as the apiserver would. */
async function discovery(
  context: ReconcileContext,
  api: APIService,
  { namespace, name, port = 443 }: ServiceReference,
  host: string,
): Promise<Verdict> {
  const documents = `/apis/${api.spec?.group}/${api.spec?.version}`;
  const url = `https://${host}:${port}${documents}`;
  const failing = (cause: string): Verdict =>
    no("FailedDiscoveryCheck", `failing or missing response from ${url}: ${cause}`);
  try {
    const proxy = `/api/v1/namespaces/${namespace}/services/https:${name}:${port}/proxy${documents}`;
    const answer = await context.client.request({ method: "GET", path: proxy });
    const code = "code" in answer ? answer.code : 200;
    if (code >= 300) return failing(`bad status from ${url}: ${code}`);
    return { status: "True", reason: "Passed", message: "all checks passed" };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    if (error.code !== 503) return failing(`bad status from ${url}: ${error.code}`);
    return failing(`Get "${url}": dial tcp ${host}:${port}: connect: connection refused`);
  }
}

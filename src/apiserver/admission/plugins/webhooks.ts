import { compileCel } from "../../../machinery/cel/environment.ts";
import type { JsonObject } from "../../../machinery/object.ts";
import { internalError } from "../../../machinery/status-error.ts";
import { type ObjectStore, storeKey, storePrefix } from "../../../store/object-store.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { matchesResources } from "../match-resources.ts";
import { variablesOf } from "./policy-bindings.ts";

const GROUP = "admissionregistration.k8s.io";

/** Webhooks are programs of their own, which drykube cannot run: what fails upstream before one is reached fails here, and one that would have been called is told of in a warning. Mirrors apiserver/pkg/admission/plugin/webhook. */
export const mutatingWebhooks: AdmissionPlugin = {
  admit: (request) => pass(request, "MutatingWebhookConfiguration"),
};

export const validatingWebhooks: AdmissionPlugin = {
  validate: (request) => pass(request, "ValidatingWebhookConfiguration"),
};

function pass(request: AdmissionRequest, kind: string): void {
  const { store } = request.context.server;
  for (const { object } of store.list(storePrefix(GROUP, `${kind.toLowerCase()}s`)))
    for (const webhook of (object["webhooks"] ?? []) as JsonObject[]) {
      if (!matches(request, webhook)) continue;
      const problem = unreachable(store, webhook);
      if (problem === undefined)
        request.context.warnings.push(
          `webhook ${JSON.stringify(webhook["name"])} of ${kind} ${JSON.stringify(object.metadata.name)} was not called: drykube calls no webhooks`,
        );
      else if (webhook["failurePolicy"] !== "Ignore")
        throw internalError(
          `failed calling webhook ${JSON.stringify(webhook["name"])}: failed to call webhook: ${problem}`,
        );
    }
}

/** Whether a webhook is for a request; by default also where its rules name another version of the resource. */
function matches(request: AdmissionRequest, webhook: JsonObject): boolean {
  const rules = (webhook["rules"] ?? []) as JsonObject[];
  if (rules.length === 0) return false;
  const { namespaceSelector, objectSelector, matchPolicy, matchConditions = [] } = webhook;
  const resourceRules = matchPolicy === "Exact" ? rules : rules.map((rule) => ({ ...rule, apiVersions: ["*"] }));
  if (!matchesResources(request, { namespaceSelector, objectSelector, resourceRules })) return false;
  return (matchConditions as JsonObject[]).every((condition) => holds(request, String(condition["expression"])));
}

/** A condition that cannot be evaluated counts as one that holds: the webhook is then named, at least. */
function holds(request: AdmissionRequest, expression: string): boolean {
  try {
    return compileCel(expression)(variablesOf(request, undefined)) === true;
  } catch {
    return true;
  }
}

/** Why a call fails before anybody answers; undefined where somebody would, or where nobody can know. Mirrors kube-aggregator's ClusterIP service resolver and kube-proxy's refusal. */
function unreachable(store: ObjectStore, { clientConfig, timeoutSeconds }: JsonObject): string | undefined {
  const reference = clientConfig?.service as JsonObject | undefined;
  if (reference === undefined) return undefined;
  const { name = "", namespace = "", path = "", port = 443 } = reference;
  const post = `Post "https://${name}.${namespace}.svc:${port}${path}?timeout=${timeoutSeconds ?? 10}s"`;
  const service = store.get(storeKey("", "services", namespace, name))?.object;
  if (service === undefined) return `${post}: service ${JSON.stringify(name)} not found`;
  const address = service["spec"]?.clusterIP;
  if (service["spec"]?.type === "ExternalName" || !address || address === "None") return undefined;
  const ports = (service["spec"]?.ports ?? []) as JsonObject[];
  const served = ports.find((p) => p["port"] === port);
  if (served === undefined) return `${post}: no service port ${port} found for service ${JSON.stringify(name)}`;
  const ready = store
    .list(storePrefix("discovery.k8s.io", "endpointslices", namespace))
    .filter(({ object }) => object.metadata.labels?.["kubernetes.io/service-name"] === name)
    .flatMap(({ object }) => (object["endpoints"] ?? []) as JsonObject[])
    .some((endpoint) => endpoint["conditions"]?.ready !== false);
  return ready ? undefined : `${post}: dial tcp ${address}:${port}: connect: connection refused`;
}

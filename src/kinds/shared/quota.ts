import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { isZeroQuantity, newQuantity, type Quantity, zeroQuantity } from "../../machinery/quantity.ts";
import { type Instant, parseTime } from "../../machinery/time.ts";
import { podAmounts, type ResourceAmounts, resourceAmounts } from "./resource-list.ts";

/** Says what objects of one resource cost, and which quotas count them. Mirrors apiserver/pkg/quota/v1 Evaluator. */
export interface QuotaEvaluator {
  /** What the object uses, by the names that a quota's hard has. */
  usage(object: KubeObject, now: Instant): ResourceAmounts;
  /** Whether it is this evaluator that counts `name`. */
  counts(name: string): boolean;
  /** Whether an object falls under one scope; resources without scopes fall under none. */
  inScope?(object: KubeObject, requirement: ScopeRequirement): boolean;
  /** What a quota of these names demands of the object; a text that says what is missing. */
  constraints?(names: readonly string[], object: KubeObject): string | undefined;
  /** Whether updates are charged, too. */
  readonly onUpdate?: boolean;
}

/** core/v1 ScopedResourceSelectorRequirement. */
export interface ScopeRequirement {
  readonly scopeName: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

const one: Quantity = newQuantity(1);
const countName = (group: string, resource: string): string => `count/${resource}${group === "" ? "" : `.${group}`}`;

/** Resources whose number had a name of its own before count/… came. */
const LEGACY_COUNTS = new Set(["configmaps", "resourcequotas", "replicationcontrollers", "secrets"]);

function objectCount(group: string, resource: string): QuotaEvaluator {
  const names = [countName(group, resource), ...(group === "" && LEGACY_COUNTS.has(resource) ? [resource] : [])];
  const usage = Object.fromEntries(names.map((n) => [n, one]));
  return { usage: () => usage, counts: (name) => names.includes(name) };
}

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];
const POD_NAMES = new Set([
  "pods",
  "count/pods",
  ...COMPUTE,
  ...COMPUTE.flatMap((n) => [`requests.${n}`, `limits.${n}`]),
]);
const VALIDATED = new Set(["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"]);

const isHugePages = (name: string): boolean => name.startsWith("hugepages-");
const isExtended = (name: string): boolean => name.includes("/") && !name.includes("kubernetes.io/");

/** A set of requests and limits under the names of quotas. Mirrors evaluator/core/pods.go podComputeUsageHelper. */
function computeUsage(requests: ResourceAmounts, limits: ResourceAmounts): Record<string, Quantity> {
  const usage: Record<string, Quantity> = {};
  for (const name of Object.keys(requests)) {
    const amount = requests[name]!;
    if (COMPUTE.includes(name) || isHugePages(name)) usage[name] = amount;
    if (COMPUTE.includes(name) || isHugePages(name) || isExtended(name)) usage[`requests.${name}`] = amount;
  }
  for (const name of COMPUTE) if (limits[name] !== undefined) usage[`limits.${name}`] = limits[name];
  return usage;
}

/** Whether a pod still uses anything: it has not ended, and its time to go is not over. */
function podCounts(pod: KubeObject, now: Instant): boolean {
  const phase = pod.status?.phase;
  if (phase === "Failed" || phase === "Succeeded") return false;
  const { deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds === undefined) return true;
  return now <= parseTime(deletionTimestamp);
}

const pods: QuotaEvaluator = {
  onUpdate: true,
  usage(pod, now) {
    if (!podCounts(pod, now)) return { "count/pods": one };
    const spec = pod.spec ?? {};
    return { "count/pods": one, pods: one, ...computeUsage(podAmounts(spec, "requests"), podAmounts(spec, "limits")) };
  },
  counts(name) {
    if (POD_NAMES.has(name) || isHugePages(name)) return true;
    if (!name.startsWith("requests.")) return false;
    const rest = name.slice("requests.".length);
    return isHugePages(rest) || isExtended(rest);
  },
  inScope: podInScope,
  constraints(names, pod) {
    const required = names.filter((n) => VALIDATED.has(n));
    const missing = new Map<string, string[]>();
    const all: JsonObject[] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
    for (const c of all) {
      const has = computeUsage(resourceAmounts(c.resources?.requests), resourceAmounts(c.resources?.limits));
      for (const name of required)
        if (has[name] === undefined) missing.set(name, [...(missing.get(name) ?? []), c.name as string]);
    }
    if (missing.size === 0) return undefined;
    const texts = [...missing.keys()].sort().map((n) => `${n} for: ${[...new Set(missing.get(n))].sort().join(",")}`);
    return `must specify ${texts.join("; ")}`;
  },
};

function isBestEffort(pod: KubeObject): boolean {
  if (pod.status?.qosClass !== undefined) return pod.status.qosClass === "BestEffort";
  const all: JsonObject[] = [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const some = (list: Readonly<Record<string, unknown>> | undefined): boolean =>
    Object.entries(resourceAmounts(list)).some(
      ([name, q]) => (name === "cpu" || name === "memory") && !isZeroQuantity(q),
    );
  return !all.some((c) => some(c.resources?.requests) || some(c.resources?.limits));
}

function podInScope(pod: KubeObject, scope: ScopeRequirement): boolean {
  switch (scope.scopeName) {
    case "Terminating":
      return (pod.spec?.activeDeadlineSeconds ?? -1) >= 0;
    case "NotTerminating":
      return (pod.spec?.activeDeadlineSeconds ?? -1) < 0;
    case "BestEffort":
      return isBestEffort(pod);
    case "NotBestEffort":
      return !isBestEffort(pod);
    case "PriorityClass":
      return valueInScope(pod.spec?.priorityClassName ?? "", scope);
    case "CrossNamespacePodAffinity":
      return usesOtherNamespaces(pod);
    default:
      return false;
  }
}

function valueInScope(value: string, { operator, values = [] }: ScopeRequirement): boolean {
  if (operator === "Exists") return value !== "";
  if (operator === "DoesNotExist") return value === "";
  if (operator === "In") return values.includes(value);
  return !values.includes(value);
}

function usesOtherNamespaces(pod: KubeObject): boolean {
  const { podAffinity, podAntiAffinity } = (pod.spec?.affinity ?? {}) as JsonObject;
  return [podAffinity, podAntiAffinity].some((a: JsonObject | undefined) => {
    const terms: JsonObject[] = [
      ...(a?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
      ...((a?.preferredDuringSchedulingIgnoredDuringExecution ?? []) as JsonObject[]).map((w) => w.podAffinityTerm),
    ];
    return terms.some((t) => (t.namespaces ?? []).length > 0 || t.namespaceSelector !== undefined);
  });
}

const SERVICE_NAMES = ["services", "services.nodeports", "services.loadbalancers", "count/services"];

const services: QuotaEvaluator = {
  onUpdate: true,
  counts: (name) => SERVICE_NAMES.includes(name),
  usage(service) {
    const spec: JsonObject = service.spec ?? {};
    const ports: JsonObject[] = spec.ports ?? [];
    const loadBalancer = spec.type === "LoadBalancer";
    const nodePorts =
      spec.type === "NodePort" || (loadBalancer && spec.allocateLoadBalancerNodePorts !== false)
        ? ports.length
        : loadBalancer
          ? ports.filter((p) => p.nodePort).length
          : 0;
    return {
      "count/services": one,
      services: one,
      "services.nodeports": newQuantity(nodePorts),
      "services.loadbalancers": newQuantity(loadBalancer ? 1 : 0),
    };
  },
};

const CLASS_SUFFIX = ".storageclass.storage.k8s.io/";

const claims: QuotaEvaluator = {
  onUpdate: true,
  counts: (name) =>
    ["persistentvolumeclaims", "count/persistentvolumeclaims", "requests.storage"].includes(name) ||
    name.endsWith(`${CLASS_SUFFIX}requests.storage`) ||
    name.endsWith(`${CLASS_SUFFIX}persistentvolumeclaims`),
  usage(claim) {
    const storage = resourceAmounts(claim.spec?.resources?.requests)["storage"];
    const storageClass =
      claim.metadata.annotations?.["volume.beta.kubernetes.io/storage-class"] ?? claim.spec?.storageClassName ?? "";
    return {
      "count/persistentvolumeclaims": one,
      persistentvolumeclaims: one,
      ...(storageClass === "" ? {} : { [`${storageClass}${CLASS_SUFFIX}persistentvolumeclaims`]: one }),
      ...(storage === undefined ? {} : { "requests.storage": storage }),
      ...(storage === undefined || storageClass === ""
        ? {}
        : { [`${storageClass}${CLASS_SUFFIX}requests.storage`]: storage }),
    };
  },
  inScope: (claim, scope) =>
    scope.scopeName === "VolumeAttributesClass" && valueInScope(claim.spec?.volumeAttributesClassName ?? "", scope),
};

/** The evaluator of a resource; any that has none of its own is counted. */
export function quotaEvaluator(group: string, resource: string): QuotaEvaluator {
  if (group === "" && resource === "pods") return pods;
  if (group === "" && resource === "services") return services;
  if (group === "" && resource === "persistentvolumeclaims") return claims;
  return objectCount(group, resource);
}

/** The scopes of a quota, the old list among them. */
export function scopesOf(quota: KubeObject): readonly ScopeRequirement[] {
  const scopes: string[] = quota.spec?.scopes ?? [];
  return [
    ...scopes.map((scopeName) => ({ scopeName, operator: "Exists" })),
    ...(quota.spec?.scopeSelector?.matchExpressions ?? []),
  ];
}

/** Whether a quota with the hard names `hard` counts the object: some name is the evaluator's, and all scopes hold. Mirrors apiserver/pkg/quota/v1/generic Matches. */
export function quotaMatches(
  quota: KubeObject,
  hard: readonly string[],
  evaluator: QuotaEvaluator,
  object: KubeObject,
): boolean {
  if (!hard.some((name) => evaluator.counts(name))) return false;
  return scopesOf(quota).every((scope) => evaluator.inScope?.(object, scope) ?? false);
}

/** What of `usage` a quota counts. */
export function maskUsage(usage: ResourceAmounts, names: readonly string[]): Record<string, Quantity> {
  return Object.fromEntries(names.filter((n) => usage[n] !== undefined).map((n) => [n, usage[n]!]));
}

/** What nothing costs. */
export const noUsage = (names: readonly string[]): Record<string, Quantity> =>
  Object.fromEntries(names.map((n) => [n, zeroQuantity]));

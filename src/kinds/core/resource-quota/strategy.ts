import { type FieldError, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { immutableMessage, sortedKeys } from "../../shared/check.ts";
import { goStructText } from "../../shared/go-diff.ts";
import { goBare, goStrings } from "../../shared/go-syntax.ts";
import { keep } from "../../shared/keep.ts";
import { checkResourceName, checkResourceQuantity } from "../../shared/pod/resources.ts";
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from "../../types/core_v1.ts";

/** Mirrors pkg/registry/core/resourcequota/strategy.go. */
export const strategy: Strategy<ResourceQuota> = {
  prepareForCreate(quota) {
    quota.status = {};
  },
  prepareForUpdate(quota, old) {
    keep(quota, old, "status");
  },
  validate: (quota) => checkSpec(quota.spec ?? {}),
  validateUpdate(quota, old) {
    const errors = checkSpec(quota.spec ?? {});
    const scopes = (q: ResourceQuota): string => [...new Set(q.spec?.scopes)].sort().join();
    if (scopes(quota) !== scopes(old))
      errors.push(invalid("spec.scopes", goScopes(quota.spec?.scopes), immutableMessage));
    return errors;
  },
  status: {
    prepareForUpdate(quota, old) {
      keep(quota, old, "spec");
    },
    validateUpdate: ({ status = {} }) => [
      ...checkAmounts(status.hard, "status.hard"),
      ...checkAmounts(status.used, "status.used"),
    ],
  },
};

const goScopes = (scopes: readonly string[] | undefined): GoLiteral =>
  new GoLiteral(goStrings(scopes, "core.ResourceQuotaScope"));

const quotaResources = new Set([
  ...["cpu", "memory", "ephemeral-storage", "pods", "services", "replicationcontrollers", "resourcequotas", "secrets"],
  ...["configmaps", "persistentvolumeclaims", "requests.cpu", "requests.memory", "requests.storage"],
  ...["requests.ephemeral-storage", "limits.cpu", "limits.memory", "limits.ephemeral-storage", "services.nodeports"],
  ...["services.loadbalancers"],
]);
const isQuotaResource = (name: string): boolean =>
  quotaResources.has(name) || name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");

function checkAmounts(amounts: Readonly<Record<string, string | number>> | undefined, field: string): FieldError[] {
  return sortedKeys(amounts).flatMap((name) => {
    const at = `${field}[${name}]`;
    const errors = checkResourceName(name, at);
    if (!name.includes("/") && !isQuotaResource(name))
      errors.push(invalid(at, goBare(name), "must be a standard resource for quota"));
    return [...errors, ...checkResourceQuantity(name, amounts![name]!, at)];
  });
}

function checkSpec(spec: ResourceQuotaSpec): FieldError[] {
  return [...checkAmounts(spec.hard, "spec.hard"), ...checkScopes(spec), ...checkScopeSelector(spec)];
}

const podScopes = ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity"];
const standardScopes = [...podScopes, "PriorityClass"];
const podComputeResources = new Set([
  ...["pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"],
]);
const podObjectScopes = [
  "Terminating",
  "NotTerminating",
  "NotBestEffort",
  "PriorityClass",
  "CrossNamespacePodAffinity",
];

/** Mirrors helper.IsResourceQuotaScopeValidForResource. */
function scopeFits(scope: string, resource: string): boolean {
  if (podObjectScopes.includes(scope)) return podComputeResources.has(resource);
  return scope === "BestEffort" ? resource === "pods" : true;
}

const conflicts = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
];
const misfits = (spec: ResourceQuotaSpec, scope: string): string[] =>
  sortedKeys(spec.hard).filter((name) => isQuotaResource(name) && !scopeFits(scope, name));

function checkScopes(spec: ResourceQuotaSpec): FieldError[] {
  const scopes = spec.scopes ?? [];
  const refuse = (message: string): FieldError => invalid("spec.scopes", goScopes(scopes), message);
  const errors: FieldError[] = [];
  for (const scope of scopes) {
    if (!standardScopes.includes(scope)) errors.push(refuse("unsupported scope"));
    for (const _ of misfits(spec, scope)) errors.push(refuse("unsupported scope applied to resource"));
  }
  for (const pair of conflicts) if (pair.every((s) => scopes.includes(s))) errors.push(refuse("conflicting scopes"));
  return errors;
}

/** Mirrors core validation.validateScopedResourceSelectorRequirement; there is no index in its paths. */
function checkScopeSelector(spec: ResourceQuotaSpec): FieldError[] {
  if (!spec.scopeSelector) return [];
  const at = "spec.scopeSelector.matchExpressions";
  const requirements = spec.scopeSelector.matchExpressions ?? [];
  const errors: FieldError[] = [];
  for (const requirement of requirements) {
    const scope = requirement.scopeName ?? "";
    if (!standardScopes.includes(scope)) errors.push(invalid(`${at}.scopeName`, scope, "unsupported scope"));
    const shown = new GoLiteral(goStructText("core.ScopeSelector", spec.scopeSelector));
    for (const _ of misfits(spec, scope)) errors.push(invalid(at, shown, "unsupported scope applied to resource"));
    errors.push(...checkRequirement(requirement, at));
  }
  const scopes = requirements.map((r) => r.scopeName);
  for (const pair of conflicts)
    if (pair.every((s) => scopes.includes(s))) errors.push(invalid(at, goScopes(spec.scopes), "conflicting scopes"));
  return errors;
}

function checkRequirement(requirement: ScopedResourceSelectorRequirement, at: string): FieldError[] {
  const { operator = "", scopeName = "", values = [] } = requirement;
  const errors: FieldError[] = [];
  if (podScopes.includes(scopeName) && operator !== "Exists")
    errors.push(
      invalid(
        `${at}.operator`,
        operator,
        "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity",
      ),
    );
  if (operator === "In" || operator === "NotIn") {
    if (values.length === 0)
      errors.push(
        required(`${at}.values`, "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"),
      );
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    if (values.length > 0)
      errors.push(
        invalid(
          `${at}.values`,
          new GoLiteral(goStrings(values)),
          "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
        ),
      );
  } else errors.push(invalid(`${at}.operator`, operator, "not a valid selector operator"));
  return errors;
}

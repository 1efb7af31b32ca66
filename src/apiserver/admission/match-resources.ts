import type { JsonObject, KubeObject } from "../../machinery/object.ts";
import { type LabelSelector, labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";
import { storeKey } from "../../store/object-store.ts";
import type { AdmissionRequest } from "./admission.ts";

const isEmpty = (selector: LabelSelector | undefined): boolean =>
  selector === undefined ||
  (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0);

/** The namespace that a request is in, or is about; undefined for cluster-wide resources. */
export function namespaceOf(request: AdmissionRequest): KubeObject | undefined {
  if (request.definition.group === "" && request.definition.resource === "namespaces")
    return request.object ?? request.old;
  if (request.namespace === "") return undefined;
  return request.context.server.store.get(storeKey("", "namespaces", undefined, request.namespace))?.object;
}

/** Whether a request is what a policy, binding or webhook is for. Mirrors apiserver/pkg/admission/plugin/policy/matching and webhook/predicates. */
export function matchesResources(request: AdmissionRequest, match: JsonObject | undefined): boolean {
  if (match === undefined) return true;
  const { object, old } = request;
  if (!isEmpty(match.namespaceSelector)) {
    const namespace = namespaceOf(request);
    if (namespace !== undefined && !labelSelectorMatches(match.namespaceSelector, namespace.metadata.labels ?? {}))
      return false;
  }
  if (!isEmpty(match.objectSelector)) {
    const fits = (o: KubeObject | undefined): boolean =>
      o !== undefined && labelSelectorMatches(match.objectSelector, o.metadata.labels ?? {});
    if (!fits(object) && !fits(old)) return false;
  }
  if (((match.excludeResourceRules ?? []) as JsonObject[]).some((rule) => ruleMatches(request, rule))) return false;
  const rules: JsonObject[] = match.resourceRules ?? [];
  return rules.length === 0 || rules.some((rule) => ruleMatches(request, rule));
}

const oneOf = (list: readonly string[] | undefined, value: string): boolean =>
  (list ?? []).some((v) => v === "*" || v === value);

/** Whether a request falls under one rule (operations, groups, versions, resources, scope). */
export function ruleMatches(request: AdmissionRequest, rule: JsonObject): boolean {
  const { definition, operation, subresource, name } = request;
  if (!oneOf(rule.operations, operation) || !oneOf(rule.apiGroups, definition.group)) return false;
  if (!oneOf(rule.apiVersions, definition.version)) return false;
  const scope = rule.scope ?? "*";
  if (scope !== "*" && (scope === "Namespaced") !== definition.namespaced) return false;
  const names: string[] = rule.resourceNames ?? [];
  if (names.length > 0 && !names.includes(name)) return false;
  return ((rule.resources ?? []) as string[]).some((pattern) => {
    const [resource = "", sub = ""] = pattern.split("/");
    if (pattern === "*") return subresource === "";
    return (resource === "*" || resource === definition.resource) && (sub === "*" || sub === subresource);
  });
}

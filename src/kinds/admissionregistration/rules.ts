import { type FieldError, GoLiteral, invalid, required } from "../../machinery/field-error.ts";
import { checkOneOf } from "../shared/check.ts";
import { goStrings } from "../shared/go-syntax.ts";
import type { RuleWithOperations } from "../types/admissionregistration_v1.ts";

const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const list = (values: readonly string[]): GoLiteral => new GoLiteral(goStrings(values));
const isMixed = (values: readonly string[]): boolean => values.length > 1 && values.includes("*");

/** Any scope, unless said. Mirrors SetDefaults_Rule. */
export function defaultRules(rules: readonly RuleWithOperations[] | undefined): void {
  for (const rule of rules ?? []) rule.scope ??= "*";
}

/** Mirrors admissionregistration validation.validateRuleWithOperations. */
export function checkRule(rule: RuleWithOperations, field: string): FieldError[] {
  const wanted = rule.operations ?? [];
  const at = `${field}.operations`;
  const errors: FieldError[] = wanted.length === 0 ? [required(at)] : [];
  if (isMixed(wanted)) errors.push(invalid(at, list(wanted), "if '*' is present, must not specify other operations"));
  for (const [i, operation] of wanted.entries()) errors.push(...checkOneOf(operation, operations, `${at}[${i}]`));
  const { apiGroups = [], apiVersions = [] } = rule;
  if (apiGroups.length === 0) errors.push(required(`${field}.apiGroups`));
  if (isMixed(apiGroups))
    errors.push(invalid(`${field}.apiGroups`, list(apiGroups), "if '*' is present, must not specify other API groups"));
  if (apiVersions.length === 0) errors.push(required(`${field}.apiVersions`));
  if (isMixed(apiVersions))
    errors.push(
      invalid(`${field}.apiVersions`, list(apiVersions), "if '*' is present, must not specify other API versions"),
    );
  for (const [i, version] of apiVersions.entries())
    if (version === "") errors.push(required(`${field}.apiVersions[${i}]`));
  errors.push(...checkResources(rule.resources ?? [], `${field}.resources`));
  if (rule.scope !== undefined)
    errors.push(...checkOneOf(rule.scope, ["*", "Cluster", "Namespaced"], `${field}.scope`));
  return errors;
}

/** Mirrors admissionregistration validation.validateResources. */
function checkResources(resources: readonly string[], field: string): FieldError[] {
  const errors: FieldError[] = resources.length === 0 ? [required(field)] : [];
  const allOf = new Set<string>();
  const ofAll = new Set<string>();
  for (const [i, text] of resources.entries()) {
    if (text === "") errors.push(required(`${field}[${i}]`));
    const slash = text.indexOf("/");
    if (slash < 0) continue;
    const [resource, sub] = [text.slice(0, slash), text.slice(slash + 1)];
    if (allOf.has(resource))
      errors.push(invalid(`${field}[${i}]`, text, `if '${resource}/*' is present, must not specify ${text}`));
    if (ofAll.has(sub))
      errors.push(invalid(`${field}[${i}]`, text, `if '*/${sub}' is present, must not specify ${text}`));
    if (sub === "*") allOf.add(resource);
    if (resource === "*") ofAll.add(sub);
  }
  if (resources.length > 1 && resources.includes("*/*"))
    errors.push(invalid(field, list(resources), "if '*/*' is present, must not specify other resources"));
  if (resources.includes("*") && resources.some((r) => r !== "*" && !r.includes("/")))
    errors.push(
      invalid(field, list(resources), "if '*' is present, must not specify other resources without subresources"),
    );
  return errors;
}

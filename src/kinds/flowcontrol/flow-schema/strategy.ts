import {
  type FieldError,
  fieldForbidden,
  GoLiteral,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { dns1123LabelErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkDnsSubdomain, invalidEach } from "../../shared/check.ts";
import { goStrings } from "../../shared/go-syntax.ts";
import { keep, plainStatus } from "../../shared/keep.ts";
import type {
  FlowSchema,
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from "../../types/flowcontrol_v1.ts";

const maxPrecedence = 10000;
const defaultPrecedence = 1000;
const verbs = [
  ...["connect", "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"],
];

/** Mirrors pkg/registry/flowcontrol/flowschema/strategy.go. */
export const strategy: Strategy<FlowSchema> = {
  defaults(schema) {
    if (schema.spec) schema.spec.matchingPrecedence ||= defaultPrecedence;
  },
  prepareForCreate(schema) {
    schema.status = {};
  },
  prepareForUpdate(schema, old) {
    keep(schema, old, "status");
  },
  validate: (schema) => checkSpec(schema.spec, schema.metadata.name ?? ""),
  status: plainStatus,
};

function checkSpec(spec: Partial<FlowSchemaSpec> = {}, name: string): FieldError[] {
  const errors: FieldError[] = [];
  const precedence = spec.matchingPrecedence ?? 0;
  const at = "spec.matchingPrecedence";
  if (precedence <= 0) errors.push(invalid(at, precedence, "must be a positive value"));
  if (precedence > maxPrecedence) errors.push(invalid(at, precedence, `must not be greater than ${maxPrecedence}`));
  if (precedence === 1 && name !== "exempt")
    errors.push(invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  const method = spec.distinguisherMethod?.type;
  if (spec.distinguisherMethod && method !== "ByNamespace" && method !== "ByUser") {
    const shown = new GoLiteral(`flowcontrol.FlowDistinguisherMethod{Type:"${method ?? ""}"}`);
    errors.push(notSupported("spec.distinguisherMethod.type", shown, ["ByNamespace", "ByUser"]));
  }
  const level = spec.priorityLevelConfiguration?.name;
  const levelAt = "spec.priorityLevelConfiguration.name";
  errors.push(...(level ? checkDnsSubdomain(level, levelAt) : [required(levelAt, "must reference a priority level")]));
  return [...errors, ...(spec.rules ?? []).flatMap((rule, i) => checkRule(rule, `spec.rules[${i}]`))];
}

function checkRule(rule: PolicyRulesWithSubjects, field: string): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors: FieldError[] =
    subjects.length === 0 ? [required(`${field}.subjects`, "subjects must contain at least one value")] : [];
  errors.push(...subjects.flatMap((s, i) => checkSubject(s, `${field}.subjects[${i}]`)));
  if (resourceRules.length + nonResourceRules.length === 0)
    errors.push(required(field, "at least one of resourceRules and nonResourceRules has to be non-empty"));
  errors.push(...resourceRules.flatMap((r, i) => checkResourceRule(r, `${field}.resourceRules[${i}]`)));
  return [...errors, ...nonResourceRules.flatMap((r, i) => checkNonResourceRule(r, `${field}.nonResourceRules[${i}]`))];
}

const kinds = { ServiceAccount: "serviceAccount", User: "user", Group: "group" } as const;

function checkSubject(subject: Subject, field: string): FieldError[] {
  if (!Object.hasOwn(kinds, subject.kind))
    return [notSupported(`${field}.kind`, subject.kind ?? "", Object.keys(kinds).sort())];
  const kind = subject.kind as keyof typeof kinds;
  const own = kinds[kind];
  const errors: FieldError[] = [];
  const value = subject[own];
  const at = `${field}.${own}`;
  if (!value) errors.push(required(at, `${own} is required when subject kind is '${kind}'`));
  else if (!value.name) errors.push(required(`${at}.name`));
  else if (kind === "ServiceAccount" && value.name !== "*") errors.push(...checkDnsSubdomain(value.name, `${at}.name`));
  if (kind === "ServiceAccount" && subject.serviceAccount) {
    const namespace = subject.serviceAccount.namespace;
    errors.push(
      ...(namespace
        ? invalidEach(`${at}.namespace`, namespace, dns1123LabelErrors(namespace))
        : [required(`${at}.namespace`, "must specify namespace for service account")]),
    );
  }
  for (const [otherKind, other] of Object.entries(kinds))
    if (otherKind !== kind && subject[other])
      errors.push(fieldForbidden(`${field}.${other}`, `${other} is forbidden when subject kind is not '${otherKind}'`));
  return errors;
}

function checkVerbs(list: readonly string[] | undefined, field: string): FieldError[] {
  if (!list?.length) return [required(field, "verbs must contain at least one value")];
  const shown = new GoLiteral(goStrings(list));
  if (list.includes("*"))
    return list.length > 1 ? [invalid(field, shown, "if '*' is present, must not specify other verbs")] : [];
  return list.every((v) => verbs.includes(v)) ? [] : [notSupported(field, shown, verbs)];
}

function checkList(list: readonly string[] | undefined, field: string, missing: string, others: string): FieldError[] {
  if (!list?.length) return [required(field, missing)];
  if (list.length === 1 || !list.includes("*")) return [];
  return [invalid(field, new GoLiteral(goStrings(list)), `if '*' is present, must not specify other ${others}`)];
}

function checkResourceRule(rule: ResourcePolicyRule, field: string): FieldError[] {
  const errors = [
    ...checkVerbs(rule.verbs, `${field}.verbs`),
    ...checkList(
      rule.apiGroups,
      `${field}.apiGroups`,
      "resource rules must supply at least one api group",
      "api groups",
    ),
    ...checkList(rule.resources, `${field}.resources`, "resource rules must supply at least one resource", "resources"),
  ];
  const at = `${field}.namespaces`;
  const namespaces = rule.namespaces ?? [];
  if (namespaces.length === 0 && rule.clusterScope) return errors;
  errors.push(
    ...checkList(
      namespaces,
      at,
      "resource rules that are not cluster scoped must supply at least one namespace",
      "namespaces",
    ),
  );
  if (namespaces.includes("*")) return errors;
  for (const [i, name] of namespaces.entries())
    for (const message of dns1123LabelErrors(name))
      errors.push(invalid(`${at}[${i}]`, name, `each member of this list must be '*' or a DNS-1123 label; ${message}`));
  return errors;
}

function checkNonResourceRule(rule: NonResourcePolicyRule, field: string): FieldError[] {
  const at = `${field}.nonResourceURLs`;
  const urls = rule.nonResourceURLs ?? [];
  const errors = [
    ...checkVerbs(rule.verbs, `${field}.verbs`),
    ...checkList(urls, at, "nonResourceURLs must contain at least one value", "non-resource URLs"),
  ];
  if (urls.includes("*")) return errors;
  for (const [i, url] of urls.entries()) errors.push(...checkUrl(url, `${at}[${i}]`));
  return errors;
}

/** Mirrors flowcontrol validation.ValidateNonResourceURLPath. */
function checkUrl(url: string, field: string): FieldError[] {
  if (url === "") return [invalid(field, url, "must not be empty")];
  if (url === "/") return [];
  const refuse = (message: string): FieldError[] => [invalid(field, url, message)];
  if (!url.startsWith("/")) return refuse("must start with slash");
  if (url.includes(" ")) return refuse("must not contain white-space");
  if (url.includes("//")) return refuse("must not contain double slash");
  const star = url.indexOf("*");
  if (star >= 0 && (star !== url.length - 1 || url.at(-2) !== "/"))
    return refuse("wildcard can only do suffix matching");
  return [];
}

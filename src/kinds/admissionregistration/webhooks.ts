import { duplicate, type FieldError, GoLiteral, invalid, required } from "../../machinery/field-error.ts";
import { dns1035LabelErrors, dns1123SubdomainErrors, portNumberErrors } from "../../machinery/names.ts";
import { validateLabelSelector } from "../../machinery/selectors/label-selector.ts";
import { checkOneOf, invalidEach } from "../shared/check.ts";
import { goStrings } from "../shared/go-syntax.ts";
import type { MutatingWebhook, ServiceReference } from "../types/admissionregistration_v1.ts";
import { checkMatchConditions } from "./match-conditions.ts";
import { checkRule, defaultRules } from "./rules.ts";

type Webhook = Partial<MutatingWebhook>;

/** Mirrors SetDefaults_ValidatingWebhook and SetDefaults_MutatingWebhook. */
export function defaultWebhook(webhook: Webhook): void {
  webhook.failurePolicy ??= "Fail";
  webhook.matchPolicy ??= "Equivalent";
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
  if (webhook.clientConfig?.service) webhook.clientConfig.service.port ??= 443;
  defaultRules(webhook.rules);
}

/** Mirrors admissionregistration validation of either configuration. */
export function checkWebhooks(webhooks: readonly Webhook[] | undefined): FieldError[] {
  const names = new Set<string>();
  return (webhooks ?? []).flatMap((webhook, i) => {
    const at = `webhooks[${i}]`;
    const errors = [
      ...checkWebhook(webhook, at),
      ...checkReviewVersions(webhook.admissionReviewVersions ?? [], `${at}.admissionReviewVersions`),
    ];
    if (webhook.name && names.has(webhook.name)) errors.push(duplicate(`${at}.name`, webhook.name));
    names.add(webhook.name ?? "");
    return errors;
  });
}

function checkWebhook(webhook: Webhook, field: string): FieldError[] {
  const errors = checkFullyQualifiedName(webhook.name ?? "", `${field}.name`);
  errors.push(...(webhook.rules ?? []).flatMap((rule, i) => checkRule(rule, `${field}.rules[${i}]`)));
  if (webhook.failurePolicy !== undefined)
    errors.push(...checkOneOf(webhook.failurePolicy, ["Fail", "Ignore"], `${field}.failurePolicy`));
  if (webhook.matchPolicy !== undefined)
    errors.push(...checkOneOf(webhook.matchPolicy, ["Equivalent", "Exact"], `${field}.matchPolicy`));
  if (webhook.sideEffects === undefined)
    errors.push(required(`${field}.sideEffects`, "must specify one of None, NoneOnDryRun"));
  else errors.push(...checkOneOf(webhook.sideEffects, ["None", "NoneOnDryRun"], `${field}.sideEffects`));
  const seconds = webhook.timeoutSeconds;
  if (seconds !== undefined && (seconds < 1 || seconds > 30))
    errors.push(invalid(`${field}.timeoutSeconds`, seconds, "the timeout value must be between 1 and 30 seconds"));
  errors.push(...validateLabelSelector(webhook.namespaceSelector, `${field}.namespaceSelector`));
  errors.push(...validateLabelSelector(webhook.objectSelector, `${field}.objectSelector`));
  if (webhook.reinvocationPolicy !== undefined)
    errors.push(...checkOneOf(webhook.reinvocationPolicy, ["IfNeeded", "Never"], `${field}.reinvocationPolicy`));
  errors.push(...checkClientConfig(webhook, `${field}.clientConfig`));
  return [...errors, ...checkMatchConditions(webhook.matchConditions, `${field}.matchConditions`)];
}

/** Mirrors validation.IsFullyQualifiedName. */
function checkFullyQualifiedName(name: string, field: string): FieldError[] {
  if (name === "") return [required(field)];
  const errors = invalidEach(field, name, dns1123SubdomainErrors(name));
  if (errors.length > 0) return errors;
  return name.split(".").length < 3
    ? [invalid(field, name, "should be a domain with at least three segments separated by dots")]
    : [];
}

function checkClientConfig({ clientConfig }: Webhook, field: string): FieldError[] {
  const url = clientConfig?.url;
  const service = clientConfig?.service;
  if ((url === undefined) === (service === undefined))
    return [required(field, "exactly one of url or service is required")];
  return url === undefined ? checkService(service!, `${field}.service`) : checkUrl(url, `${field}.url`);
}

const urlForm = "; desired format: https://host[/path]";

/** Mirrors util/webhook ValidateWebhookURL. */
function checkUrl(text: string, field: string): FieldError[] {
  const match = /^([a-zA-Z][a-zA-Z0-9+.-]*:)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?[^?#]*(\?[^#]*)?(#.*)?$/.exec(text);
  if (!match) return [invalid(field, text, `url must be a valid URL${urlForm}`)];
  const [, scheme = "", user, host = "", query = "", fragment = ""] = match;
  const errors: FieldError[] = [];
  if (scheme !== "https:")
    errors.push(invalid(field, scheme.replace(/:$/, ""), `'https' is the only allowed URL scheme${urlForm}`));
  if (host === "") errors.push(invalid(field, host, `host must be specified${urlForm}`));
  if (user !== undefined) errors.push(invalid(field, user, "user information is not permitted in the URL"));
  if (fragment.length > 1) errors.push(invalid(field, fragment.slice(1), "fragments are not permitted in the URL"));
  if (query.length > 1) errors.push(invalid(field, query.slice(1), "query parameters are not permitted in the URL"));
  return errors;
}

/** Mirrors util/webhook ValidateWebhookService. */
function checkService(service: ServiceReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!service.name) errors.push(required(`${field}.name`, "service name is required"));
  if (!service.namespace) errors.push(required(`${field}.namespace`, "service namespace is required"));
  const port = service.port ?? 0;
  for (const message of portNumberErrors(port))
    errors.push(invalid(`${field}.port`, port, `port is not valid: ${message}`));
  const path = service.path;
  if (path === undefined || path === "/" || path === "") return errors;
  if (!path.startsWith("/")) return [...errors, invalid(`${field}.path`, path, "must start with a '/'")];
  const segments = path.replace(/^\//, "").replace(/\/$/, "").split("/");
  for (const [i, segment] of segments.entries()) {
    if (segment === "") errors.push(invalid(`${field}.path`, path, `segment[${i}] may not be empty`));
    else
      errors.push(...dns1123SubdomainErrors(segment).map((m) => invalid(`${field}.path`, path, `segment[${i}]: ${m}`)));
  }
  return errors;
}

const reviewVersions = ["v1", "v1beta1"];

function checkReviewVersions(versions: readonly string[], field: string): FieldError[] {
  if (versions.length === 0) return [required(field, `must specify one of ${reviewVersions.join(", ")}`)];
  const errors: FieldError[] = [];
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) errors.push(invalid(`${field}[${i}]`, version, "duplicate version"));
    else errors.push(...invalidEach(`${field}[${i}]`, version, dns1035LabelErrors(version)));
  }
  if (!versions.some((v) => reviewVersions.includes(v)))
    errors.push(
      invalid(field, new GoLiteral(goStrings(versions)), `must include at least one of ${reviewVersions.join(", ")}`),
    );
  return errors;
}

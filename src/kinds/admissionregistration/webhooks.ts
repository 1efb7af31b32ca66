import { duplicate, type FieldError, invalid, required } from "../../machinery/field-error.ts";
import { dns1123SubdomainErrors } from "../../machinery/names.ts";
import { validateLabelSelector } from "../../machinery/selectors/label-selector.ts";
import { checkOneOf, invalidEach } from "../shared/check.ts";
import { checkReviewVersions, checkWebhookClient, reviewVersions } from "../shared/webhook-client.ts";
import type { MutatingWebhook } from "../types/admissionregistration_v1.ts";
import { checkMatchConditions } from "./match-conditions.ts";
import { checkRule, defaultRules } from "./rules.ts";
import { admissionScope } from "./scope.ts";

type Webhook = Partial<MutatingWebhook>;

const webhookScope = admissionScope({ params: false, authorizer: true });

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
      ...checkReviewVersions(
        webhook.admissionReviewVersions ?? [],
        `${at}.admissionReviewVersions`,
        `must specify one of ${reviewVersions.join(", ")}`,
      ),
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
  errors.push(...checkWebhookClient(webhook.clientConfig, `${field}.clientConfig`));
  return [...errors, ...checkMatchConditions(webhook.matchConditions, `${field}.matchConditions`, webhookScope)];
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

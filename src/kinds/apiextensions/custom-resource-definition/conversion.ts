import { type FieldError, fieldForbidden, required } from "../../../machinery/field-error.ts";
import { checkRequiredOneOf } from "../../shared/check.ts";
import { checkReviewVersions, checkWebhookClient } from "../../shared/webhook-client.ts";
import type { CustomResourceConversion } from "../../types/apiextensions_v1.ts";

const notAWebhook = "should not be set when strategy is not set to Webhook";

/** Mirrors apiextensions validation.validateCustomResourceConversion: fields have the names of the internal type. */
export function checkConversion(conversion: CustomResourceConversion | undefined, field: string): FieldError[] {
  if (!conversion) return [];
  const { strategy, webhook } = conversion;
  const errors = checkRequiredOneOf(strategy, ["None", "Webhook"], `${field}.strategy`);
  const versions = webhook?.conversionReviewVersions ?? [];
  const client = `${field}.webhookClientConfig`;
  if (strategy !== "Webhook") {
    if (webhook?.clientConfig) errors.push(fieldForbidden(client, notAWebhook));
    if (versions.length > 0) errors.push(fieldForbidden(`${field}.conversionReviewVersions`, notAWebhook));
    return errors;
  }
  if (!webhook?.clientConfig) errors.push(required(client, "required when strategy is set to Webhook"));
  else errors.push(...checkWebhookClient(webhook.clientConfig, client));
  return [...errors, ...checkReviewVersions(versions, `${field}.conversionReviewVersions`, "")];
}

import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import type { ValidatingWebhookConfiguration } from "../../types/admissionregistration_v1.ts";
import { checkWebhooks, defaultWebhook } from "../webhooks.ts";

/** Mirrors pkg/registry/admissionregistration/validatingwebhookconfiguration/strategy.go. */
export const strategy: Strategy<ValidatingWebhookConfiguration> = {
  defaults(configuration) {
    for (const webhook of configuration.webhooks ?? []) defaultWebhook(webhook);
  },
  generationChanges: (configuration, old) => !deepEqual(configuration.webhooks, old.webhooks),
  validate: (configuration) => checkWebhooks(configuration.webhooks),
};

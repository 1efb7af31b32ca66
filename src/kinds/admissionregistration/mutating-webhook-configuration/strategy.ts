import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import type { MutatingWebhookConfiguration } from "../../types/admissionregistration_v1.ts";
import { checkWebhooks, defaultWebhook } from "../webhooks.ts";

/** Mirrors pkg/registry/admissionregistration/mutatingwebhookconfiguration/strategy.go. */
export const strategy: Strategy<MutatingWebhookConfiguration> = {
  defaults(configuration) {
    for (const webhook of configuration.webhooks ?? []) {
      defaultWebhook(webhook);
      webhook.reinvocationPolicy ??= "Never";
    }
  },
  generationChanges: (configuration, old) => !deepEqual(configuration.webhooks, old.webhooks),
  validate: (configuration) => checkWebhooks(configuration.webhooks),
};

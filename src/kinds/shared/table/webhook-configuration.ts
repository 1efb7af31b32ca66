import type { TableFacet } from "../../definition.ts";
import type {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from "../../types/admissionregistration_v1.ts";
import { age } from "./cells.ts";
import { ageColumn, integerColumn, nameColumn } from "./columns.ts";

/** Mirrors printers.printMutatingWebhook and printValidatingWebhook. */
export const webhookConfigurationTable: TableFacet<MutatingWebhookConfiguration | ValidatingWebhookConfiguration> = {
  columns: [nameColumn, integerColumn("Webhooks"), ageColumn],
  row: (configuration, now) => [
    configuration.metadata.name,
    configuration.webhooks?.length ?? 0,
    age(configuration, now),
  ],
};

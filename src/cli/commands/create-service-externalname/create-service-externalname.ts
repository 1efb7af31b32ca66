import { flag } from "../../flags/flag.ts";
import { serviceCommand } from "../../generate/service.ts";

/** `kubectl create service externalname`. */
export const command = serviceCommand({
  word: "externalname",
  type: "ExternalName",
  text: {
    usage: "NAME --external-name external.name [--dry-run=server|client|none]",
    long: "Create an ExternalName service: a name in the cluster's DNS that stands for another one.",
    examples: `
# A service
kubectl create service externalname my-ns --external-name bar.com`,
  },
  flags: [flag.string("external-name", "The name that it stands for.", { required: true })],
});

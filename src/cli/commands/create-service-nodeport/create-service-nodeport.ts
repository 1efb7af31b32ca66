import { flag } from "../../flags/flag.ts";
import { serviceCommand } from "../../generate/service.ts";

/** `kubectl create service nodeport`. */
export const command = serviceCommand({
  word: "nodeport",
  type: "NodePort",
  text: {
    usage: "NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
    long: "Create a NodePort service.",
    examples: `
# A service
kubectl create service nodeport my-ns --tcp=5678:8080`,
  },
  flags: [flag.int("node-port", "The port on the nodes; any when 0.")],
});

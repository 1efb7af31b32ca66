import { serviceCommand } from "../../generate/service.ts";

/** `kubectl create service loadbalancer`. */
export const command = serviceCommand({
  word: "loadbalancer",
  type: "LoadBalancer",
  text: {
    usage: "NAME [--tcp=port:targetPort] [--dry-run=server|client|none]",
    long: "Create a LoadBalancer service.",
    examples: `
# A service
kubectl create service loadbalancer my-lbs --tcp=5678:8080`,
  },
  flags: [],
});

import { flag } from "../../flags/flag.ts";
import { serviceCommand } from "../../generate/service.ts";

/** `kubectl create service clusterip`. */
export const command = serviceCommand({
  word: "clusterip",
  type: "ClusterIP",
  text: {
    usage: "NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]",
    long: "Create a ClusterIP service.",
    examples: `
# A service
kubectl create service clusterip my-cs --tcp=5678:8080

# A headless one
kubectl create service clusterip my-cs --clusterip="None"`,
  },
  flags: [flag.string("clusterip", "The service's IP; 'None' for a headless service, empty for any.")],
});

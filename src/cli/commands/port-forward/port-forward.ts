import type { KubeObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { UsageError } from "../../exit.ts";
import { declareFlags, flag } from "../../flags/flag.ts";
import { describeCommand } from "../../help/command-text.ts";
import { attachablePod, findOne } from "../../pods/attachable-pod.ts";
import type { Session } from "../../session.ts";
import { forwardedPort } from "./ports.ts";

interface PortForwardOptions {
  readonly target: string;
  readonly ports: readonly string[];
  readonly addresses: readonly string[];
  readonly timeoutMs: number;
}

async function run(session: Session, o: PortForwardOptions): Promise<void> {
  const info = await findOne(session, o.target);
  const pod: KubeObject = await attachablePod(session, info, o.timeoutMs);
  const service = info.resource.kind === "Service" && info.resource.group === "" ? info.object : undefined;
  const ports = o.ports.map((text) => forwardedPort(text, pod, service));
  if (pod["status"]?.phase !== "Running")
    throw new Error(`unable to forward port because pod is not running. Current status=${pod["status"]?.phase ?? ""}`);
  const { forwardPorts } = await import("./listen.ts");
  await forwardPorts(session, pod, ports, o.addresses);
}

/** `kubectl port-forward`. Mirrors kubectl/pkg/cmd/portforward. */
export const command: CommandDefinition<PortForwardOptions> = {
  exitOn: { SIGINT: 0 },
  define: (c) => {
    describeCommand(c, {
      usage: "TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]",
      long: "Forward local ports to a pod, until it is interrupted. Of a workload or a service, one pod is chosen.",
      examples: `
# The same ports here
kubectl port-forward pod/mypod 5000 6000

# Of a deployment, a service
kubectl port-forward deployment/mydeployment 5000 6000
kubectl port-forward service/myservice 8443:https

# Any port here; on all addresses
kubectl port-forward pod/mypod :5000
kubectl port-forward --address 0.0.0.0 pod/mypod 8888:5000`,
    });
    declareFlags(
      c,
      flag.strings("address", "Addresses to listen on; only IP addresses and localhost.", { default: "localhost" }),
      flag.duration("pod-running-timeout", "How long to wait for a pod that runs (5s, 2m, 3h).", { default: "1m0s" }),
    );
  },
  complete: (_session, flags, args) => {
    if (args.length < 2)
      throw new UsageError("TYPE/NAME and list of ports are required for port-forward", "port-forward");
    if (flags["podRunningTimeout"] <= 0)
      throw new UsageError("--pod-running-timeout must be higher than zero", "port-forward");
    return {
      target: args[0]!,
      ports: args.slice(1),
      addresses: flags["address"],
      timeoutMs: flags["podRunningTimeout"],
    };
  },
  run,
};

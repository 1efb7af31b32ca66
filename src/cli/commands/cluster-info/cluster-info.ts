import type { KubeObject } from "../../../machinery/object.ts";
import type { CommandDefinition } from "../../define-command.ts";
import { complainOfDiscovery } from "../../discovery-complaint.ts";
import { describeCommand } from "../../help/command-text.ts";
import type { Session } from "../../session.ts";

/** Green and yellow, as kubectl paints them on a terminal. */
function paint(session: Session, code: number, text: string): string {
  return session.streams.stdout.isTTY && session.env["NO_COLOR"] === undefined
    ? `\u001b[${code}m${text}\u001b[0m`
    : text;
}

function serviceLine(session: Session, name: string, link: string): string {
  return `${paint(session, 32, name)} is running at ${paint(session, 33, link)}\n`;
}

/** The URL of a cluster service through the apiserver's proxy, or its load balancer's. */
function linkOf(service: KubeObject, server: string): string {
  const ingress = service["status"]?.loadBalancer?.ingress?.[0];
  const ports: { name?: string; port: number }[] = service["spec"]?.ports ?? [];
  if (ingress !== undefined) {
    const address = ingress.ip ?? ingress.hostname;
    return ports.map((p) => `http://${address}:${p.port} `).join("");
  }
  const { name, namespace } = service.metadata;
  const scheme = ports[0]?.port === 443 ? "https:" : "";
  const port = ports[0]?.name ? `:${ports[0].name}` : ":";
  const target = scheme === "" && port === ":" ? name : `${scheme}${name}${port}`;
  return `${server}/api/v1/namespaces/${namespace}/services/${target}/proxy`;
}

const FURTHER = "\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n";
const DISCOVERY_TRIES = 5;

async function run(session: Session): Promise<void> {
  const server = await session.server();
  const { stdout } = session.streams;
  const client = await session.client();
  const services = { group: "", version: "v1", resource: "services", namespace: "kube-system" };
  const { items } = await client
    .list<KubeObject>(services, { labelSelector: "kubernetes.io/cluster-service=true" })
    .catch((error: unknown) => {
      complainOfDiscovery(session, server, session.globals, error, DISCOVERY_TRIES);
      stdout.write(FURTHER);
      throw error;
    });
  stdout.write(serviceLine(session, "Kubernetes control plane", server));
  for (const service of items) {
    const name = service.metadata.labels?.["kubernetes.io/name"] || service.metadata.name!;
    stdout.write(serviceLine(session, name, linkOf(service, server)));
  }
  stdout.write(FURTHER);
}

/** `kubectl cluster-info`. Mirrors kubectl/pkg/cmd/clusterinfo. */
export const command: CommandDefinition<undefined> = {
  define: (c) =>
    describeCommand(c, {
      usage: "[flags]",
      long: 'Show the addresses of the control plane and of services with the label kubernetes.io/cluster-service=true. "kubectl cluster-info dump" tells more.',
      examples: "# The addresses\nkubectl cluster-info",
    }),
  complete: () => undefined,
  run,
};

import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { endpointsText, slicesOfService } from "../../shared/describe/endpoint-slices.ts";
import { describeEvents } from "../../shared/describe/events.ts";
import { annotations, field, headers, labels, rows } from "../../shared/describe/fields.ts";
import { loadBalancerCell } from "../../shared/table/cells.ts";
import type { Service } from "../../types/core_v1.ts";
import type { Ingress, IngressBackend, IngressServiceBackend } from "../../types/networking_v1.ts";

/** The endpoints behind a service's port, or what is wrong with it. */
async function endpoints(
  namespace: string | undefined,
  { name, port = {} }: IngressServiceBackend,
  context: DescribeContext,
): Promise<string> {
  try {
    const slices = await slicesOfService(namespace, name, context);
    const service = (await context.get("", "v1", "services", namespace, name)) as Service | undefined;
    if (service === undefined) return `<error: services "${name}" not found>`;
    const isMeant = (p: { port: number; name?: string }): boolean =>
      (port.number ? port.number === p.port : false) || (port.name ? port.name === p.name : false);
    return endpointsText(slices, service.spec?.ports?.findLast(isMeant)?.name ?? "");
  } catch (error) {
    return `<error: ${(error as Error).message}>`;
  }
}

/** Mirrors describe.describeBackendV1. */
async function backendText(
  namespace: string | undefined,
  { service, resource }: IngressBackend,
  context: DescribeContext,
): Promise<string> {
  if (service) {
    const address = `${service.name}:${service.port?.number || (service.port?.name ?? "")}`;
    return `${address} (${await endpoints(namespace, service, context)})`;
  }
  if (!resource) return "";
  return `APIGroup: ${resource.apiGroup ?? "<none>"}, Kind: ${resource.kind}, Name: ${resource.name}`;
}

function tls(out: DescribeWriter, { spec }: Ingress): void {
  if (!spec?.tls?.length) return;
  out.write(0, "TLS:\n");
  for (const { secretName, hosts = [] } of spec.tls)
    out.write(1, `${secretName ? `${secretName} terminates` : "SNI routes"} ${hosts.join(",")}\n`);
}

async function rules(out: DescribeWriter, ingress: Ingress, fallback: string, context: DescribeContext): Promise<void> {
  out.write(0, "Rules:\n");
  rows(out, 1, headers("Host", "Path", "Backends"));
  const withPaths = (ingress.spec?.rules ?? []).filter((r) => r.http !== undefined);
  for (const { host, http } of withPaths) {
    out.write(1, `${host || "*"}\t\n`);
    for (const { path = "", backend } of http?.paths ?? [])
      out.write(2, `\t${path} \t${await backendText(ingress.metadata.namespace, backend, context)}\n`);
  }
  if (withPaths.length === 0) out.write(1, `*\t*\t${fallback}\n`);
}

async function describeIngress(ingress: Ingress, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec, status } = ingress;
  const backend = spec?.defaultBackend;
  const fallback = backend === undefined ? "<default>" : await backendText(metadata.namespace, backend, context);
  field(out, "Name", metadata.name ?? "");
  labels(out, "Labels", metadata.labels);
  field(out, "Namespace", metadata.namespace ?? "");
  field(out, "Address", loadBalancerCell(status?.loadBalancer?.ingress));
  field(out, "Ingress Class", spec?.ingressClassName ?? "<none>");
  field(out, "Default backend", fallback);
  tls(out, ingress);
  await rules(out, ingress, fallback, context);
  annotations(out, "Annotations", metadata.annotations);
  await describeEvents(ingress, context, out);
}

/** Mirrors describe.describeIngressV1. */
export const describe: DescribeFacet<Ingress> = { describe: describeIngress };

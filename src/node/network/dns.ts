import type { Lister } from "../../client/lister.ts";
import type { ConfigMap, Namespace, Service } from "../../kinds/types/core_v1.ts";
import type { DnsRecord, OutsideAnswer } from "../runtime/machine/outside.ts";
import { parseIPv4 } from "./addresses.ts";
import { publicAddress } from "./internet.ts";
import { isReady, slicesOf } from "./service-proxy.ts";

type Answer = Pick<OutsideAnswer & { kind: "dns" }, "code" | "records">;

const TTL = 30;
const NXDOMAIN: Answer = { code: "NXDOMAIN", records: [] };

/** The zones that the Corefile gives to the kubernetes plugin; cluster.local where there is no Corefile. */
function zones(lister: Lister): string[] {
  const corefile = lister.get<ConfigMap>("", "configmaps", "kube-system", "coredns")?.data?.["Corefile"];
  const line = corefile === undefined ? undefined : /^\s*kubernetes\s+([^{\n]+)/m.exec(corefile)?.[1];
  return (line?.trim().split(/\s+/) ?? ["cluster.local"]).filter((zone) => !zone.endsWith(".arpa"));
}

/** Answers a query as CoreDNS with its kubernetes plugin does; other names are forwarded to the internet. */
export function answerDns(lister: Lister, name: string, type: string): Answer {
  const query = name.toLowerCase().replace(/\.$/, "");
  const reverse = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(query);
  if (reverse !== null)
    return answerReverse(lister, query, `${reverse[4]}.${reverse[3]}.${reverse[2]}.${reverse[1]}`, zones(lister)[0]!);
  const zone = zones(lister).find((z) => query === z || query.endsWith(`.${z}`));
  if (zone === undefined) return answerPublic(query, type);
  const labels = query === zone ? [] : query.slice(0, -zone.length - 1).split(".");
  const kind = labels.pop();
  if (kind === undefined) return { code: "NOERROR", records: [] };
  if (kind === "dns-version")
    return { code: "NOERROR", records: type === "TXT" ? [record(query, "TXT", "1.1.0")] : [] };
  const namespace = labels.pop();
  if (kind !== "svc" && kind !== "pod") return NXDOMAIN;
  if (namespace === undefined) return { code: "NOERROR", records: [] };
  if (lister.get<Namespace>("", "namespaces", undefined, namespace) === undefined) return NXDOMAIN;
  if (labels.length === 0) return { code: "NOERROR", records: [] };
  return kind === "pod" ? answerPod(query, labels, type) : answerService(lister, query, labels, namespace, type, zone);
}

/** Answers as a name server of the internet does. */
export function answerPublic(name: string, type: string): Answer {
  const query = name.toLowerCase().replace(/\.$/, "");
  const ip = publicAddress(query);
  return ip === undefined ? NXDOMAIN : addresses(query, [ip], type);
}

function record(name: string, type: string, data: string): DnsRecord {
  return { name, type, ttl: TTL, data };
}

function addresses(name: string, ips: readonly string[], type: string): Answer {
  return { code: "NOERROR", records: type === "A" || type === "ANY" ? ips.map((ip) => record(name, "A", ip)) : [] };
}

/** 10-244-1-5.NAMESPACE.pod.ZONE, in CoreDNS's insecure mode as kubeadm configures it. */
function answerPod(query: string, labels: readonly string[], type: string): Answer {
  const ip = labels.length === 1 ? labels[0]!.replaceAll("-", ".") : "";
  return parseIPv4(ip) === undefined ? NXDOMAIN : addresses(query, [ip], type);
}

interface Address {
  readonly host: string;
  readonly ip: string;
}

/** The endpoints that DNS shows: ready ones, or all with publishNotReadyAddresses. */
function endpointAddresses(lister: Lister, service: Service): Address[] {
  const all = service.spec?.publishNotReadyAddresses === true;
  return slicesOf(lister, service).flatMap((slice) =>
    slice.endpoints
      .filter((e) => all || isReady(e))
      .flatMap((e) => e.addresses.map((ip) => ({ host: e.hostname ?? ip.replaceAll(".", "-"), ip }))),
  );
}

function answerService(
  lister: Lister,
  query: string,
  labels: readonly string[],
  namespace: string,
  type: string,
  zone: string,
): Answer {
  const service = lister.get<Service>("", "services", namespace, labels[labels.length - 1]!);
  if (service === undefined) return NXDOMAIN;
  const rest = labels.slice(0, -1);
  if (service.spec?.type === "ExternalName") {
    const target = service.spec.externalName ?? "";
    if (rest.length > 0) return NXDOMAIN;
    const cname = [record(query, "CNAME", target.replace(/\.$/, ""))];
    if (type === "CNAME") return { code: "NOERROR", records: cname };
    const inner = answerDns(lister, target, type);
    return { code: "NOERROR", records: [...cname, ...inner.records] };
  }
  const headless = service.spec?.clusterIP === "None";
  const base = `${service.metadata.name}.${namespace}.svc.${zone}`;
  if (rest.length === 2 && rest[0]!.startsWith("_") && rest[1]!.startsWith("_"))
    return answerSrv(lister, service, query, rest[0]!.slice(1), rest[1]!.slice(1).toUpperCase(), type, base);
  const found = headless || rest.length > 0 ? endpointAddresses(lister, service) : [];
  if (rest.length === 0) {
    if (type === "SRV") return answerSrv(lister, service, query, undefined, undefined, type, base);
    if (!headless) return addresses(query, [service.spec?.clusterIP ?? ""], type);
    return found.length === 0
      ? NXDOMAIN
      : addresses(
          query,
          found.map(({ ip }) => ip),
          type,
        );
  }
  const hosts = rest.length === 1 ? found.filter(({ host }) => host === rest[0]) : [];
  return hosts.length === 0
    ? NXDOMAIN
    : addresses(
        query,
        hosts.map(({ ip }) => ip),
        type,
      );
}

function answerSrv(
  lister: Lister,
  service: Service,
  query: string,
  port: string | undefined,
  protocol: string | undefined,
  type: string,
  base: string,
): Answer {
  const ports = (service.spec?.ports ?? []).filter(
    (p) => (port === undefined || p.name === port) && (protocol === undefined || (p.protocol ?? "TCP") === protocol),
  );
  if (ports.length === 0) return NXDOMAIN;
  if (type !== "SRV" && type !== "ANY") return { code: "NOERROR", records: [] };
  const records = ports.flatMap((p) => {
    if (service.spec?.clusterIP !== "None") return [record(query, "SRV", `0 100 ${p.port} ${base}`)];
    const hosts = endpointAddresses(lister, service);
    const number =
      slicesOf(lister, service)
        .flatMap((s) => s.ports ?? [])
        .find((sp) => (sp.name ?? "") === (p.name ?? ""))?.port ?? p.port;
    return hosts.map(({ host }) =>
      record(query, "SRV", `0 ${Math.floor(100 / hosts.length)} ${number} ${host}.${base}`),
    );
  });
  return { code: "NOERROR", records };
}

function answerReverse(lister: Lister, query: string, ip: string, zone: string): Answer {
  for (const service of lister.list<Service>("", "services")) {
    const base = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`;
    if (service.spec?.clusterIP === ip) return { code: "NOERROR", records: [record(query, "PTR", base)] };
    if (service.spec?.clusterIP !== "None") continue;
    const host = endpointAddresses(lister, service).find((address) => address.ip === ip);
    if (host !== undefined) return { code: "NOERROR", records: [record(query, "PTR", `${host.host}.${base}`)] };
  }
  return NXDOMAIN;
}

import type { JsonObject } from "../../../machinery/object.ts";
import { atoi } from "../../atoi.ts";

/** A port as a flag or a container gives it. */
interface RequestedPort {
  readonly port: string | number;
  readonly protocol?: string;
  readonly name?: string;
}

/** What a service is to be made of; texts are flags, "" where they were not given. */
export interface ServiceRequest {
  readonly name: string;
  readonly namespace?: string;
  readonly ports: readonly RequestedPort[];
  /** The resource's own ports, for their protocols. */
  readonly knownPorts?: readonly RequestedPort[];
  readonly protocol: string;
  readonly targetPort: string;
  readonly type: string;
  readonly clusterIp: string;
  readonly externalIp: string;
  readonly loadBalancerIp: string;
  readonly sessionAffinity: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
}

function portsOf(request: ServiceRequest): JsonObject[] {
  const { ports, knownPorts = [], targetPort } = request;
  return ports.map((p, i) => {
    const port = typeof p.port === "number" ? p.port : atoi(p.port);
    const known = knownPorts.find((k) => Number(k.port) === port)?.protocol;
    const target = targetPort === "" ? port : /^[0-9]+$/.test(targetPort) ? Number(targetPort) : targetPort;
    return {
      ...(ports.length > 1 ? { name: `port-${i + 1}` } : {}),
      protocol: request.protocol || p.protocol || known || "TCP",
      port,
      targetPort: target,
    };
  });
}

/** The service that expose makes. Mirrors expose.go createService. */
export function serviceOf(request: ServiceRequest): JsonObject {
  const ports = portsOf(request);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: {
      name: request.name,
      ...(request.namespace === undefined ? {} : { namespace: request.namespace }),
      ...(Object.keys(request.labels).length === 0 ? {} : { labels: request.labels }),
    },
    spec: {
      ...(ports.length === 0 ? {} : { ports }),
      selector: request.selector,
      ...(request.clusterIp === "" ? {} : { clusterIP: request.clusterIp }),
      ...(request.type === "" ? {} : { type: request.type }),
      ...(request.externalIp === "" ? {} : { externalIPs: [request.externalIp] }),
      ...(request.sessionAffinity === "" ? {} : { sessionAffinity: request.sessionAffinity }),
      ...(request.type === "LoadBalancer" && request.loadBalancerIp !== ""
        ? { loadBalancerIP: request.loadBalancerIp }
        : {}),
    },
  };
}

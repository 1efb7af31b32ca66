import { dns1123SubdomainErrors, portNameErrors } from "../../machinery/names.ts";
import type { JsonObject } from "../../machinery/object.ts";
import { type FlagSpec, flag } from "../flags/flag.ts";
import { type GenerateOptions, type Generator, generatorCommand } from "./generator.ts";

const MAX_PORT = 65535;

/** strconv.ParseUint to 16 bits, as k8s.io/utils/net ParsePort reads a port. */
function parsePort(text: string): number {
  const problem = !/^[0-9]+$/.test(text)
    ? "invalid syntax"
    : Number(text) > MAX_PORT
      ? "value out of range"
      : undefined;
  if (problem !== undefined) throw new Error(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${problem}`);
  return Number(text);
}

/** The target of PORT:TARGET: a number or a port's name. */
function parseTarget(text: string): number | string {
  if (!/^[+-]?[0-9]+$/.test(text)) {
    const errors = portNameErrors(text);
    if (errors.length > 0) throw new Error(errors.join(","));
    return text;
  }
  const port = Number(text);
  if (port < 1 || port > MAX_PORT) throw new Error(`must be between 1 and ${MAX_PORT}, inclusive`);
  return port;
}

/** One --tcp PORT[:TARGET]. Mirrors create_service.go parsePorts. */
export function servicePort(text: string, nodePort: number): JsonObject {
  const parts = text.split(":");
  const port = parsePort(parts[0]!);
  const targetPort = parts.length === 1 ? port : parseTarget(parts[1]!);
  return { name: text.replaceAll(":", "-"), port, targetPort, protocol: "TCP", nodePort };
}

/** What differs between the four types of services. */
export interface ServiceGenerator {
  readonly word: string;
  readonly type: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
  readonly text: Generator["text"];
  readonly flags: readonly FlagSpec[];
}

function validate(type: string, { flags }: GenerateOptions): void {
  if (flags["tcp"].length === 0 && type !== "ExternalName" && flags["clusterip"] !== "None")
    throw new Error("at least one tcp port specifier must be provided");
  if (type === "ExternalName" && dns1123SubdomainErrors(flags["externalName"]).length > 0)
    throw new Error(`invalid service external name ${flags["externalName"]}`);
}

/** The command `create service TYPE`. Mirrors kubectl/pkg/cmd/create/create_service.go. */
export function serviceCommand({ word, type, text, flags: own }: ServiceGenerator) {
  return generatorCommand({
    path: `create service ${word}`,
    text,
    flags: [...own, flag.strings("tcp", "Port pairs PORT:TARGET-PORT.")],
    resource: { group: "", version: "v1", resource: "services", namespaced: true },
    failure: `failed to create ${type} service:`,
    validate: (options) => validate(type, options),
    generate: ({ name, flags }) => {
      const labels = { app: name };
      const ports = flags["tcp"].map((tcp: string) => servicePort(tcp, flags["nodePort"] ?? 0));
      return {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name, labels },
        spec: {
          type,
          selector: labels,
          ports,
          externalName: flags["externalName"],
          clusterIP: flags["clusterip"],
        },
      };
    },
  });
}

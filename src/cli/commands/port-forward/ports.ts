import type { JsonObject, KubeObject } from "../../../machinery/object.ts";

/** One forwarded port; local 0: any. */
export interface ForwardedPort {
  readonly local: number;
  readonly remote: number;
}

const MAX_PORT = 65535;

function parsePort(text: string, which: string): number {
  if (!/^[0-9]+$/.test(text) || Number(text) > MAX_PORT)
    throw new Error(
      `error parsing ${which} port ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: ${/^[0-9]+$/.test(text) ? "value out of range" : "invalid syntax"}`,
    );
  return Number(text);
}

function containerPort(pod: KubeObject, name: string): number {
  for (const container of (pod["spec"]?.containers ?? []) as readonly JsonObject[])
    for (const port of (container["ports"] ?? []) as readonly JsonObject[])
      if (port["name"] === name) return port["containerPort"];
  throw new Error(`Pod '${pod.metadata.name}' does not have a named port '${name}'`);
}

/** The port of the pod that a port of a service leads to. */
function throughService(service: JsonObject, pod: KubeObject, text: string): number {
  const ports: readonly JsonObject[] = service["spec"]?.ports ?? [];
  const found = ports.find((p) => (/^[0-9]+$/.test(text) ? p["port"] === Number(text) : p["name"] === text));
  if (found === undefined) throw new Error(`Service ${service["metadata"].name} does not have a service port ${text}`);
  const target = found["targetPort"] ?? found["port"];
  if (service["spec"].clusterIP === "None")
    return typeof target === "string" ? containerPort(pod, target) : found["port"];
  return typeof target === "string" ? containerPort(pod, target) : target;
}

/** "LOCAL:REMOTE", ":REMOTE", "PORT", numbers or names, as ports. Mirrors portforward.go's translate and parsePorts. */
export function forwardedPort(text: string, pod: KubeObject, service: JsonObject | undefined): ForwardedPort {
  const parts = text.split(":");
  if (parts.length > 2) throw new Error(`invalid port format '${text}'`);
  const remoteText = parts.at(-1)!;
  const isNumber = /^[0-9]+$/.test(remoteText);
  const remote =
    service !== undefined
      ? throughService(service, pod, remoteText)
      : isNumber
        ? parsePort(remoteText, "remote")
        : containerPort(pod, remoteText);
  if (remote === 0) throw new Error("remote port must be > 0");
  const localText = parts.length === 2 ? parts[0]! : isNumber ? remoteText : String(remote);
  return { local: localText === "" ? 0 : parsePort(localText, "local"), remote };
}

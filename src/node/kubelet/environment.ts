import type { Lister } from "../../client/lister.ts";
import type { ConfigMap, Container, EnvFromSource, EnvVar, Pod, Secret, Service } from "../../kinds/types/core_v1.ts";
import { fieldValue, resourceFieldValue } from "./downward-api.ts";
import type { PodSync } from "./sync.ts";

/** Why a container cannot be made: the message of CreateContainerConfigError, or of the reason given. */
export class ConfigError extends Error {
  readonly reason: string;
  constructor(message: string, reason = "CreateContainerConfigError") {
    super(message);
    this.reason = reason;
  }
}

/** One variable. */
export interface Variable {
  readonly name: string;
  readonly value: string;
}

/** The environment of a container, from every source, $(VAR) expanded. Throws ConfigError. Mirrors pkg/kubelet/kubelet_pods.go makeEnvironmentVariables. */
export function environment(
  sync: PodSync,
  container: Container,
  imageEnv: Readonly<Record<string, string>>,
): Variable[] {
  const { pod } = sync;
  const services = serviceVariables(pod, sync.context.lister);
  const result = new Map<string, string>();
  for (const source of container.envFrom ?? [])
    for (const [key, value] of fromSource(sync, source)) result.set(key, value);
  const lookup = (name: string): string | undefined => result.get(name) ?? services.get(name);
  for (const variable of container.env ?? []) {
    const value = variableValue(sync, container, variable, lookup);
    if (value !== undefined) result.set(variable.name, value);
  }
  const all = new Map<string, string>(Object.entries(imageEnv));
  for (const [name, value] of services) all.set(name, value);
  for (const [name, value] of result) all.set(name, value);
  return [...all].map(([name, value]) => ({ name, value }));
}

function fromSource(sync: PodSync, source: EnvFromSource): [string, string][] {
  const prefix = source.prefix ?? "";
  const named = (entries: [string, string][]): [string, string][] =>
    entries.map(([key, value]) => [prefix + key, value]);
  if (source.configMapRef) {
    const found = configMap(sync, source.configMapRef.name ?? "", source.configMapRef.optional);
    return named(Object.entries(found?.data ?? {}));
  }
  if (source.secretRef) {
    const found = secret(sync, source.secretRef.name ?? "", source.secretRef.optional);
    return named(Object.entries(found?.data ?? {}).map(([key, value]) => [key, decode(value)]));
  }
  return [];
}

function variableValue(
  sync: PodSync,
  container: Container,
  variable: EnvVar,
  lookup: (name: string) => string | undefined,
): string | undefined {
  const from = variable.valueFrom;
  if (from === undefined) return expand(variable.value ?? "", lookup);
  if (from.fieldRef) {
    const value = fieldValue(sync.pod, from.fieldRef.fieldPath, sync);
    if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${from.fieldRef.fieldPath}`);
    return value;
  }
  if (from.resourceFieldRef) return resourceFieldValue(sync.pod, container, from.resourceFieldRef, sync.node);
  const namespace = sync.pod.metadata.namespace;
  if (from.configMapKeyRef) {
    const { name = "", key, optional } = from.configMapKeyRef;
    const found = configMap(sync, name, optional);
    const value = own(found?.data, key);
    if (value === undefined && optional !== true)
      throw new ConfigError(`couldn't find key ${key} in ConfigMap ${namespace}/${name}`);
    return value;
  }
  if (from.secretKeyRef) {
    const { name = "", key, optional } = from.secretKeyRef;
    const found = secret(sync, name, optional);
    const value = own(found?.data, key);
    if (value === undefined && optional !== true)
      throw new ConfigError(`couldn't find key ${key} in Secret ${namespace}/${name}`);
    return value === undefined ? undefined : decode(value);
  }
  return "";
}

const own = (data: Record<string, string> | undefined, key: string): string | undefined =>
  data !== undefined && Object.hasOwn(data, key) ? data[key] : undefined;

const decode = (base64: string): string => Buffer.from(base64, "base64").toString();

function configMap(sync: PodSync, name: string, optional: boolean | undefined): ConfigMap | undefined {
  const found = sync.context.lister.get<ConfigMap>("", "configmaps", sync.pod.metadata.namespace, name);
  if (found === undefined && optional !== true) throw new ConfigError(`configmap "${name}" not found`);
  return found;
}

function secret(sync: PodSync, name: string, optional: boolean | undefined): Secret | undefined {
  const found = sync.context.lister.get<Secret>("", "secrets", sync.pod.metadata.namespace, name);
  if (found === undefined && optional !== true) throw new ConfigError(`secret "${name}" not found`);
  return found;
}

/** Replaces $(NAME) by a variable's value; $$(NAME) stays as $(NAME), unknown names stay as they are. Mirrors third_party/forked/golang/expansion. */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  let result = "";
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "$" || i + 1 >= text.length) {
      result += text[i];
      continue;
    }
    if (text[i + 1] === "$") {
      result += "$";
      i++;
      continue;
    }
    const close = text[i + 1] === "(" ? text.indexOf(")", i + 2) : -1;
    if (close < 0) {
      result += "$";
      continue;
    }
    const name = text.slice(i + 2, close);
    result += lookup(name) ?? `$(${name})`;
    i = close;
  }
  return result;
}

/** The variables of the services that a container sees. Mirrors pkg/kubelet/kubelet_pods.go getServiceEnvVarMap and envvars.FromServices. */
export function serviceVariables(pod: Pod, lister: Lister): Map<string, string> {
  const result = new Map<string, string>();
  const add = (service: Service): void => {
    for (const [name, value] of variablesOf(service)) result.set(name, value);
  };
  const namespace = pod.metadata.namespace ?? "default";
  const master = lister.get<Service>("", "services", "default", "kubernetes");
  if (master && hasAddress(master)) add(master);
  if (pod.spec?.enableServiceLinks === false) return result;
  for (const service of lister.list<Service>("", "services", namespace)) if (hasAddress(service)) add(service);
  return result;
}

const hasAddress = (service: Service): boolean => {
  const ip = service.spec?.clusterIP;
  return ip !== undefined && ip !== "" && ip !== "None";
};

const variableName = (name: string): string => name.replaceAll("-", "_").toUpperCase();

function variablesOf(service: Service): [string, string][] {
  const prefix = variableName(service.metadata.name ?? "");
  const ip = service.spec?.clusterIP ?? "";
  const ports = service.spec?.ports ?? [];
  const first = ports[0];
  if (first === undefined) return [];
  const host = ip.includes(":") ? `[${ip}]` : ip;
  const result: [string, string][] = [
    [`${prefix}_SERVICE_HOST`, ip],
    [`${prefix}_SERVICE_PORT`, String(first.port)],
  ];
  for (const port of ports)
    if (port.name) result.push([`${prefix}_SERVICE_PORT_${variableName(port.name)}`, String(port.port)]);
  for (const [index, port] of ports.entries()) {
    const protocol = port.protocol ?? "TCP";
    const url = `${protocol.toLowerCase()}://${host}:${port.port}`;
    const base = `${prefix}_PORT_${port.port}_${protocol}`;
    if (index === 0) result.push([`${prefix}_PORT`, url]);
    result.push(
      [base, url],
      [`${base}_PROTO`, protocol.toLowerCase()],
      [`${base}_PORT`, String(port.port)],
      [`${base}_ADDR`, ip],
    );
  }
  return result;
}

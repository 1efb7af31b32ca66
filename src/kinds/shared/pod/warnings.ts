import { goQuote } from "../../../machinery/field-error.ts";
import { formatQuantity, quantityMilliValue, tryParseQuantity } from "../../../machinery/quantity.ts";
import type {
  Container,
  ContainerPort,
  EphemeralContainer,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  Volume,
} from "../../types/core_v1.ts";
import { ipWarnings } from "../addresses.ts";
import { sortedKeys } from "../check.ts";
import { appArmorPrefix, seccompContainerPrefix, seccompPodAnnotation } from "./annotations.ts";
import { overlappingPathWarnings } from "./overlapping-paths.ts";
import { type ContainerAt, containersWithPaths } from "./visit.ts";

type Annotations = Readonly<Record<string, string>> | undefined;

const deprecatedAnnotations: Readonly<Record<string, string>> = {
  "scheduler.alpha.kubernetes.io/critical-pod": 'non-functional in v1.16+; use the "priorityClassName" field instead',
  "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
  "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
};

/** What to say of node labels that have a successor. Mirrors api/node deprecatedNodeLabels. */
export const deprecatedNodeLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region": 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone": 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type": 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

/** Whether a node label has a successor. */
export const isDeprecatedLabel = (key: string): boolean => Object.hasOwn(deprecatedNodeLabels, key);

/** The warnings about a pod's or template's spec and annotations; `prefix` is "" for pods, "spec.template." for templates. Mirrors api/pod warningsForPodSpecAndMeta. */
export function podWarnings(spec: PodSpec | undefined, annotations: Annotations, prefix: string): string[] {
  if (!spec) return [];
  const at = `${prefix}spec`;
  const containers = containersWithPaths(spec, at);
  const warnings = nodeLabelWarnings(spec, at);
  for (const key of sortedKeys(deprecatedAnnotations))
    if (annotations?.[key] !== undefined)
      warnings.push(`${prefix}metadata.annotations[${key}]: ${deprecatedAnnotations[key]}`);
  warnings.push(...(spec.volumes ?? []).flatMap((v, i) => volumeWarnings(v, `${at}.volumes[${i}]`)));
  warnings.push(...overlappingPathWarnings(spec.volumes ?? []), ...duplicateWarnings(spec, at));
  for (const name of ["memory", "ephemeral-storage"])
    warnings.push(...fractionWarning(spec.overhead?.[name], `${at}.overhead[${name}]`));
  if (!spec.securityContext?.seccompProfile && annotations?.[seccompPodAnnotation] !== undefined)
    warnings.push(seccompWarning(prefix, seccompPodAnnotation));
  for (const one of containers) warnings.push(...containerWarnings(one, spec, annotations, prefix));
  warnings.push(...portWarnings(containers));
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0)
    warnings.push(
      `${at}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  return [...warnings, ...affinityWarnings(spec, at), ...addressWarnings(spec, at)];
}

const seccompWarning = (prefix: string, key: string): string =>
  `${prefix}metadata.annotations[${key}]: non-functional in v1.27+; use the "seccompProfile" field instead`;

function nodeLabelWarnings(spec: PodSpec, at: string): string[] {
  const warnings = sortedKeys(spec.nodeSelector)
    .filter(isDeprecatedLabel)
    .map((key) => `${at}.nodeSelector[${key}]: ${deprecatedNodeLabels[key]}`);
  const node = spec.affinity?.nodeAffinity;
  const path = `${at}.affinity.nodeAffinity`;
  for (const [i, term] of (node?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []).entries())
    warnings.push(
      ...termWarnings(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`),
    );
  for (const [i, term] of (node?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries())
    warnings.push(
      ...termWarnings(term.preference, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`),
    );
  for (const [i, c] of (spec.topologySpreadConstraints ?? []).entries()) {
    const where = `${at}.topologySpreadConstraints[${i}]`;
    if (isDeprecatedLabel(c.topologyKey))
      warnings.push(`${where}.topologyKey: ${c.topologyKey} is ${deprecatedNodeLabels[c.topologyKey]}`);
    if (!c.labelSelector) warnings.push(`${where}.labelSelector: a null labelSelector results in matching no pod`);
  }
  return warnings;
}

/** Mirrors api/node GetWarningsForNodeSelectorTerm. */
export function termWarnings(term: NodeSelectorTerm | undefined, at: string): string[] {
  return (term?.matchExpressions ?? []).flatMap((e, i) =>
    isDeprecatedLabel(e.key) ? [`${at}.matchExpressions[${i}].key: ${e.key} is ${deprecatedNodeLabels[e.key]}`] : [],
  );
}

const deprecatedVolumes: readonly (readonly [keyof Volume, string, string])[] = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["ephemeral", "", ""],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

function volumeWarnings(volume: Volume, at: string): string[] {
  return deprecatedVolumes.flatMap(([field, name, message]) => {
    if (!volume[field]) return [];
    if (field !== "ephemeral") return [`${at}.${name}: ${message}`];
    const storage = volume.ephemeral?.volumeClaimTemplate?.spec?.resources?.requests?.storage;
    return fractionWarning(storage, `${at}.ephemeral.volumeClaimTemplate.spec.resources.requests[storage]`);
  });
}

/** Bytes come whole. */
export function fractionWarning(value: string | number | undefined, at: string): string[] {
  const quantity = tryParseQuantity(value);
  if (!quantity || quantityMilliValue(quantity) % 1000 === 0) return [];
  return [`${at}: fractional byte value ${goQuote(formatQuantity(quantity))} is invalid, must be an integer`];
}

function duplicateWarnings(spec: PodSpec, at: string): string[] {
  const warnings: string[] = [];
  const ips = new Set<string>();
  for (const [i, { ip }] of (spec.hostAliases ?? []).entries()) {
    if (ips.has(ip)) warnings.push(`${at}.hostAliases[${i}].ip: duplicate ip ${goQuote(ip)}`);
    ips.add(ip);
  }
  const names = new Set<string>();
  const secrets = (spec.imagePullSecrets ?? []).map((s) => s.name ?? "");
  for (const [i, name] of secrets.entries()) {
    if (names.has(name)) warnings.push(`${at}.imagePullSecrets[${i}].name: duplicate name ${goQuote(name)}`);
    names.add(name);
  }
  for (const [i, name] of secrets.entries())
    if (name === "") warnings.push(`${at}.imagePullSecrets[${i}].name: invalid empty name ""`);
  return warnings;
}

function containerWarnings(
  { container, path }: ContainerAt,
  spec: PodSpec,
  annotations: Annotations,
  prefix: string,
): string[] {
  const warnings: string[] = [];
  const seccomp = seccompContainerPrefix + container.name;
  if (!container.securityContext?.seccompProfile && annotations?.[seccomp] !== undefined)
    warnings.push(seccompWarning(prefix, seccomp));
  const appArmor = appArmorPrefix + container.name;
  const hasField = spec.securityContext?.appArmorProfile || container.securityContext?.appArmorProfile;
  if (!hasField && annotations?.[appArmor] !== undefined)
    warnings.push(
      `${prefix}metadata.annotations[${appArmor}]: deprecated since v1.30; use the "appArmorProfile" field instead`,
    );
  for (const name of ["memory", "ephemeral-storage"])
    for (const list of ["limits", "requests"] as const)
      warnings.push(...fractionWarning(container.resources?.[list]?.[name], `${path}.resources.${list}[${name}]`));
  return [...warnings, ...envWarnings(container, path)];
}

/** A name given twice hides the first, unless the second builds on it. */
function envWarnings(container: Container | EphemeralContainer, path: string): string[] {
  const warnings: string[] = [];
  const names = new Set<string>();
  for (const [i, variable] of (container.env ?? []).entries()) {
    const reference = `$(${variable.name})`;
    const value = variable.value ?? "";
    const hides = variable.valueFrom !== undefined || value === reference || !value.includes(reference);
    if (names.has(variable.name) && hides)
      warnings.push(
        `${path}.env[${i}]: hides previous definition of ${goQuote(variable.name)}, which may be dropped when using apply`,
      );
    names.add(variable.name);
  }
  return warnings;
}

function portWarnings(containers: readonly ContainerAt[]): string[] {
  const warnings: string[] = [];
  const seen = new Map<string, { at: string; port: ContainerPort }[]>();
  for (const { container, path } of containers)
    for (const [i, port] of (container.ports ?? []).entries()) {
      const at = `${path}.ports[${i}]`;
      if (port.hostIP && !port.hostPort) warnings.push(`${at}: hostIP set without hostPort: ${goPort(port)}`);
      const key = `${port.containerPort}/${port.protocol ?? ""}`;
      const others = seen.get(key) ?? [];
      for (const other of others) {
        const message = portOverlap(port, other.port);
        if (message) warnings.push(`${at}: ${message} port definition with ${other.at}`);
      }
      seen.set(key, [...others, { at, port }]);
    }
  return warnings;
}

const goPort = (p: ContainerPort): string =>
  `{Name:${p.name ?? ""} HostPort:${p.hostPort ?? 0} ContainerPort:${p.containerPort} Protocol:${p.protocol ?? ""} HostIP:${p.hostIP ?? ""}}`;

function portOverlap(a: ContainerPort, b: ContainerPort): string | undefined {
  const [aPort, bPort] = [a.hostPort ?? 0, b.hostPort ?? 0];
  const [aIp, bIp] = [a.hostIP ?? "", b.hostIP ?? ""];
  if (aIp === bIp && aPort === bPort) return "duplicate";
  if (aPort === 0 || bPort === 0) return "overlapping";
  return aPort === bPort && (aIp === "") !== (bIp === "") ? "dangerously ambiguous" : undefined;
}

function affinityWarnings(spec: PodSpec, at: string): string[] {
  const warnings: string[] = [];
  const warn = (term: PodAffinityTerm, where: string): void => {
    if (term.labelSelector) return;
    warnings.push(`${where}.labelSelector: a null labelSelector results in matching no pod`);
  };
  for (const kind of ["podAffinity", "podAntiAffinity"] as const) {
    const terms = spec.affinity?.[kind];
    const path = `${at}.affinity.${kind}`;
    for (const [i, term] of (terms?.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries())
      warn(term, `${path}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`);
    for (const [i, term] of (terms?.preferredDuringSchedulingIgnoredDuringExecution ?? []).entries())
      warn(term.podAffinityTerm, `${path}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm`);
  }
  return warnings;
}

function addressWarnings({ dnsConfig, hostAliases = [] }: PodSpec, at: string): string[] {
  return [
    ...(dnsConfig?.nameservers ?? []).flatMap((ip, i) => ipWarnings(ip, `${at}.dnsConfig.nameservers[${i}]`)),
    ...hostAliases.flatMap(({ ip }, i) => ipWarnings(ip, `${at}.hostAliases[${i}].ip`)),
  ];
}

import {
  duplicate,
  type FieldError,
  fieldForbidden,
  GoLiteral,
  invalid,
  required,
} from "../../../machinery/field-error.ts";
import {
  dns1123SubdomainErrors,
  dns1123SubdomainWithUnderscoreErrors,
  inclusiveRangeError,
  qualifiedNameErrors,
} from "../../../machinery/names.ts";
import { validateLabels } from "../../../machinery/selectors/label-selector.ts";
import type { PodResourceClaim, PodSpec } from "../../types/core_v1.ts";
import { checkIp } from "../addresses.ts";
import { checkDnsLabel, checkDnsSubdomain, checkOneOf, checkRequiredOneOf, invalidEach } from "../check.ts";
import { goPointer, goStrings } from "../go-syntax.ts";
import { checkContainers, checkEphemeralContainers, checkInitContainers, type PodFacts } from "./containers.ts";
import { checkResourceRequirements } from "./resources.ts";
import { checkAffinity, checkTolerations, checkTopologySpread } from "./scheduling.ts";
import { checkHostUsers, checkPodSecurityContext } from "./security.ts";
import { checkVolumes } from "./volumes.ts";
import { checkForOs, checkHostProcessPod } from "./windows.ts";

const maxInt32 = 2147483647;

/** Where a PodSpec stands: in a pod, whose name its claims are called after, or in a template. */
export interface PodPlace {
  readonly isPod: boolean;
  readonly name?: string;
}

/** Mirrors core validation.ValidatePodSpec. */
export function checkPodSpec(spec: PodSpec, field: string, place: PodPlace): FieldError[] {
  const errors: FieldError[] = [];
  if (typeof spec.terminationGracePeriodSeconds !== "number")
    errors.push(required(`${field}.terminationGracePeriodSeconds`));
  const volumes = checkVolumes(spec.volumes ?? [], place.name, `${field}.volumes`);
  const claims = spec.resourceClaims ?? [];
  const facts: PodFacts = {
    spec,
    volumes: volumes.sound,
    claimNames: new Set(claims.map((c) => c.name).filter(Boolean)),
  };
  errors.push(...volumes.errors, ...checkResourceClaims(claims, `${field}.resourceClaims`));
  errors.push(...checkContainers(facts, `${field}.containers`));
  errors.push(...checkInitContainers(facts, `${field}.initContainers`));
  errors.push(...checkEphemeralContainers(facts, `${field}.ephemeralContainers`));
  errors.push(...checkHostNetworkPorts(spec, field, place));
  errors.push(...checkPolicies(spec, field), ...validateLabels(spec.nodeSelector, `${field}.nodeSelector`));
  errors.push(...checkPodSecurityContext(spec, `${field}.securityContext`));
  errors.push(...checkAffinity(spec.affinity, `${field}.affinity`), ...checkDnsConfig(spec, `${field}.dnsConfig`));
  errors.push(...checkGates(spec, field));
  errors.push(...checkTopologySpread(spec.topologySpreadConstraints, `${field}.topologySpreadConstraints`));
  errors.push(...checkHostProcessPod(spec, field), ...checkHostUsers(spec, field));
  errors.push(...checkNamesInSpec(spec, field), ...checkTolerations(spec.tolerations, `${field}.tolerations`));
  return [...errors, ...checkTail(spec, field)];
}

function checkPolicies(spec: PodSpec, field: string): FieldError[] {
  const dnsPolicies = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
  return [
    ...checkRequiredOneOf(spec.restartPolicy, ["Always", "OnFailure", "Never"], `${field}.restartPolicy`),
    ...checkRequiredOneOf(spec.dnsPolicy, dnsPolicies, `${field}.dnsPolicy`),
  ];
}

function checkNamesInSpec(spec: PodSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const subdomain = (name: string | undefined, at: string): void => {
    if (name) errors.push(...checkDnsSubdomain(name, at));
  };
  subdomain(spec.serviceAccountName, `${field}.serviceAccountName`);
  subdomain(spec.nodeName, `${field}.nodeName`);
  const deadline = spec.activeDeadlineSeconds;
  if (typeof deadline === "number" && (deadline < 1 || deadline > maxInt32))
    errors.push(invalid(`${field}.activeDeadlineSeconds`, deadline, inclusiveRangeError(1, maxInt32)));
  if (spec.hostname) errors.push(...checkDnsLabel(spec.hostname, `${field}.hostname`));
  if (spec.subdomain) errors.push(...checkDnsLabel(spec.subdomain, `${field}.subdomain`));
  return errors;
}

function checkTail(spec: PodSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, alias] of (spec.hostAliases ?? []).entries()) {
    errors.push(...checkIp(alias.ip ?? "", `${field}.hostAliases[${i}].ip`));
    for (const [j, name] of (alias.hostnames ?? []).entries())
      errors.push(...checkDnsSubdomain(name, `${field}.hostAliases[${i}].hostnames[${j}]`));
  }
  if (spec.priorityClassName) errors.push(...checkDnsSubdomain(spec.priorityClassName, `${field}.priorityClassName`));
  if (typeof spec.runtimeClassName === "string")
    errors.push(...checkDnsSubdomain(spec.runtimeClassName, `${field}.runtimeClassName`));
  if (spec.preemptionPolicy !== undefined)
    errors.push(
      ...checkRequiredOneOf(spec.preemptionPolicy, ["PreemptLowerPriority", "Never"], `${field}.preemptionPolicy`),
    );
  if (spec.overhead) errors.push(...checkResourceRequirements({ limits: spec.overhead }, `${field}.overhead`));
  if (!spec.os) return errors;
  if (!spec.os.name) return [...errors, required(`${field}.os.name`, "cannot be empty")];
  const unknown = checkOneOf(spec.os.name, ["linux", "windows"], `${field}.os`);
  return [...errors, ...(unknown.length > 0 ? unknown : checkForOs(spec, field))];
}

/** With hostNetwork, host ports are the container's own. Mirrors core validation.validatePodHostNetworkDeps. */
function checkHostNetworkPorts(spec: PodSpec, field: string, place: PodPlace): FieldError[] {
  if (!spec.hostNetwork) return [];
  return (spec.containers ?? []).flatMap((container, i) =>
    (container.ports ?? []).flatMap((port, j) => {
      const host = port.hostPort ?? 0;
      if ((!place.isPod && host === 0) || host === (port.containerPort ?? 0)) return [];
      const at = `${field}.containers[${i}].ports[${j}].hostPort`;
      return [invalid(at, host, "must match `containerPort` when `hostNetwork` is true")];
    }),
  );
}

const maxNameservers = 3;
const maxSearches = 32;
const maxSearchCharacters = 2048;

function checkDnsConfig(spec: PodSpec, field: string): FieldError[] {
  const config = spec.dnsConfig;
  const servers = config?.nameservers ?? [];
  if (spec.dnsPolicy === "None") {
    if (!config) return [required(field, "must provide `dnsConfig` when `dnsPolicy` is None")];
    if (servers.length === 0)
      return [required(`${field}.nameservers`, "must provide at least one DNS nameserver when `dnsPolicy` is None")];
  }
  const errors: FieldError[] = [];
  const list = (values: readonly string[]): GoLiteral => new GoLiteral(goStrings(values));
  if (servers.length > maxNameservers)
    errors.push(
      invalid(`${field}.nameservers`, list(servers), `must not have more than ${maxNameservers} nameservers`),
    );
  for (const [i, server] of servers.entries()) errors.push(...checkIp(server, `${field}.nameservers[${i}]`));
  const searches = config?.searches ?? [];
  const at = `${field}.searches`;
  if (searches.length > maxSearches)
    errors.push(invalid(at, list(searches), `must not have more than ${maxSearches} search paths`));
  if (searches.join(" ").length > maxSearchCharacters)
    errors.push(
      invalid(
        at,
        list(searches),
        `must not have more than ${maxSearchCharacters} characters (including spaces) in the search list`,
      ),
    );
  for (const [i, search] of searches.entries()) {
    const name = search.endsWith(".") ? search.slice(0, -1) : search;
    if (search !== ".") errors.push(...invalidEach(`${at}[${i}]`, name, dns1123SubdomainWithUnderscoreErrors(name)));
  }
  for (const [i, option] of (config?.options ?? []).entries())
    if (!option.name) errors.push(required(`${field}.options[${i}]`, "must not be empty"));
  return errors;
}

function checkGates(spec: PodSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, gate] of (spec.readinessGates ?? []).entries()) {
    const type = gate.conditionType ?? "";
    errors.push(...invalidEach(`${field}.readinessGates[${i}].conditionType`, type, qualifiedNameErrors(type)));
  }
  const seen = new Set<string>();
  for (const [i, { name }] of (spec.schedulingGates ?? []).entries()) {
    const at = `${field}.schedulingGates[${i}]`;
    errors.push(...invalidEach(at, name ?? "", qualifiedNameErrors(name ?? "")));
    if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
  }
  return errors;
}

/** Mirrors core validation.validatePodResourceClaims. */
function checkResourceClaims(claims: readonly PodResourceClaim[], field: string): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, claim] of claims.entries()) {
    const at = `${field}[${i}]`;
    if (!claim.name) errors.push(required(`${at}.name`));
    else if (names.has(claim.name)) errors.push(duplicate(`${at}.name`, claim.name));
    else errors.push(...checkDnsLabel(claim.name, `${at}.name`));
    names.add(claim.name);
    const { resourceClaimName: own, resourceClaimTemplateName: template } = claim;
    const shown = new GoLiteral(
      `core.PodResourceClaim{Name:"${claim.name ?? ""}", ResourceClaimName:${goPointer("string", own)}, ResourceClaimTemplateName:${goPointer("string", template)}}`,
    );
    if (own !== undefined && template !== undefined)
      errors.push(
        invalid(at, shown, "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified"),
      );
    if (own === undefined && template === undefined)
      errors.push(invalid(at, shown, "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`"));
    if (own !== undefined) errors.push(...invalidEach(`${at}.resourceClaimName`, own, dns1123SubdomainErrors(own)));
    if (template !== undefined)
      errors.push(...invalidEach(`${at}.resourceClaimTemplateName`, template, dns1123SubdomainErrors(template)));
  }
  return errors;
}

/** A pod template may hold no ephemeral containers. */
export const noEphemeralContainers = (spec: PodSpec, field: string): FieldError[] =>
  (spec.ephemeralContainers ?? []).length > 0
    ? [fieldForbidden(`${field}.ephemeralContainers`, "ephemeral containers not allowed in pod template")]
    : [];

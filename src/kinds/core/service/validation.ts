import {
  duplicate,
  type FieldError,
  fieldForbidden,
  GoLiteral,
  goQuote,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { parseIp } from "../../../machinery/ip.ts";
import { dns1123SubdomainErrors, portNumberErrors } from "../../../machinery/names.ts";
import { validateLabels } from "../../../machinery/selectors/label-selector.ts";
import { checkCidr, checkIp, checkNonSpecialIp } from "../../shared/addresses.ts";
import {
  checkDnsLabel,
  checkDnsSubdomain,
  checkOneOf,
  checkPortNumberOrName,
  checkQualifiedName,
  checkRequiredOneOf,
  invalidEach,
} from "../../shared/check.ts";
import type { Service, ServicePort, ServiceSpec } from "../../types/core_v1.ts";
import { checkClusterIPs, checkClusterIPsUpdate, isHeadless } from "./cluster-ips.ts";
import { isExternallyAccessible } from "./defaults.ts";

const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
const maxAffinitySeconds = 86400;
const oldTopologyAnnotation = "service.kubernetes.io/topology-aware-hints";
const topologyAnnotation = "service.kubernetes.io/topology-mode";
const sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges";

/** Mirrors core validation.ValidateService. */
export function validateService(service: Service): FieldError[] {
  const { spec = {} } = service;
  const errors = checkTopologyAnnotations(service);
  if ((spec.ports ?? []).length === 0 && !isHeadless(spec) && spec.type !== "ExternalName")
    errors.push(required("spec.ports"));
  errors.push(...checkType(spec), ...checkPorts(spec), ...validateLabels(spec.selector, "spec.selector"));
  errors.push(...checkSessionAffinity(spec), ...checkClusterIPs(spec));
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) {
    const wrong = checkIp(ip, `spec.externalIPs[${i}]`);
    errors.push(...(wrong.length > 0 ? wrong : checkNonSpecialIp(ip, `spec.externalIPs[${i}]`)));
  }
  errors.push(...checkRequiredOneOf(spec.type, types, "spec.type"), ...checkNodePorts(spec));
  errors.push(...checkLoadBalancer(service), ...checkLoadBalancerClass(spec));
  return [...errors, ...checkTrafficPolicies(spec)];
}

function checkTopologyAnnotations({ metadata }: Service): FieldError[] {
  const mode = metadata.annotations?.[topologyAnnotation];
  const hints = metadata.annotations?.[oldTopologyAnnotation];
  if (mode === undefined || hints === undefined || mode === hints) return [];
  const message = `must match annotations[${oldTopologyAnnotation}] when both are specified`;
  return [invalid(`metadata.annotations[${topologyAnnotation}]`, mode, message)];
}

function checkType(spec: ServiceSpec): FieldError[] {
  if ((spec.type === "LoadBalancer" || spec.type === "NodePort") && isHeadless(spec))
    return [invalid("spec.clusterIPs[0]", "None", `may not be set to 'None' for ${spec.type} services`)];
  if (spec.type !== "ExternalName") return [];
  const errors: FieldError[] = [];
  const message = "may not be set for ExternalName services";
  if ((spec.clusterIPs ?? []).length > 0) errors.push(fieldForbidden("spec.clusterIPs", message));
  if ((spec.ipFamilies ?? []).length > 0) errors.push(fieldForbidden("spec.ipFamilies", message));
  if (spec.ipFamilyPolicy !== undefined) errors.push(fieldForbidden("spec.ipFamilyPolicy", message));
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  return [...errors, ...(name ? checkDnsSubdomain(name, "spec.externalName") : [required("spec.externalName")])];
}

function checkPorts(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  const names = new Set<string>();
  return ports.flatMap((port, i) => {
    const at = `spec.ports[${i}]`;
    const errors: FieldError[] = [];
    if (port.name) {
      errors.push(...checkDnsLabel(port.name, `${at}.name`));
      if (names.has(port.name)) errors.push(duplicate(`${at}.name`, port.name));
      names.add(port.name);
    } else if (ports.length > 1) errors.push(required(`${at}.name`));
    errors.push(...invalidEach(`${at}.port`, port.port ?? 0, portNumberErrors(port.port ?? 0)));
    errors.push(...checkRequiredOneOf(port.protocol, ["SCTP", "TCP", "UDP"], `${at}.protocol`));
    errors.push(...checkPortNumberOrName(port.targetPort, `${at}.targetPort`));
    if (port.appProtocol !== undefined) errors.push(...checkQualifiedName(port.appProtocol, `${at}.appProtocol`));
    return errors;
  });
}

function checkSessionAffinity(spec: ServiceSpec): FieldError[] {
  const errors = checkRequiredOneOf(spec.sessionAffinity, ["ClientIP", "None"], "spec.sessionAffinity");
  const at = "spec.sessionAffinityConfig";
  if (spec.sessionAffinity === "None" && spec.sessionAffinityConfig)
    errors.push(fieldForbidden(at, "must not be set when session affinity is None"));
  if (spec.sessionAffinity !== "ClientIP") return errors;
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 0;
  if (seconds <= 0 || seconds > maxAffinitySeconds)
    errors.push(
      invalid(`${at}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`),
    );
  return errors;
}

const goPort = (port: ServicePort): GoLiteral =>
  new GoLiteral(
    `core.ServicePort{Name:"", Protocol:${goQuote(port.protocol ?? "")}, AppProtocol:(*string)(nil), Port:${port.port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`,
  );

function checkNodePorts(spec: ServiceSpec): FieldError[] {
  const ports = spec.ports ?? [];
  const errors: FieldError[] = [];
  if (spec.type === "ClusterIP")
    for (const [i, port] of ports.entries())
      if (port.nodePort)
        errors.push(fieldForbidden(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  const nodePorts = new Set<string>();
  for (const [i, port] of ports.entries()) {
    if (!port.nodePort) continue;
    const key = `${port.protocol}/${port.nodePort}`;
    if (nodePorts.has(key)) errors.push(duplicate(`spec.ports[${i}].nodePort`, port.nodePort));
    nodePorts.add(key);
  }
  const seen = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const key = `${port.protocol}/${port.port}`;
    if (seen.has(key)) errors.push(duplicate(`spec.ports[${i}]`, goPort(port)));
    seen.add(key);
  }
  return errors;
}

function checkLoadBalancer({ metadata, spec = {} }: Service): FieldError[] {
  const errors: FieldError[] = [];
  const only = "may only be used when `type` is 'LoadBalancer'";
  const isLoadBalancer = spec.type === "LoadBalancer";
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[sourceRangesAnnotation];
  if (ranges.length > 0) {
    const at = "spec.LoadBalancerSourceRanges";
    if (!isLoadBalancer) errors.push(fieldForbidden(at, only));
    errors.push(...ranges.flatMap((range, i) => checkCidr(range.trim(), `${at}[${i}]`)));
  } else if (annotation !== undefined) {
    const at = `metadata.annotations[${sourceRangesAnnotation}]`;
    if (!isLoadBalancer) errors.push(fieldForbidden(at, only));
    if (annotation.trim()) errors.push(...annotation.split(",").flatMap((range) => checkCidr(range.trim(), at)));
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isLoadBalancer)
    errors.push(fieldForbidden("spec.allocateLoadBalancerNodePorts", only));
  if (isLoadBalancer && spec.allocateLoadBalancerNodePorts === undefined)
    errors.push(required("allocateLoadBalancerNodePorts"));
  return errors;
}

function checkLoadBalancerClass(spec: ServiceSpec, old?: ServiceSpec): FieldError[] {
  const at = "spec.loadBalancerClass";
  const errors: FieldError[] = [];
  const isLoadBalancer = spec.type === "LoadBalancer";
  if (isLoadBalancer && old?.type === "LoadBalancer" && spec.loadBalancerClass !== old.loadBalancerClass)
    errors.push(invalid(at, spec.loadBalancerClass ?? null, "may not change once set"));
  if (spec.loadBalancerClass === undefined) return errors;
  if (isLoadBalancer) return [...errors, ...checkQualifiedName(spec.loadBalancerClass, at)];
  return [...errors, fieldForbidden(at, "may only be used when `type` is 'LoadBalancer'")];
}

const needsHealthCheck = (spec: ServiceSpec): boolean =>
  spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";

function checkTrafficPolicies(spec: ServiceSpec): FieldError[] {
  const errors: FieldError[] = [];
  const external = spec.externalTrafficPolicy;
  if (isExternallyAccessible(spec))
    errors.push(...checkRequiredOneOf(external, ["Cluster", "Local"], "spec.externalTrafficPolicy"));
  else if (external)
    errors.push(invalid("spec.externalTrafficPolicy", external, "may only be set for externally-accessible services"));
  const healthPort = spec.healthCheckNodePort ?? 0;
  const healthAt = "spec.healthCheckNodePort";
  if (!needsHealthCheck(spec)) {
    const message = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (healthPort !== 0) errors.push(invalid(healthAt, healthPort, message));
  } else if (healthPort === 0) errors.push(required(healthAt));
  else errors.push(...invalidEach(healthAt, healthPort, portNumberErrors(healthPort)));
  const internal = spec.internalTrafficPolicy;
  if (internal !== undefined) errors.push(...checkOneOf(internal, ["Cluster", "Local"], "spec.internalTrafficPolicy"));
  if (spec.trafficDistribution !== undefined && spec.trafficDistribution !== "PreferClose")
    errors.push(notSupported("spec.trafficDistribution", spec.trafficDistribution, ["PreferClose"]));
  return errors;
}

/** Mirrors core validation.ValidateServiceUpdate. */
export function validateServiceUpdate(service: Service, old: Service): FieldError[] {
  const spec = service.spec ?? {};
  const before = old.spec ?? {};
  const errors = [...checkClusterIPsUpdate(spec, before), ...checkLoadBalancerClass(spec, before)];
  if (needsHealthCheck(before) && needsHealthCheck(spec) && spec.healthCheckNodePort !== before.healthCheckNodePort)
    errors.push(fieldForbidden("spec.healthCheckNodePort", "field is immutable"));
  return [...errors, ...validateService(service)];
}

/** Mirrors core validation.ValidateLoadBalancerStatus. */
export function validateServiceStatus({ spec = {}, status = {} }: Service): FieldError[] {
  const ingress = status.loadBalancer?.ingress ?? [];
  const at = "status.loadBalancer.ingress";
  if (spec.type !== "LoadBalancer" && ingress.length > 0)
    return [fieldForbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  return ingress.flatMap(({ ip, ipMode, hostname }, i) => {
    const errors: FieldError[] = ip ? checkIp(ip, `${at}[${i}].ip`) : [];
    const modeAt = `${at}[${i}].ipMode`;
    if (ipMode === undefined) {
      if (ip) errors.push(required(modeAt, "must be specified when `ip` is set"));
    } else if (!ip) errors.push(fieldForbidden(modeAt, "may not be specified when `ip` is not set"));
    else errors.push(...checkOneOf(ipMode, ["Proxy", "VIP"], modeAt));
    if (!hostname) return errors;
    errors.push(...invalidEach(`${at}[${i}].hostname`, hostname, dns1123SubdomainErrors(hostname)));
    if (parseIp(hostname))
      errors.push(invalid(`${at}[${i}].hostname`, hostname, "must be a DNS name, not an IP address"));
    return errors;
  });
}

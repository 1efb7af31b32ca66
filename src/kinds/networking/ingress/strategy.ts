import { type FieldError, GoLiteral, invalid, required } from "../../../machinery/field-error.ts";
import { parseIp } from "../../../machinery/ip.ts";
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  pathSegmentNameErrors,
  portNameErrors,
  portNumberErrors,
  wildcardDns1123SubdomainErrors,
} from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkIp } from "../../shared/addresses.ts";
import { checkDnsSubdomain, checkOneOf, invalidEach } from "../../shared/check.ts";
import { keep, keepAllButStatus } from "../../shared/keep.ts";
import type { TypedLocalObjectReference } from "../../types/core_v1.ts";
import type { HTTPIngressPath, Ingress, IngressBackend, IngressRule, IngressTLS } from "../../types/networking_v1.ts";

const classAnnotation = "kubernetes.io/ingress.class";

/** Mirrors pkg/registry/networking/ingress/strategy.go. */
export const strategy: Strategy<Ingress> = {
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  prepareForUpdate(ingress, old) {
    keep(ingress, old, "status");
  },
  validate(ingress) {
    const errors = checkSpec(ingress);
    const annotation = ingress.metadata.annotations?.[classAnnotation];
    const name = ingress.spec?.ingressClassName;
    if (annotation !== undefined && name !== undefined && annotation !== name)
      errors.push(
        invalid(`annotations.${classAnnotation}`, annotation, "must match `ingressClassName` when both are specified"),
      );
    return errors;
  },
  validateUpdate: checkSpec,
  warnings: (ingress, old) =>
    !old && ingress.metadata.annotations?.[classAnnotation] !== undefined
      ? [`annotation "${classAnnotation}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateStatus },
};

/** Mirrors networking validation.ValidateIngressSpec. */
function checkSpec({ spec = {} }: Ingress): FieldError[] {
  const errors: FieldError[] = [];
  const rules = spec.rules ?? [];
  if (rules.length === 0 && !spec.defaultBackend)
    errors.push(
      invalid(
        "spec",
        new GoLiteral(`[]networking.IngressRule${spec.rules ? "{}" : "(nil)"}`),
        "either `defaultBackend` or `rules` must be specified",
      ),
    );
  if (spec.defaultBackend) errors.push(...checkBackend(spec.defaultBackend, "spec.defaultBackend"));
  errors.push(...rules.flatMap((rule, i) => checkRule(rule, `spec.rules[${i}]`)));
  errors.push(...(spec.tls ?? []).flatMap((tls, i) => checkTls(tls, `spec.tls[${i}]`)));
  if (spec.ingressClassName !== undefined)
    errors.push(...checkDnsSubdomain(spec.ingressClassName, "spec.ingressClassName"));
  return errors;
}

const hostErrors = (host: string): string[] =>
  host.includes("*") ? wildcardDns1123SubdomainErrors(host) : dns1123SubdomainErrors(host);

function checkTls(tls: IngressTLS, field: string): FieldError[] {
  const errors = (tls.hosts ?? []).flatMap((host, i) => invalidEach(`${field}.hosts[${i}]`, host, hostErrors(host)));
  return tls.secretName ? [...errors, ...checkDnsSubdomain(tls.secretName, `${field}.secretName`)] : errors;
}

function checkRule(rule: IngressRule, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (rule.host) {
    if (parseIp(rule.host)) errors.push(invalid(`${field}.host`, rule.host, "must be a DNS name, not an IP address"));
    errors.push(...invalidEach(`${field}.host`, rule.host, hostErrors(rule.host)));
  }
  if (!rule.http) return errors;
  const paths = rule.http.paths ?? [];
  if (paths.length === 0) errors.push(required(`${field}.http.paths`));
  return [...errors, ...paths.flatMap((path, i) => checkPath(path, `${field}.http.paths[${i}]`))];
}

const badSequences = ["//", "/./", "/../", "%2f", "%2F"];
const badSuffixes = ["/..", "/."];

function checkPath(path: HTTPIngressPath, field: string): FieldError[] {
  if (path.pathType === undefined) return [required(`${field}.pathType`, "pathType must be specified")];
  const text = path.path ?? "";
  const errors: FieldError[] = [];
  const at = `${field}.path`;
  const absolute = (): void => {
    if (!text.startsWith("/")) errors.push(invalid(at, text, "must be an absolute path"));
  };
  if (path.pathType === "Exact" || path.pathType === "Prefix") {
    absolute();
    for (const s of badSequences) if (text.includes(s)) errors.push(invalid(at, text, `must not contain '${s}'`));
    for (const s of badSuffixes) if (text.endsWith(s)) errors.push(invalid(at, text, `cannot end with '${s}'`));
  } else if (path.pathType === "ImplementationSpecific") {
    if (text) absolute();
  } else errors.push(...checkOneOf(path.pathType, ["Exact", "ImplementationSpecific", "Prefix"], `${field}.pathType`));
  return [...errors, ...checkBackend(path.backend ?? {}, `${field}.backend`)];
}

/** Mirrors networking validation.validateIngressBackend. */
function checkBackend(backend: IngressBackend, field: string): FieldError[] {
  const { resource, service } = backend;
  if (resource && service) return [invalid(field, "", "cannot set both resource and service backends")];
  if (resource) return checkReference(resource, `${field}.resource`);
  if (!service) return [invalid(field, "", "resource or service backend is required")];
  const at = `${field}.service`;
  const errors = service.name
    ? invalidEach(`${at}.name`, service.name, dns1035LabelErrors(service.name))
    : [required(`${at}.name`)];
  const { name, number } = service.port ?? {};
  if (name && number) errors.push(invalid(field, "", "cannot set both port name & port number"));
  else if (name) errors.push(...invalidEach(`${at}.port.name`, name, portNameErrors(name)));
  else if (number) errors.push(...invalidEach(`${at}.port.number`, number, portNumberErrors(number)));
  else errors.push(required(field, "port name or number is required"));
  return errors;
}

/** A reference to a resource by group, kind and name. Mirrors networking validation.validateIngressTypedLocalObjectReference. */
export function checkReference(reference: TypedLocalObjectReference, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (reference.apiGroup !== undefined)
    errors.push(...invalidEach(`${field}.apiGroup`, reference.apiGroup, dns1123SubdomainErrors(reference.apiGroup)));
  for (const name of ["kind", "name"] as const) {
    const value = reference[name];
    errors.push(
      ...(value
        ? invalidEach(`${field}.${name}`, value, pathSegmentNameErrors(value))
        : [required(`${field}.${name}`)]),
    );
  }
  return errors;
}

function validateStatus(ingress: Ingress): FieldError[] {
  return (ingress.status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }, i) => {
    const at = `status.loadBalancer.ingress[${i}]`;
    const errors = ip ? checkIp(ip, `${at}.ip`) : [];
    if (!hostname) return errors;
    errors.push(...invalidEach(`${at}.hostname`, hostname, dns1123SubdomainErrors(hostname)));
    if (parseIp(hostname)) errors.push(invalid(`${at}.hostname`, hostname, "must be a DNS name, not an IP address"));
    return errors;
  });
}

import { duplicate, type FieldError, invalid, required, tooMany } from "../../../machinery/field-error.ts";
import { parseIp } from "../../../machinery/ip.ts";
import { dns1123LabelErrors, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { deepEqual } from "../../../machinery/object.ts";
import type { Strategy } from "../../definition.ts";
import { checkNonSpecialIp, ipWarnings } from "../../shared/addresses.ts";
import {
  checkDnsLabel,
  checkImmutable,
  checkQualifiedName,
  checkRequiredOneOf,
  invalidEach,
} from "../../shared/check.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../types/discovery_v1.ts";

const maxEndpoints = 1000;
const maxPorts = 20000;
const maxAddresses = 100;
const addressTypes = ["FQDN", "IPv4", "IPv6"];

/** Mirrors pkg/registry/discovery/endpointslice/strategy.go. */
export const strategy: Strategy<EndpointSlice> = {
  defaults(slice) {
    for (const port of slice.ports ?? []) {
      port.name ??= "";
      port.protocol ??= "TCP";
    }
  },
  generationChanges: (slice, old) =>
    !deepEqual([slice.endpoints, slice.ports, slice.metadata.labels], [old.endpoints, old.ports, old.metadata.labels]),
  validate,
  validateUpdate: (slice, old) => [
    ...validate(slice),
    ...checkImmutable(slice.addressType, old.addressType, "addressType"),
  ],
  allowUnconditionalUpdate: true,
  warnings,
};

const ourControllers = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];

function warnings(slice: EndpointSlice): string[] {
  const found = slice.addressType === "FQDN" ? ["spec.addressType: FQDN endpoints are deprecated"] : [];
  if (ourControllers.includes(slice.metadata.labels?.["endpointslice.kubernetes.io/managed-by"] ?? "")) return found;
  const ips = (slice.endpoints ?? []).flatMap(({ addresses = [] }, i) =>
    addresses.flatMap((ip, j) => ipWarnings(ip, `endpoints[${i}].addresses[${j}]`)),
  );
  return [...found, ...ips];
}

function validate(slice: EndpointSlice): FieldError[] {
  return [
    ...checkRequiredOneOf(slice.addressType, addressTypes, "addressType"),
    ...checkEndpoints(slice),
    ...checkPorts(slice.ports ?? []),
  ];
}

function checkEndpoints(slice: EndpointSlice): FieldError[] {
  const endpoints = slice.endpoints ?? [];
  if (endpoints.length > maxEndpoints) return [tooMany("endpoints", endpoints.length, maxEndpoints)];
  return endpoints.flatMap((endpoint, i) => checkEndpoint(endpoint, slice.addressType, `endpoints[${i}]`));
}

function checkEndpoint(endpoint: Endpoint, type: string, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const addresses = endpoint.addresses ?? [];
  if (addresses.length === 0) errors.push(required(`${field}.addresses`, "must contain at least 1 address"));
  else if (addresses.length > maxAddresses) errors.push(tooMany(`${field}.addresses`, addresses.length, maxAddresses));
  for (const [i, address] of addresses.entries())
    errors.push(...checkAddress(address, type, `${field}.addresses[${i}]`));
  if (endpoint.nodeName !== undefined)
    errors.push(...invalidEach(`${field}.nodeName`, endpoint.nodeName, dns1123SubdomainErrors(endpoint.nodeName)));
  if (endpoint.hostname !== undefined)
    errors.push(...invalidEach(`${field}.hostname`, endpoint.hostname, dns1123LabelErrors(endpoint.hostname)));
  return errors;
}

function checkAddress(address: string, type: string, field: string): FieldError[] {
  if (type === "FQDN") return checkFqdn(address, field);
  if (type !== "IPv4" && type !== "IPv6") return [];
  const length = type === "IPv4" ? 4 : 16;
  const errors: FieldError[] = [];
  if (parseIp(address)?.length !== length) errors.push(invalid(field, address, `must be a valid ${type} address`));
  return [...errors, ...checkNonSpecialIp(address, field)];
}

/** Mirrors validation.IsFullyQualifiedDomainName. */
function checkFqdn(name: string, field: string): FieldError[] {
  if (name === "") return [required(field)];
  const bare = name.endsWith(".") ? name.slice(0, -1) : name;
  const messages = dns1123SubdomainErrors(bare);
  if (messages.length > 0) return invalidEach(field, bare, messages);
  const labels = bare.split(".");
  if (labels.length < 2)
    return [invalid(field, bare, "should be a domain with at least two segments separated by dots")];
  return labels.flatMap((label) => checkDnsLabel(label, field));
}

function checkPorts(ports: readonly EndpointPort[]): FieldError[] {
  if (ports.length > maxPorts) return [tooMany("ports", ports.length, maxPorts)];
  const errors: FieldError[] = [];
  const names = new Set<string>();
  for (const [i, port] of ports.entries()) {
    const name = port.name ?? "";
    if (name) errors.push(...checkDnsLabel(name, `ports[${i}].name`));
    if (names.has(name)) errors.push(duplicate(`ports[${i}].name`, name));
    names.add(name);
    errors.push(...checkRequiredOneOf(port.protocol, ["SCTP", "TCP", "UDP"], `ports[${i}].protocol`));
    if (port.appProtocol !== undefined) errors.push(...checkQualifiedName(port.appProtocol, `ports[${i}].appProtocol`));
  }
  return errors;
}

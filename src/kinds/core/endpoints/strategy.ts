import { type FieldError, required } from "../../../machinery/field-error.ts";
import { dns1123SubdomainErrors, portNumberErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkIp, checkNonSpecialIp, ipWarnings } from "../../shared/addresses.ts";
import { checkDnsLabel, checkQualifiedName, checkRequiredOneOf, invalidEach } from "../../shared/check.ts";
import type { EndpointAddress, EndpointPort, Endpoints } from "../../types/core_v1.ts";
import { repackSubsets } from "./repack.ts";

/** Mirrors pkg/registry/core/endpoint/strategy.go. */
export const strategy: Strategy<Endpoints> = {
  defaults(endpoints) {
    for (const subset of endpoints.subsets ?? []) for (const port of subset.ports ?? []) port.protocol ||= "TCP";
    // Upstream packs after validation; what is wrong is told by the index in the manifest.
    if (endpoints.subsets && validate(endpoints).length === 0) endpoints.subsets = repackSubsets(endpoints.subsets);
  },
  validate,
  allowCreateOnUpdate: true,
  warnings,
};

function warnings({ metadata, subsets = [] }: Endpoints): string[] {
  if (metadata.labels?.["endpoints.kubernetes.io/managed-by"] === "endpoint-controller") return [];
  return subsets.flatMap((subset, i) =>
    (["addresses", "notReadyAddresses"] as const).flatMap((list) =>
      (subset[list] ?? []).flatMap(({ ip }, j) => ipWarnings(ip ?? "", `subsets[${i}].${list}[${j}].ip`)),
    ),
  );
}

function validate(endpoints: Endpoints): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, subset] of (endpoints.subsets ?? []).entries()) {
    const at = `subsets[${i}]`;
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset;
    if (addresses.length + notReadyAddresses.length === 0)
      errors.push(required(at, "must specify `addresses` or `notReadyAddresses`"));
    errors.push(...addresses.flatMap((a, j) => checkAddress(a, `${at}.addresses[${j}]`)));
    errors.push(...notReadyAddresses.flatMap((a, j) => checkAddress(a, `${at}.notReadyAddresses[${j}]`)));
    errors.push(...ports.flatMap((p, j) => checkPort(p, ports.length > 1, `${at}.ports[${j}]`)));
  }
  return errors;
}

function checkAddress(address: EndpointAddress, field: string): FieldError[] {
  const errors = checkIp(address.ip ?? "", `${field}.ip`);
  if (address.hostname) errors.push(...checkDnsLabel(address.hostname, `${field}.hostname`));
  if (address.nodeName !== undefined)
    errors.push(...invalidEach(`${field}.nodeName`, address.nodeName, dns1123SubdomainErrors(address.nodeName)));
  return [...errors, ...checkNonSpecialIp(address.ip ?? "", `${field}.ip`)];
}

function checkPort(port: EndpointPort, needsName: boolean, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (port.name) errors.push(...checkDnsLabel(port.name, `${field}.name`));
  else if (needsName) errors.push(required(`${field}.name`));
  errors.push(...invalidEach(`${field}.port`, port.port ?? 0, portNumberErrors(port.port ?? 0)));
  errors.push(...checkRequiredOneOf(port.protocol, ["SCTP", "TCP", "UDP"], `${field}.protocol`));
  if (port.appProtocol !== undefined) errors.push(...checkQualifiedName(port.appProtocol, `${field}.appProtocol`));
  return errors;
}

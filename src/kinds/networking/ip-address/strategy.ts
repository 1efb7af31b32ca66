import { type FieldError, GoLiteral, required } from "../../../machinery/field-error.ts";
import { dns1123SubdomainErrors, pathSegmentNameErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkIp } from "../../shared/addresses.ts";
import { checkImmutable, invalidEach } from "../../shared/check.ts";
import type { IPAddress } from "../../types/networking_v1.ts";

/** Mirrors pkg/registry/networking/ipaddress/strategy.go. The name is the address. */
export const strategy: Strategy<IPAddress> = {
  validate: (address) => [...checkIp(address.metadata.name ?? "", "metadata.name"), ...checkParent(address)],
  validateUpdate: (address, old) => {
    const parent = address.spec?.parentRef;
    const shown = `networking.ParentReference{Group:"${parent?.group ?? ""}", Resource:"${parent?.resource ?? ""}", Namespace:"${parent?.namespace ?? ""}", Name:"${parent?.name ?? ""}"}`;
    return checkImmutable(parent, old.spec?.parentRef, "spec.parentRef", new GoLiteral(shown));
  },
  selectableFields: ({ spec }) => ({
    "spec.parentRef.group": spec?.parentRef?.group ?? "",
    "spec.parentRef.resource": spec?.parentRef?.resource ?? "",
    "spec.parentRef.namespace": spec?.parentRef?.namespace ?? "",
    "spec.parentRef.name": spec?.parentRef?.name ?? "",
  }),
  nameRule: "path-segment",
};

function checkParent({ spec }: IPAddress): FieldError[] {
  const parent = spec?.parentRef;
  const at = "spec.parentRef";
  if (!parent) return [required(at)];
  const errors = parent.group ? invalidEach(`${at}.group`, parent.group, dns1123SubdomainErrors(parent.group)) : [];
  for (const name of ["resource", "name"] as const)
    errors.push(
      ...(parent[name]
        ? invalidEach(`${at}.${name}`, parent[name], pathSegmentNameErrors(parent[name]))
        : [required(`${at}.${name}`)]),
    );
  if (parent.namespace)
    errors.push(...invalidEach(`${at}.namespace`, parent.namespace, pathSegmentNameErrors(parent.namespace)));
  return errors;
}

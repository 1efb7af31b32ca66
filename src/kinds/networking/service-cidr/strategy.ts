import { type FieldError, GoLiteral, invalid, required, tooMany } from "../../../machinery/field-error.ts";
import type { Strategy } from "../../definition.ts";
import { checkCidr, isDualStack } from "../../shared/addresses.ts";
import { checkImmutable } from "../../shared/check.ts";
import { goStrings } from "../../shared/go-syntax.ts";
import { keep, plainStatus } from "../../shared/keep.ts";
import type { ServiceCIDR } from "../../types/networking_v1.ts";

/** Mirrors pkg/registry/networking/servicecidr/strategy.go. */
export const strategy: Strategy<ServiceCIDR> = {
  prepareForCreate(range) {
    range.status = {};
  },
  prepareForUpdate(range, old) {
    keep(range, old, "status");
  },
  validate,
  validateUpdate: (range, old) =>
    checkImmutable(range.spec?.cidrs, old.spec?.cidrs, "spec.cidrs", new GoLiteral(goStrings(range.spec?.cidrs))),
  status: plainStatus,
};

function validate({ spec }: ServiceCIDR): FieldError[] {
  const cidrs = spec?.cidrs ?? [];
  if (cidrs.length === 0) return [required("spec.cidrs", "at least one CIDR required")];
  if (cidrs.length > 2) return [tooMany("spec.cidrs", cidrs.length, 2)];
  const errors = cidrs.flatMap((cidr, i) => checkCidr(cidr, `spec.cidrs[${i}]`));
  if (errors.length === 0 && cidrs.length === 2 && !isDualStack(cidrs.map((c) => c.split("/", 1)[0]!)))
    errors.push(
      invalid(
        "spec.cidrs",
        new GoLiteral(goStrings(cidrs)),
        "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64",
      ),
    );
  return errors;
}

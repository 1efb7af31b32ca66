import { type FieldError, fieldForbidden, invalid, required, tooLong } from "../../../machinery/field-error.ts";
import { byteLength, dns1123LabelErrors, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkImmutable, checkOneOf, invalidEach } from "../../shared/check.ts";
import type { IngressClass, IngressClassParametersReference } from "../../types/networking_v1.ts";
import { checkReference } from "../ingress/strategy.ts";

const maxControllerBytes = 250;

/** Mirrors pkg/registry/networking/ingressclass/strategy.go. */
export const strategy: Strategy<IngressClass> = {
  defaults(ingressClass) {
    if (ingressClass.spec?.parameters) ingressClass.spec.parameters.scope ??= "Cluster";
  },
  validate,
  validateUpdate: (ingressClass, old) => [
    ...checkImmutable(ingressClass.spec?.controller ?? "", old.spec?.controller ?? "", "spec.controller"),
    ...validate(ingressClass),
  ],
};

function validate({ spec }: IngressClass): FieldError[] {
  const controller = spec?.controller ?? "";
  const errors = controller ? checkController(controller) : [required("spec.controller")];
  return spec?.parameters ? [...errors, ...checkParameters(spec.parameters, "spec.parameters")] : errors;
}

function checkController(controller: string): FieldError[] {
  const errors = byteLength(controller) > maxControllerBytes ? [tooLong("spec.controller", maxControllerBytes)] : [];
  return [...errors, ...checkDomainPrefixedPath(controller, "spec.controller")];
}

/** example.com/path. Mirrors validation.IsDomainPrefixedPath. */
function checkDomainPrefixedPath(value: string, field: string): FieldError[] {
  if (value === "") return [required(field)];
  const slash = value.indexOf("/");
  const host = slash < 0 ? value : value.slice(0, slash);
  const path = slash < 0 ? "" : value.slice(slash + 1);
  if (slash < 0 || host === "" || path === "")
    return [invalid(field, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const hostErrors = invalidEach(field, host, dns1123SubdomainErrors(host));
  if (hostErrors.length > 0) return hostErrors;
  const good = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(path);
  return good
    ? []
    : [invalid(field, path, "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')")];
}

function checkParameters(parameters: IngressClassParametersReference, field: string): FieldError[] {
  const errors = checkReference(parameters, field);
  const { scope, namespace } = parameters;
  if (scope === undefined) return [...errors, required(`${field}.scope`)];
  errors.push(...checkOneOf(scope, ["Cluster", "Namespace"], `${field}.scope`));
  const at = `${field}.namespace`;
  if (scope === "Namespace")
    errors.push(
      ...(namespace === undefined
        ? [required(at, "`parameters.scope` is set to 'Namespace'")]
        : invalidEach(at, namespace, dns1123LabelErrors(namespace))),
    );
  if (scope === "Cluster" && namespace !== undefined)
    errors.push(fieldForbidden(at, "`parameters.scope` is set to 'Cluster'"));
  return errors;
}

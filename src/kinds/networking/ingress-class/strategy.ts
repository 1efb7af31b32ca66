import { type FieldError, fieldForbidden, required, tooLong } from "../../../machinery/field-error.ts";
import { byteLength, dns1123LabelErrors } from "../../../machinery/names.ts";
import type { Strategy } from "../../definition.ts";
import { checkDomainPrefixedPath, checkImmutable, checkOneOf, invalidEach } from "../../shared/check.ts";
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

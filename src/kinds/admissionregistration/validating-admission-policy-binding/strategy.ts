import {
  duplicate,
  type FieldError,
  fieldForbidden,
  GoLiteral,
  invalid,
  required,
} from "../../../machinery/field-error.ts";
import { dns1123LabelErrors, pathSegmentNameErrors } from "../../../machinery/names.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { Strategy } from "../../definition.ts";
import { checkDnsSubdomain, checkOneOf, invalidEach } from "../../shared/check.ts";
import { goStrings } from "../../shared/go-syntax.ts";
import type { ParamRef, ValidatingAdmissionPolicyBinding } from "../../types/admissionregistration_v1.ts";
import { checkMatchResources, defaultMatchResources } from "../match-resources.ts";

/** Mirrors pkg/registry/admissionregistration/validatingadmissionpolicybinding/strategy.go. */
export const strategy: Strategy<ValidatingAdmissionPolicyBinding> = {
  defaults({ spec }) {
    if (spec?.matchResources) defaultMatchResources(spec.matchResources);
  },
  validate,
};

function validate({ spec = {} }: ValidatingAdmissionPolicyBinding): FieldError[] {
  const errors = spec.policyName
    ? checkDnsSubdomain(spec.policyName, "spec.policyName")
    : [required("spec.policyName")];
  if (spec.paramRef) errors.push(...checkParamRef(spec.paramRef, "spec.paramRef"));
  errors.push(...checkMatchResources(spec.matchResources, "spec.matchResouces"));
  return [...errors, ...checkActions(spec.validationActions ?? [], "spec.validationActions")];
}

function checkParamRef(ref: ParamRef, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (ref.name) {
    errors.push(...invalidEach(`${field}.name`, ref.name, pathSegmentNameErrors(ref.name)));
    if (ref.selector) errors.push(fieldForbidden(`${field}.name`, "name and selector are mutually exclusive"));
  }
  if (ref.selector) {
    errors.push(...validateLabelSelector(ref.selector, `${field}.selector`));
    if (ref.name) errors.push(fieldForbidden(`${field}.selector`, "name and selector are mutually exclusive"));
  }
  if (!ref.name && !ref.selector) errors.push(required(field, "one of name or selector must be specified"));
  const action = ref.parameterNotFoundAction;
  const at = `${field}.parameterNotFoundAction`;
  if (!action) errors.push(required(at));
  else errors.push(...checkOneOf(action, ["Deny", "Allow"], at));
  if (ref.namespace)
    errors.push(...invalidEach(`${field}.namespace`, ref.namespace, dns1123LabelErrors(ref.namespace)));
  return errors;
}

function checkActions(actions: readonly string[], field: string): FieldError[] {
  const errors = actions.flatMap((action, i) => [
    ...checkOneOf(action, ["Audit", "Deny", "Warn"], `${field}[${i}]`),
    ...(actions.indexOf(action) < i ? [duplicate(`${field}[${i}]`, action)] : []),
  ]);
  if (actions.includes("Deny") && actions.includes("Warn"))
    errors.push(
      invalid(
        field,
        new GoLiteral(goStrings(actions, "admissionregistration.ValidationAction")),
        "must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)",
      ),
    );
  if (actions.length === 0) errors.push(required(field, "at least one validation action is required"));
  return errors;
}

import type { CelScope } from "../../../machinery/cel/checker.ts";
import { type CelType, celTypes } from "../../../machinery/cel/types.ts";
import { duplicate, type FieldError, invalid, required, tooMany } from "../../../machinery/field-error.ts";
import { byteLength, cIdentifierErrors, dns1035LabelErrors, dns1123SubdomainErrors } from "../../../machinery/names.ts";
import { parseApiVersion } from "../../../machinery/object.ts";
import { setKey } from "../../../machinery/schema/json-value.ts";
import type { Strategy } from "../../definition.ts";
import { checkOneOf, checkQualifiedName, invalidEach } from "../../shared/check.ts";
import { keep, plainStatus } from "../../shared/keep.ts";
import type {
  ParamKind,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from "../../types/admissionregistration_v1.ts";
import { checkExpression, checkMatchConditions, compileExpression } from "../match-conditions.ts";
import { checkMatchResources, defaultMatchResources } from "../match-resources.ts";
import { admissionScope, withVariables } from "../scope.ts";

const annotationTypes = [celTypes.string, celTypes.null];
const reasons = ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"];
const maxAuditAnnotations = 20;

/** Mirrors pkg/registry/admissionregistration/validatingadmissionpolicy/strategy.go. */
export const strategy: Strategy<ValidatingAdmissionPolicy> = {
  defaults({ spec }) {
    if (!spec) return;
    spec.failurePolicy ??= "Fail";
    if (spec.matchConstraints) defaultMatchResources(spec.matchConstraints);
  },
  prepareForCreate(policy) {
    policy.status = {};
  },
  prepareForUpdate(policy, old) {
    keep(policy, old, "status");
  },
  validate: (policy) => checkSpec(policy.spec ?? {}),
  status: plainStatus,
};

/** Mirrors admissionregistration validation.validateValidatingAdmissionPolicySpec. */
function checkSpec(spec: ValidatingAdmissionPolicySpec): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.failurePolicy === undefined) errors.push(required("spec.failurePolicy"));
  else errors.push(...checkOneOf(spec.failurePolicy, ["Fail", "Ignore"], "spec.failurePolicy"));
  if (spec.paramKind) errors.push(...checkParamKind(spec.paramKind, "spec.paramKind"));
  const match = "spec.matchConstraints";
  if (!spec.matchConstraints) errors.push(required(match));
  else {
    errors.push(...checkMatchResources(spec.matchConstraints, match));
    if ((spec.matchConstraints.resourceRules ?? []).length === 0) errors.push(required(`${match}.resourceRules`));
  }
  const scope = admissionScope({ params: spec.paramKind !== undefined, authorizer: true });
  errors.push(...checkMatchConditions(spec.matchConditions, "spec.matchConditions", scope));
  const variables = checkVariables(spec.variables ?? [], scope);
  errors.push(...variables.errors);
  const scopes: Scopes = {
    expression: withVariables(scope, variables.types),
    message: withVariables(
      admissionScope({ params: spec.paramKind !== undefined, authorizer: false }),
      variables.types,
    ),
  };
  const { validations = [], auditAnnotations = [] } = spec;
  if (validations.length + auditAnnotations.length === 0) {
    const message = "validations or auditAnnotations must contain at least one item";
    return [...errors, required("spec.validations", message), required("spec.auditAnnotations", message)];
  }
  errors.push(...validations.flatMap((v, i) => checkValidation(v, scopes, `spec.validations[${i}]`)));
  return [...errors, ...checkAuditAnnotations(spec, scopes)];
}

function checkParamKind(kind: ParamKind, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!kind.apiVersion) errors.push(required(`${field}.apiVersion`));
  else {
    const { group, version } = parseApiVersion(kind.apiVersion);
    if (group) errors.push(...invalidEach(`${field}.apiVersion`, group, dns1123SubdomainErrors(group)));
    errors.push(...invalidEach(`${field}.apiVersion`, version, dns1035LabelErrors(version)));
  }
  if (!kind.kind) errors.push(required(`${field}.kind`));
  else if (dns1035LabelErrors(kind.kind.toLowerCase()).length > 0)
    errors.push(
      invalid(
        `${field}.kind`,
        kind.kind,
        `may have mixed case, but should otherwise match: ${dns1035LabelErrors(kind.kind.toLowerCase()).join(",")}`,
      ),
    );
  return errors;
}

/** What the expressions of a policy may name: messages have no authorizer. */
interface Scopes {
  readonly expression: CelScope;
  readonly message: CelScope;
}

/** Variables may name those before them. Mirrors admissionregistration validation.validateVariable. */
function checkVariables(
  variables: readonly Variable[],
  scope: CelScope,
): { errors: FieldError[]; types: Record<string, CelType> } {
  const errors: FieldError[] = [];
  const types: Record<string, CelType> = {};
  for (const [i, { name, expression }] of variables.entries()) {
    const at = `spec.variables[${i}]`;
    if (!name) errors.push(required(`${at}.name`, "name is not specified"));
    else if (cIdentifierErrors(name).length > 0)
      errors.push(invalid(`${at}.name`, name, "name is not a valid CEL identifier"));
    if (!expression?.trim()) errors.push(required(`${at}.expression`, "expression is not specified"));
    else {
      const compiled = compileExpression(expression, `${at}.expression`, withVariables(scope, { ...types }));
      errors.push(...compiled.errors);
      setKey(types, name, compiled.type ?? celTypes.dyn);
    }
    if (variables.findIndex((v) => v.name === name) < i) errors.push(duplicate(`${at}.name`, name));
  }
  return { errors, types };
}

function checkValidation(validation: Validation, scopes: Scopes, at: string): FieldError[] {
  const { expression = "", message, messageExpression, reason } = validation;
  const errors: FieldError[] = [];
  const trimmed = expression.trim();
  if (trimmed === "") errors.push(required(`${at}.expression`, "expression is not specified"));
  else errors.push(...checkExpression(expression, `${at}.expression`, scopes.expression, [celTypes.bool]));
  if (messageExpression?.trim())
    errors.push(...checkExpression(messageExpression, `${at}.messageExpression`, scopes.message, [celTypes.string]));
  else if (messageExpression)
    errors.push(invalid(`${at}.messageExpression`, messageExpression, "must be non-empty if specified"));
  if (message !== undefined) errors.push(...checkMessage(message, trimmed, at));
  else if (trimmed.includes("\n") && !messageExpression)
    errors.push(required(`${at}.message`, "message must be specified if expression contains line breaks"));
  if (reason !== undefined) errors.push(...checkOneOf(reason, reasons, `${at}.reason`));
  return errors;
}

function checkMessage(message: string, expression: string, at: string): FieldError[] {
  const text = message.trim();
  if (message !== "" && text === "")
    return [invalid(`${at}.message`, message, "message must be non-empty if specified")];
  if (text.includes("\n")) return [invalid(`${at}.message`, message, "message must not contain line breaks")];
  return text === "" && expression.includes("\n")
    ? [required(`${at}.message`, "message must be specified if expression contains line breaks")]
    : [];
}

function checkAuditAnnotations({ auditAnnotations = [] }: ValidatingAdmissionPolicySpec, scopes: Scopes): FieldError[] {
  const field = "spec.auditAnnotations";
  const errors: FieldError[] = [];
  if (auditAnnotations.length > maxAuditAnnotations)
    errors.push(tooMany(field, auditAnnotations.length, maxAuditAnnotations));
  const keys = new Set<string>();
  for (const [i, { key = "", valueExpression = "" }] of auditAnnotations.entries()) {
    const at = `${field}[${i}]`;
    if (key === "") errors.push(required(`${at}.key`));
    else errors.push(...checkQualifiedName(key, `${at}.key`));
    if (byteLength(valueExpression) > 5 * 1024)
      errors.push(required(`${at}.valueExpression`, "must not exceed 5kb in length"));
    else errors.push(...checkExpression(valueExpression, `${at}.valueExpression`, scopes.expression, annotationTypes));
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key));
    keys.add(key);
  }
  return errors;
}

import type { CelScope } from "../../../machinery/cel/checker.ts";
import { type CelType, celTypes } from "../../../machinery/cel/types.ts";
import { parseApiVersion } from "../../../machinery/object.ts";
import { setKey } from "../../../machinery/schema/json-value.ts";
import { compileCelIn } from "../../shared/cel-error.ts";
import type {
  ExpressionWarning,
  RuleWithOperations,
  ValidatingAdmissionPolicySpec,
} from "../../types/admissionregistration_v1.ts";
import { admissionScope, withVariables } from "../scope.ts";

const maxKinds = 10;

/** A resource that a policy names in full. */
export interface CheckedResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** A kind that a policy is for, and the type of its objects. */
export interface CheckedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly type: CelType;
}

/** The resources to check a policy's expressions for, in upstream's order: those named without a wildcard. */
export function resourcesToCheck(spec: ValidatingAdmissionPolicySpec): CheckedResource[] {
  return (spec.matchConstraints?.resourceRules ?? []).flatMap(({ apiGroups, apiVersions, resources }) => {
    const groups = withoutWildcard(apiGroups);
    const versions = withoutWildcard(apiVersions);
    const plain = (resources ?? []).filter((r) => !/[*/]/.test(r)).sort();
    return groups.flatMap((group) =>
      versions.flatMap((version) => plain.map((resource) => ({ group, version, resource }))),
    );
  });
}

const withoutWildcard = (names: RuleWithOperations["apiGroups"] = []): string[] =>
  names.some((n) => n.includes("*")) ? [] : [...names].sort();

/** Each kind once, by group, version and kind; no more than upstream looks at. */
export function kindsToCheck<T extends Omit<CheckedKind, "type">>(found: readonly T[]): T[] {
  const key = (k: T): string => `${k.group}\0${k.version}\0${k.kind}`;
  const unique = new Map(found.slice(0, maxKinds).map((k) => [key(k), k]));
  return [...unique.keys()].sort().map((k) => unique.get(k)!);
}

/** What is wrong with a policy's expressions, given the types that they are for. Mirrors apiserver/pkg/admission/plugin/policy/validating TypeChecker.Check. */
export function typeCheck(
  spec: ValidatingAdmissionPolicySpec,
  kinds: readonly CheckedKind[],
  params: CelType | undefined,
): ExpressionWarning[] {
  const check = (expression: string, fieldRef: string): ExpressionWarning[] => {
    const results = kinds.flatMap((kind) => {
      const { error } = compileCelIn(expression, scopeFor(spec, kind.type, params));
      return error === undefined ? [] : [`${kind.group}/${kind.version}, Kind=${kind.kind}: ${error}\n`];
    });
    return results.length === 0 ? [] : [{ fieldRef, warning: results.join("\n") }];
  };
  return (spec.validations ?? []).flatMap(({ expression, messageExpression }, i) => [
    ...check(expression, `spec.validations[${i}].expression`),
    ...(messageExpression ? check(messageExpression, `spec.validations[${i}].messageExpression`) : []),
  ]);
}

function scopeFor(spec: ValidatingAdmissionPolicySpec, object: CelType, params: CelType | undefined): CelScope {
  const scope: CelScope = {
    ...admissionScope({ params: false, authorizer: true }),
    ...{ object, oldObject: object },
    ...(params ? { params } : {}),
  };
  const types: Record<string, CelType> = {};
  for (const { name, expression } of spec.variables ?? [])
    setKey(types, name, compileCelIn(expression, withVariables(scope, { ...types })).type ?? celTypes.dyn);
  return withVariables(scope, types);
}

/** The kind that a policy's parameters are of. */
export function paramKindOf(spec: ValidatingAdmissionPolicySpec): Omit<CheckedKind, "type"> | undefined {
  if (!spec.paramKind) return undefined;
  return { ...parseApiVersion(spec.paramKind.apiVersion ?? ""), kind: spec.paramKind.kind ?? "" };
}

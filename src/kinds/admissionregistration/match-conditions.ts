import type { CelScope } from "../../machinery/cel/checker.ts";
import { type CelType, celTypes, formatCelType } from "../../machinery/cel/types.ts";
import { duplicate, type FieldError, invalid, required, tooMany } from "../../machinery/field-error.ts";
import { compileCelIn } from "../shared/cel-error.ts";
import { checkQualifiedName } from "../shared/check.ts";
import type { MatchCondition } from "../types/admissionregistration_v1.ts";

const maxConditions = 64;

/** Mirrors admissionregistration validation.validateMatchConditions; `scope` has the variables that conditions may name. */
export function checkMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  field: string,
  scope: CelScope,
): FieldError[] {
  const errors: FieldError[] = [];
  const list = conditions ?? [];
  if (list.length > maxConditions) errors.push(tooMany(field, list.length, maxConditions));
  const names = new Set<string>();
  for (const [i, { name = "", expression = "" }] of list.entries()) {
    const at = `${field}[${i}]`;
    errors.push(...checkExpression(expression, `${at}.expression`, scope, [celTypes.bool]));
    if (name === "") errors.push(required(`${at}.name`));
    else {
      errors.push(...checkQualifiedName(name, `${at}.name`));
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
  }
  return errors;
}

/** A CEL expression that must be there, compile, and come to one of the types `wanted`. */
export function checkExpression(
  expression: string,
  field: string,
  scope: CelScope,
  wanted: readonly CelType[],
): FieldError[] {
  return expression.trim() === "" ? [required(field)] : compileExpression(expression, field, scope, wanted).errors;
}

/** As {@link checkExpression}, with the type that it comes to. Mirrors apiserver/pkg/admission/plugin/cel CompileCELExpression. */
export function compileExpression(
  expression: string,
  field: string,
  scope: CelScope,
  wanted?: readonly CelType[],
): { readonly errors: FieldError[]; readonly type?: CelType } {
  const { type, error } = compileCelIn(expression, scope);
  if (!type) return { errors: [invalid(field, expression, `compilation failed: ${error}`)] };
  if (!wanted || wanted.some((t) => formatCelType(t) === formatCelType(type))) return { errors: [], type };
  const names = wanted.map((t) => resultName(t));
  const expected = names.length === 1 ? names[0] : `one of [${names.join(" ")}]`;
  return { errors: [invalid(field, expression, `must evaluate to ${expected} but got ${resultName(type)}`)], type };
}

/** The name of a type as a result, which for null is another than in signatures. */
const resultName = (type: CelType): string => (type.kind === "null" ? "null_type" : formatCelType(type));

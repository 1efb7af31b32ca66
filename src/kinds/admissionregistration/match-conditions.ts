import { duplicate, type FieldError, invalid, required, tooMany } from "../../machinery/field-error.ts";
import { celCompileError } from "../shared/cel-error.ts";
import { checkQualifiedName } from "../shared/check.ts";
import type { MatchCondition } from "../types/admissionregistration_v1.ts";

const maxConditions = 64;

/** Mirrors admissionregistration validation.validateMatchConditions. */
export function checkMatchConditions(conditions: readonly MatchCondition[] | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const list = conditions ?? [];
  if (list.length > maxConditions) errors.push(tooMany(field, list.length, maxConditions));
  const names = new Set<string>();
  for (const [i, { name = "", expression = "" }] of list.entries()) {
    const at = `${field}[${i}]`;
    errors.push(...checkExpression(expression, `${at}.expression`));
    if (name === "") errors.push(required(`${at}.name`));
    else {
      errors.push(...checkQualifiedName(name, `${at}.name`));
      if (names.has(name)) errors.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
  }
  return errors;
}

/** A CEL expression that must be there and compile. */
export function checkExpression(expression: string, field: string): FieldError[] {
  if (expression.trim() === "") return [required(field)];
  const cause = celCompileError(expression);
  return cause ? [invalid(field, expression, `compilation failed: ${cause}`)] : [];
}

import { type FieldError, fieldForbidden, goQuote, invalid, required } from "../field-error.ts";
import { labelKeyErrors, labelValueErrors } from "../names.ts";
import {
  checkedRequirement,
  formatLabelTerms,
  type LabelOperator,
  type LabelRequirement,
  type LabelSelectorTerms,
  labelsMatch,
  parseLabelSelector,
  SelectorError,
} from "./label.ts";

/** metav1.LabelSelectorRequirement. */
export interface LabelSelectorExpression {
  key: string;
  operator: string;
  values?: string[] | null;
}

/** metav1.LabelSelector: the object of `spec.selector`. */
export interface LabelSelector {
  matchLabels?: Record<string, string> | null;
  matchExpressions?: LabelSelectorExpression[] | null;
}

const operators = new Map<string, LabelOperator>([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
]);

/** The terms of a LabelSelector; undefined for none at all, which selects nothing. Throws {@link SelectorError}. Mirrors metav1.LabelSelectorAsSelector. */
export function labelSelectorTerms(selector: LabelSelector | undefined | null): LabelSelectorTerms | undefined {
  if (selector == null) return undefined;
  const terms: LabelRequirement[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {}))
    terms.push(checkedRequirement(key, "=", [value]));
  for (const expression of selector.matchExpressions ?? []) {
    const operator = operators.get(expression.operator);
    if (operator === undefined)
      throw new SelectorError(`${goQuote(expression.operator)} is not a valid label selector operator`);
    terms.push(checkedRequirement(expression.key, operator, expression.values ?? []));
  }
  return terms.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** Whether a LabelSelector selects `labels`: none at all selects nothing, the empty one everything. Throws {@link SelectorError} for an invalid one. */
export function labelSelectorMatches(
  selector: LabelSelector | undefined | null,
  labels: Readonly<Record<string, string>> | undefined | null,
): boolean {
  const terms = labelSelectorTerms(selector);
  return terms !== undefined && labelsMatch(terms, labels);
}

/** "app=web,env in (a,b)", `<none>`, or `<error>` for an invalid one: what tables and describe show. Mirrors metav1.FormatLabelSelector. */
export function formatLabelSelector(selector: LabelSelector | undefined | null): string {
  try {
    const terms = labelSelectorTerms(selector);
    return terms === undefined || terms.length === 0 ? "<none>" : formatLabelTerms(terms);
  } catch (error) {
    if (error instanceof SelectorError) return "<error>";
    throw error;
  }
}

/** The LabelSelector that a `--selector` text means. Throws {@link SelectorError}. Mirrors metav1.ParseToLabelSelector. */
export function parseToLabelSelector(text: string): LabelSelector {
  let terms: LabelSelectorTerms;
  try {
    terms = parseLabelSelector(text);
  } catch (error) {
    if (!(error instanceof SelectorError)) throw error;
    throw new SelectorError(`couldn't parse the selector string "${text}": ${error.message}`);
  }
  const matchLabels: Record<string, string> = {};
  const matchExpressions: LabelSelectorExpression[] = [];
  for (const { key, operator, values } of terms) {
    if (operator === "=" || operator === "==") {
      matchLabels[key] = values[0]!;
      continue;
    }
    if (operator === "gt" || operator === "lt")
      throw new SelectorError(`"${operator}" isn't supported in label selectors`);
    const word = [...operators].find(([, o]) => o === operator)?.[0];
    if (word === undefined) throw new SelectorError(`"${operator}" is not a valid label selector operator`);
    matchExpressions.push({ key, operator: word, ...(values.length === 0 ? {} : { values: [...values] }) });
  }
  return {
    ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels }),
    ...(matchExpressions.length === 0 ? {} : { matchExpressions }),
  };
}

/** What is wrong with a map of labels at `field`. Mirrors metav1validation.ValidateLabels. */
export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined | null,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const key of Object.keys(labels ?? {}).sort()) {
    const value = labels![key]!;
    errors.push(...labelKeyErrors(key).map((e) => invalid(field, key, e)));
    errors.push(...labelValueErrors(value).map((e) => invalid(field, value, e)));
  }
  return errors;
}

function validateExpression(expression: LabelSelectorExpression, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const values = expression.values ?? [];
  if (expression.operator === "In" || expression.operator === "NotIn") {
    if (values.length === 0)
      errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
  } else if (expression.operator === "Exists" || expression.operator === "DoesNotExist") {
    if (values.length > 0)
      errors.push(
        fieldForbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
      );
  } else {
    errors.push(invalid(`${field}.operator`, expression.operator, "not a valid selector operator"));
  }
  errors.push(...labelKeyErrors(expression.key).map((e) => invalid(`${field}.key`, expression.key, e)));
  for (const [i, value] of values.entries())
    errors.push(...labelValueErrors(value).map((e) => invalid(`${field}.values[${i}]`, value, e)));
  return errors;
}

/** What is wrong with a LabelSelector at `field`. Mirrors metav1validation.ValidateLabelSelector. */
export function validateLabelSelector(selector: LabelSelector | undefined | null, field: string): FieldError[] {
  if (selector == null) return [];
  return [
    ...validateLabels(selector.matchLabels, `${field}.matchLabels`),
    ...(selector.matchExpressions ?? []).flatMap((e, i) => validateExpression(e, `${field}.matchExpressions[${i}]`)),
  ];
}

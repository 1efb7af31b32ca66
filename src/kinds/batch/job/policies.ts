import {
  duplicate,
  type FieldError,
  GoLiteral,
  invalid,
  invalidUnshown,
  required,
  tooLong,
  tooMany,
} from "../../../machinery/field-error.ts";
import { byteLength, qualifiedNameErrors } from "../../../machinery/names.ts";
import { checkNonNegative, checkOneOf, invalidEach } from "../../shared/check.ts";
import { goStructText } from "../../shared/go-diff.ts";
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from "../../types/batch_v1.ts";

const maxRules = 20;
const maxExitCodes = 255;
const maxPatterns = 20;
const maxIndexesBytes = 64 * 1024;

/** Mirrors batch validation.validatePodFailurePolicy. */
export function checkPodFailurePolicy(spec: Partial<JobSpec>, field: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const errors: FieldError[] = [];
  if (rules.length > maxRules) errors.push(tooMany(`${field}.rules`, rules.length, maxRules));
  const containers = new Set(
    [...(spec.template?.spec?.containers ?? []), ...(spec.template?.spec?.initContainers ?? [])].map((c) => c.name),
  );
  return [...errors, ...rules.flatMap((rule, i) => checkRule(rule, spec, containers, `${field}.rules[${i}]`))];
}

function checkRule(
  rule: PodFailurePolicyRule,
  spec: Partial<JobSpec>,
  containers: ReadonlySet<string>,
  at: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
  if (!rule.action) errors.push(required(`${at}.action`, `valid values: [${actions.map((a) => `"${a}"`).join(" ")}]`));
  else if (rule.action === "FailIndex" && spec.backoffLimitPerIndex === undefined)
    errors.push(invalid(`${at}.action`, rule.action, "requires the backoffLimitPerIndex to be set"));
  else errors.push(...checkOneOf(rule.action, actions, `${at}.action`));
  const patterns = rule.onPodConditions ?? [];
  if (rule.onExitCodes) errors.push(...checkExitCodes(rule.onExitCodes, containers, `${at}.onExitCodes`));
  if (patterns.length > maxPatterns) errors.push(tooMany(`${at}.onPodConditions`, patterns.length, maxPatterns));
  for (const [i, pattern] of patterns.entries()) {
    const where = `${at}.onPodConditions[${i}]`;
    errors.push(...invalidEach(`${where}.type`, pattern.type ?? "", qualifiedNameErrors(pattern.type ?? "")));
    if (!pattern.status) errors.push(required(`${where}.status`, 'valid values: ["False" "True" "Unknown"]'));
    else errors.push(...checkOneOf(pattern.status, ["False", "True", "Unknown"], `${where}.status`));
  }
  if (rule.onExitCodes && patterns.length > 0)
    errors.push(invalidUnshown(at, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (!rule.onExitCodes && patterns.length === 0)
    errors.push(invalidUnshown(at, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
}

function checkExitCodes(
  requirement: PodFailurePolicyOnExitCodesRequirement,
  containers: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!requirement.operator) errors.push(required(`${field}.operator`, 'valid values: ["In" "NotIn"]'));
  else errors.push(...checkOneOf(requirement.operator, ["In", "NotIn"], `${field}.operator`));
  const { containerName } = requirement;
  if (containerName !== undefined && !containers.has(containerName))
    errors.push(
      invalid(
        `${field}.containerName`,
        containerName,
        "must be one of the container or initContainer names in the pod template",
      ),
    );
  const values = requirement.values ?? [];
  const at = `${field}.values`;
  if (values.length === 0) errors.push(invalid(at, new GoLiteral("[]int32{}"), "at least one value is required"));
  else if (values.length > maxExitCodes) errors.push(tooMany(at, values.length, maxExitCodes));
  for (const [i, value] of values.entries()) {
    if (requirement.operator === "In" && value === 0)
      errors.push(invalid(`${at}[${i}]`, value, "must not be 0 for the In operator"));
    if (values.indexOf(value) < i) errors.push(duplicate(`${at}[${i}]`, value));
  }
  if (values.some((v, i) => i > 0 && values[i - 1]! > v))
    errors.push(invalid(at, new GoLiteral(`[]int32{${values.join(", ")}}`), "must be ordered"));
  return errors;
}

/** Mirrors batch validation.validateSuccessPolicy. */
export function checkSuccessPolicy(spec: Partial<JobSpec>, field: string): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  if (spec.completionMode !== "Indexed") {
    const shown = goStructText("batch.SuccessPolicy", spec.successPolicy ?? {});
    return [invalid(field, new GoLiteral(shown), "requires indexed completion mode")];
  }
  const errors: FieldError[] = [];
  const at = `${field}.rules`;
  if (rules.length === 0)
    errors.push(required(at, "at least one rules must be specified when the successPolicy is specified"));
  if (rules.length > maxRules) errors.push(tooMany(at, rules.length, maxRules));
  return [...errors, ...rules.flatMap((rule, i) => checkSuccessRule(rule, spec.completions ?? 0, `${at}[${i}]`))];
}

function checkSuccessRule(rule: SuccessPolicyRule, completions: number, at: string): FieldError[] {
  const errors: FieldError[] = [];
  const { succeededIndexes: indexes, succeededCount: wanted } = rule;
  if (wanted === undefined && indexes === undefined)
    errors.push(required(at, "at least one of succeededCount or succeededIndexes must be specified"));
  let total = 0;
  if (indexes !== undefined) {
    if (byteLength(indexes) > maxIndexesBytes) errors.push(tooLong(`${at}.succeededIndexes`, maxIndexesBytes));
    const parsed = parseIndexes(indexes, completions);
    if (typeof parsed === "string")
      errors.push(invalid(`${at}.succeededIndexes`, indexes, `error parsing succeededIndexes: ${parsed}`));
    else total = parsed;
  }
  if (wanted === undefined) return errors;
  const countAt = `${at}.succeededCount`;
  const atMost = (max: number, what: string): FieldError =>
    invalid(countAt, wanted, `must be less than or equal to ${max} (the number of ${what})`);
  errors.push(...checkNonNegative(wanted, countAt));
  if (wanted > completions) errors.push(atMost(completions, "specified completions"));
  if (indexes !== undefined && wanted > total)
    errors.push(atMost(total, "indexes in the specified succeededIndexes field"));
  return errors;
}

/** How many indexes "0,2-4" names, or why it names none. Mirrors batch validation.validateIndexesFormat. */
function parseIndexes(text: string, completions: number): number | string {
  let total = 0;
  let last = -1;
  for (const part of text === "" ? [] : text.split(",")) {
    const bounds = part.split("-");
    if (bounds.length > 2)
      return `the fragment ${JSON.stringify(part)} violates the requirement that an index interval can have at most two parts separated by '-'`;
    for (const bound of bounds) {
      if (!/^[0-9]{1,9}$/.test(bound)) return `cannot convert string to integer for index: ${JSON.stringify(bound)}`;
      if (Number(bound) >= completions) return `too large index: ${JSON.stringify(bound)}`;
    }
    const [from, to = from] = bounds.map(Number) as [number, number?];
    if (bounds.length === 2 && from >= to) return `non-increasing order, previous: ${from}, current: ${to}`;
    if (last >= from) return `non-increasing order, previous: ${last}, current: ${from}`;
    total += to - from + 1;
    last = to;
  }
  return total;
}

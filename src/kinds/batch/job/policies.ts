import { duplicate, type FieldError, GoLiteral, invalid, required, tooMany } from "../../../machinery/field-error.ts";
import { qualifiedNameErrors } from "../../../machinery/names.ts";
import { checkNonNegative, checkOneOf, invalidEach } from "../../shared/check.ts";
import { goPointer } from "../../shared/go-syntax.ts";
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from "../../types/batch_v1.ts";

const maxRules = 20;
const maxExitCodes = 255;
const maxPatterns = 20;

/** Mirrors batch validation.validatePodFailurePolicy. */
export function checkPodFailurePolicy(spec: Partial<JobSpec>, field: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  if (rules.length > maxRules) return [tooMany(`${field}.rules`, rules.length, maxRules)];
  const containers = new Set(
    [...(spec.template?.spec?.containers ?? []), ...(spec.template?.spec?.initContainers ?? [])].map((c) => c.name),
  );
  return rules.flatMap((rule, i) => checkRule(rule, spec, containers, `${field}.rules[${i}]`));
}

function checkRule(
  rule: PodFailurePolicyRule,
  spec: Partial<JobSpec>,
  containers: ReadonlySet<string>,
  at: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const actions = ["Count", "FailIndex", "FailJob", "Ignore"];
  if (!rule.action) errors.push(required(`${at}.action`, `valid values: ${actions.map((a) => `"${a}"`).join(", ")}`));
  else if (rule.action === "FailIndex" && spec.backoffLimitPerIndex === undefined)
    errors.push(invalid(`${at}.action`, rule.action, "requires the backoffLimitPerIndex to be set"));
  else errors.push(...checkOneOf(rule.action, actions, `${at}.action`));
  const patterns = rule.onPodConditions ?? [];
  if (rule.onExitCodes) errors.push(...checkExitCodes(rule.onExitCodes, containers, `${at}.onExitCodes`));
  if (patterns.length > maxPatterns) errors.push(tooMany(`${at}.onPodConditions`, patterns.length, maxPatterns));
  for (const [i, pattern] of patterns.entries()) {
    const where = `${at}.onPodConditions[${i}]`;
    errors.push(...invalidEach(`${where}.type`, pattern.type ?? "", qualifiedNameErrors(pattern.type ?? "")));
    if (!pattern.status) errors.push(required(`${where}.status`, 'valid values: "False", "True", "Unknown"'));
    else errors.push(...checkOneOf(pattern.status, ["False", "True", "Unknown"], `${where}.status`));
  }
  const shown = new GoLiteral(
    `batch.PodFailurePolicyRule{Action:"${rule.action ?? ""}", OnExitCodes:${goPointer("batch.PodFailurePolicyOnExitCodesRequirement", rule.onExitCodes)}, OnPodConditions:[]batch.PodFailurePolicyOnPodConditionsPattern${rule.onPodConditions ? "{}" : "(nil)"}}`,
  );
  if (rule.onExitCodes && patterns.length > 0)
    errors.push(invalid(at, shown, "specifying both OnExitCodes and OnPodConditions is not supported"));
  if (!rule.onExitCodes && patterns.length === 0)
    errors.push(invalid(at, shown, "specifying one of OnExitCodes and OnPodConditions is required"));
  return errors;
}

function checkExitCodes(
  requirement: PodFailurePolicyOnExitCodesRequirement,
  containers: ReadonlySet<string>,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  if (!requirement.operator) errors.push(required(`${field}.operator`, 'valid values: "In", "NotIn"'));
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
  if (spec.completionMode !== "Indexed")
    return [
      invalid(
        field,
        new GoLiteral("batch.SuccessPolicy{Rules:[]batch.SuccessPolicyRule{}}"),
        "requires indexed completion mode",
      ),
    ];
  const rules = spec.successPolicy?.rules ?? [];
  const at = `${field}.rules`;
  if (rules.length === 0)
    return [required(at, "at least one rules must be specified when the successPolicy is specified")];
  if (rules.length > maxRules) return [tooMany(at, rules.length, maxRules)];
  return rules.flatMap((rule, i) => checkSuccessRule(rule, spec.completions ?? 0, `${at}[${i}]`));
}

function checkSuccessRule(rule: SuccessPolicyRule, completions: number, at: string): FieldError[] {
  if (rule.succeededCount === undefined && rule.succeededIndexes === undefined)
    return [required(at, "at least one of succeededCount or succeededIndexes must be specified")];
  const errors: FieldError[] = [];
  let count = completions;
  if (rule.succeededIndexes !== undefined) {
    const parsed = parseIndexes(rule.succeededIndexes, completions);
    if (typeof parsed === "string")
      errors.push(
        invalid(`${at}.succeededIndexes`, rule.succeededIndexes, `error parsing succeededIndexes: ${parsed}`),
      );
    else count = parsed;
  }
  const wanted = rule.succeededCount;
  if (wanted === undefined) return errors;
  errors.push(...checkNonNegative(wanted, `${at}.succeededCount`));
  if (wanted > completions)
    errors.push(
      invalid(
        `${at}.succeededCount`,
        wanted,
        `must be less than or equal to ${completions} (the number of specified completions)`,
      ),
    );
  else if (rule.succeededIndexes !== undefined && wanted > count)
    errors.push(
      invalid(
        `${at}.succeededCount`,
        wanted,
        `must be less than or equal to ${count} (the number of indexes in the specified succeededIndexes field)`,
      ),
    );
  return errors;
}

/** How many indexes "0,2-4" names, or why it names none. */
function parseIndexes(text: string, completions: number): number | string {
  if (text === "") return 0;
  let total = 0;
  let last = -1;
  for (const part of text.split(",")) {
    const match = /^([0-9]{1,9})(?:-([0-9]{1,9}))?$/.exec(part);
    if (!match) return `cannot convert string to integer for index: "${part.split("-")[0]}"`;
    const from = Number(match[1]);
    const to = match[2] === undefined ? from : Number(match[2]);
    if (from >= completions) return `too large index: "${match[1]}"`;
    if (to >= completions) return `too large index: "${match[2]}"`;
    if (from <= last) return `non-increasing order, previous: ${last}, current: ${from}`;
    if (to < from || (match[2] !== undefined && to === from))
      return `non-increasing order, previous: ${from}, current: ${to}`;
    total += to - from + 1;
    last = to;
  }
  return total;
}

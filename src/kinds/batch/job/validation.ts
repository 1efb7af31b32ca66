import {
  type FieldError,
  GoLiteral,
  goStringMap,
  invalid,
  notSupported,
  required,
  tooLong,
} from "../../../machinery/field-error.ts";
import { byteLength, dns1123LabelErrors } from "../../../machinery/names.ts";
import { deepCopy, deepEqual } from "../../../machinery/object.ts";
import { labelSelectorMatches, validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import {
  checkDomainPrefixedPath,
  checkImmutable,
  checkNonNegative,
  checkOneOf,
  isBrokenSelector,
} from "../../shared/check.ts";
import { goStructText } from "../../shared/go-diff.ts";
import { goLabelSelector } from "../../shared/go-syntax.ts";
import { checkPodTemplate, templateLabelsMismatch } from "../../shared/pod/template.ts";
import type { Job, JobSpec } from "../../types/batch_v1.ts";
import type { PodTemplateSpec } from "../../types/core_v1.ts";
import { checkPodFailurePolicy, checkSuccessPolicy } from "./policies.ts";
import { controllerUidLabels, jobNameLabels } from "./selector.ts";

const maxIndexed = 100_000;
const maxOfMany = 10_000;
const maxManagerBytes = 63;

/** Mirrors batch validation.ValidateJob. */
export function validateJob(job: Job): FieldError[] {
  const spec: Partial<JobSpec> = job.spec ?? {};
  const errors = [...checkGeneratedSelector(job), ...checkWholeSpec(spec)];
  if (spec.completionMode === "Indexed" && (spec.completions ?? 0) > 0) {
    const name = job.metadata.name ?? "";
    const longest = `${name}-${spec.completions! - 1}`;
    if (dns1123LabelErrors(longest).length > 0)
      errors.push(invalid("metadata.name", name, `will not able to create pod with invalid DNS label: ${longest}`));
  }
  return errors;
}

/** Mirrors batch validation.validateGeneratedSelector. */
function checkGeneratedSelector(job: Job): FieldError[] {
  const spec: Partial<JobSpec> = job.spec ?? {};
  if (spec.manualSelector || !spec.selector) return [];
  const uid = job.metadata.uid ?? "";
  const errors: FieldError[] = uid ? [] : [required("metadata.uid")];
  const labels = spec.template?.metadata?.labels;
  const expected = [
    ...controllerUidLabels.map((label) => [label, uid] as const),
    ...jobNameLabels.map((label) => [label, job.metadata.name ?? ""] as const),
  ];
  for (const [label, value] of expected) {
    const at = `spec.template.metadata.labels[${label}]`;
    if (labels?.[label] === undefined) errors.push(required(at, `must be '${value}'`));
    else if (labels[label] !== value)
      errors.push(invalid(at, new GoLiteral(goStringMap(labels)), `must be '${value}'`));
  }
  const generated = Object.fromEntries(expected);
  if (!isBrokenSelector(spec.selector) && !labelSelectorMatches(spec.selector, generated))
    errors.push(
      invalid("spec.selector", new GoLiteral(goLabelSelector(spec.selector)), "`selector` not auto-generated"),
    );
  return errors;
}

function checkWholeSpec(spec: Partial<JobSpec>): FieldError[] {
  const errors = checkJobSpec(spec, "spec");
  if (!spec.selector) errors.push(required("spec.selector"));
  else errors.push(...validateLabelSelector(spec.selector, "spec.selector"));
  const labels = spec.template?.metadata?.labels;
  if (!isBrokenSelector(spec.selector) && !labelSelectorMatches(spec.selector, labels))
    errors.push(templateLabelsMismatch(labels, "spec.template"));
  return errors;
}

/** The spec of a job or of a CronJob's template. Mirrors batch validation.validateJobSpec. */
export function checkJobSpec(spec: Partial<JobSpec>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const name of [
    "parallelism",
    "completions",
    "activeDeadlineSeconds",
    "backoffLimit",
    "ttlSecondsAfterFinished",
    "backoffLimitPerIndex",
  ] as const)
    errors.push(...checkNonNegative(spec[name], `${field}.${name}`));
  errors.push(...checkNonNegative(spec.maxFailedIndexes, `${field}.maxFailedIndexes`));
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined)
    errors.push(required(`${field}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"));
  if (spec.managedBy !== undefined) {
    errors.push(...checkDomainPrefixedPath(spec.managedBy, `${field}.managedBy`));
    if (byteLength(spec.managedBy) > maxManagerBytes) errors.push(tooLong(`${field}.managedBy`, maxManagerBytes));
  }
  errors.push(...checkCompletionMode(spec, field));
  if (spec.podFailurePolicy) errors.push(...checkPodFailurePolicy(spec, `${field}.podFailurePolicy`));
  if (spec.successPolicy) errors.push(...checkSuccessPolicy(spec, `${field}.successPolicy`));
  errors.push(...checkReplacementPolicy(spec, `${field}.podReplacementPolicy`));
  errors.push(...checkPodTemplate(spec.template, `${field}.template`));
  return [...errors, ...checkRestartPolicy(spec, `${field}.template.spec.restartPolicy`)];
}

function checkCompletionMode(spec: Partial<JobSpec>, field: string): FieldError[] {
  const errors: FieldError[] = [];
  const mode = spec.completionMode;
  if (mode !== undefined) errors.push(...checkOneOf(mode, ["NonIndexed", "Indexed"], `${field}.completionMode`));
  if (mode === "Indexed") return checkIndexed(spec, field);
  if (mode !== undefined && mode !== "NonIndexed") return errors;
  for (const name of ["backoffLimitPerIndex", "maxFailedIndexes"] as const)
    if (spec[name] !== undefined)
      errors.push(invalid(`${field}.${name}`, spec[name], "requires indexed completion mode"));
  return errors;
}

/** What an indexed job may ask for: more than a hundred thousand indexes are watched less closely. */
function checkIndexed(spec: Partial<JobSpec>, field: string): FieldError[] {
  const { completions, parallelism, maxFailedIndexes } = spec;
  const errors: FieldError[] = [];
  const limit = (name: "parallelism" | "maxFailedIndexes", max: number, detail = ""): void => {
    if ((spec[name] ?? 0) > max)
      errors.push(invalid(`${field}.${name}`, spec[name], `must be less than or equal to ${max}${detail}`));
  };
  if (completions === undefined) errors.push(required(`${field}.completions`, "when completion mode is Indexed"));
  limit("parallelism", maxIndexed, " when completion mode is Indexed");
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions)
    errors.push(invalid(`${field}.maxFailedIndexes`, maxFailedIndexes, "must be less than or equal to completions"));
  limit("maxFailedIndexes", maxIndexed);
  if ((completions ?? 0) <= maxIndexed || spec.backoffLimitPerIndex === undefined) return errors;
  const above = ` when completions are above ${maxIndexed} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined)
    errors.push(required(`${field}.maxFailedIndexes`, `must be specified when completions is above ${maxIndexed}`));
  if (parallelism !== undefined) limit("parallelism", maxOfMany, above);
  limit("maxFailedIndexes", maxOfMany, above);
  return errors;
}

function checkReplacementPolicy(spec: Partial<JobSpec>, field: string): FieldError[] {
  const policy = spec.podReplacementPolicy;
  if (policy === undefined) return [];
  return checkOneOf(policy, spec.podFailurePolicy ? ["Failed"] : ["Failed", "TerminatingOrFailed"], field);
}

function checkRestartPolicy(spec: Partial<JobSpec>, field: string): FieldError[] {
  const policy = spec.template?.spec?.restartPolicy;
  // Always is what defaulting makes of nothing.
  if (!policy || policy === "Always") return [required(field, 'valid values: "OnFailure", "Never"')];
  if (policy !== "OnFailure" && policy !== "Never") return [notSupported(field, policy, ["OnFailure", "Never"])];
  if (spec.podFailurePolicy && policy !== "Never")
    return [invalid(field, policy, 'only "Never" is supported when podFailurePolicy is specified')];
  return [];
}

/** Mirrors batch validation.ValidateJobSpecUpdate. */
export function validateJobUpdate(job: Job, old: Job): FieldError[] {
  const spec: Partial<JobSpec> = job.spec ?? {};
  const before: Partial<JobSpec> = old.spec ?? {};
  const errors = [...checkWholeSpec(spec), ...checkCompletions(spec, before)];
  const selector = new GoLiteral(goLabelSelector(spec.selector));
  errors.push(...checkImmutable(spec.selector, before.selector, "spec.selector", selector));
  errors.push(...checkTemplateUpdate(job, old));
  for (const name of [
    "completionMode",
    "podFailurePolicy",
    "backoffLimitPerIndex",
    "managedBy",
    "successPolicy",
  ] as const) {
    const value = spec[name] ?? null;
    const shown =
      typeof value === "object" && value !== null
        ? new GoLiteral(`batch.${name[0]!.toUpperCase()}${name.slice(1)}{}`)
        : value;
    errors.push(...checkImmutable(value, before[name] ?? null, `spec.${name}`, shown));
  }
  return errors;
}

function checkCompletions(spec: Partial<JobSpec>, old: Partial<JobSpec>): FieldError[] {
  const field = "spec.completions";
  const immutable = checkImmutable(spec.completions, old.completions, field, spec.completions ?? null);
  if (spec.completionMode !== "Indexed" || immutable.length === 0 || spec.completions === undefined) return immutable;
  return spec.completions === spec.parallelism
    ? []
    : [invalid(field, spec.completions, "can only be modified in tandem with spec.parallelism")];
}

/** A job that is suspended and has not begun may still be told where to run. Mirrors batch validation.validatePodTemplateUpdate. */
function checkTemplateUpdate(job: Job, old: Job): FieldError[] {
  const template: PodTemplateSpec = job.spec?.template ?? {};
  const before: PodTemplateSpec = deepCopy(old.spec?.template ?? {});
  const mayDirect = old.spec?.suspend === true && old.status?.startTime === undefined;
  if (mayDirect && before.spec && template.spec) {
    before.metadata = {
      ...before.metadata,
      labels: template.metadata?.labels,
      annotations: template.metadata?.annotations,
    };
    before.spec.nodeSelector = template.spec.nodeSelector;
    before.spec.tolerations = template.spec.tolerations;
    before.spec.schedulingGates = template.spec.schedulingGates;
    const node = template.spec.affinity?.nodeAffinity;
    if (template.spec.affinity) before.spec.affinity = { ...before.spec.affinity, nodeAffinity: node };
    else if (!before.spec.affinity?.podAffinity && !before.spec.affinity?.podAntiAffinity)
      before.spec.affinity = undefined;
    else before.spec.affinity = { ...before.spec.affinity, nodeAffinity: undefined };
  }
  if (deepEqual(template, before)) return [];
  return [
    invalid("spec.template", new GoLiteral(goStructText("core.PodTemplateSpec", template)), "field is immutable"),
  ];
}

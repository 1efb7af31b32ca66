import { type FieldError, fieldForbidden, invalid, required } from "../../../machinery/field-error.ts";
import { pathSegmentNameErrors } from "../../../machinery/names.ts";
import { quantitySign, tryParseQuantity } from "../../../machinery/quantity.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import { checkOneOf, invalidEach } from "../../shared/check.ts";
import { goQuantity } from "../../shared/go-syntax.ts";
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscalerSpec,
  HPAScalingRules,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from "../../types/autoscaling_v2.ts";

const maxStabilizationSeconds = 3600;
const maxPeriodSeconds = 1800;

/** Mirrors autoscaling validation.validateHorizontalPodAutoscalerSpec. */
export function checkAutoscalerSpec(spec: Partial<HorizontalPodAutoscalerSpec> = {}): FieldError[] {
  const errors: FieldError[] = [];
  const min = spec.minReplicas;
  const max = spec.maxReplicas ?? 0;
  if (min !== undefined && min < 1) errors.push(invalid("spec.minReplicas", min, "must be greater than or equal to 1"));
  if (max < 1) errors.push(invalid("spec.maxReplicas", max, "must be greater than 0"));
  if (min !== undefined && max < min)
    errors.push(invalid("spec.maxReplicas", max, "must be greater than or equal to `minReplicas`"));
  errors.push(...checkReference(spec.scaleTargetRef, "spec.scaleTargetRef"));
  errors.push(...(spec.metrics ?? []).flatMap((m, i) => checkMetric(m, `spec.metrics[${i}]`)));
  for (const direction of ["scaleUp", "scaleDown"] as const)
    errors.push(...checkRules(spec.behavior?.[direction], `spec.behavior.${direction}`));
  return errors;
}

function checkReference(reference: CrossVersionObjectReference | undefined, field: string): FieldError[] {
  return (["kind", "name"] as const).flatMap((name) => {
    const value = reference?.[name];
    return value
      ? invalidEach(`${field}.${name}`, value, pathSegmentNameErrors(value))
      : [required(`${field}.${name}`)];
  });
}

const sources = {
  Object: "object",
  Pods: "pods",
  Resource: "resource",
  External: "external",
  ContainerResource: "containerResource",
} as const;
type Source = (typeof sources)[keyof typeof sources];

function checkMetric(metric: MetricSpec, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!metric.type) errors.push(required(`${field}.type`, "must specify a metric source type"));
  errors.push(...checkOneOf(metric.type, Object.keys(sources).sort(), `${field}.type`));
  const present = (["object", "external", "pods", "resource", "containerResource"] as const).filter((s) => metric[s]);
  if (present[0]) errors.push(...checkSource(metric, present[0], `${field}.${present[0]}`));
  const expected = Object.hasOwn(sources, metric.type) ? sources[metric.type as keyof typeof sources] : undefined;
  if (expected && !present.includes(expected))
    errors.push(required(`${field}.${expected}`, "must populate information for the given metric source"));
  if (present.length !== 1)
    for (const other of present.filter((s) => s !== expected).sort())
      errors.push(fieldForbidden(`${field}.${other}`, "must populate the given metric source only"));
  return errors;
}

function checkSource(metric: MetricSpec, source: Source, field: string): FieldError[] {
  const target = metric[source]?.target;
  const at = `${field}.target`;
  const errors: FieldError[] = [];
  if (source === "object") errors.push(...checkReference(metric.object?.describedObject, `${field}.describedObject`));
  if (source === "resource" || source === "containerResource") {
    if (!metric[source]?.name) errors.push(required(`${field}.name`, "must specify a resource name"));
    if (source === "containerResource" && !metric.containerResource?.container)
      errors.push(required(`${field}.container`, "must specify a container"));
  } else errors.push(...checkIdentifier(metric[source]?.metric, `${field}.metric`));
  errors.push(...checkTarget(target, at));
  return [...errors, ...checkTargetFits(target, source, at)];
}

/** What a source of its kind must or may not aim at. */
function checkTargetFits(target: MetricTarget | undefined, source: Source, at: string): FieldError[] {
  const { value, averageValue, averageUtilization } = target ?? {};
  switch (source) {
    case "object":
      return value === undefined && averageValue === undefined
        ? [required(`${at}.averageValue`, "must set either a target value or averageValue")]
        : [];
    case "external":
      if (value === undefined && averageValue === undefined)
        return [required(`${at}.averageValue`, "must set either a target value for metric or a per-pod target")];
      return value !== undefined && averageValue !== undefined
        ? [fieldForbidden(`${at}.value`, "may not set both a target value for metric and a per-pod target")]
        : [];
    case "pods":
      return isPositive(averageValue)
        ? []
        : [required(`${at}.averageValue`, "must specify a positive target averageValue")];
    default:
      if (averageUtilization === undefined && averageValue === undefined)
        return [required(`${at}.averageUtilization`, "must set either a target raw value or a target utilization")];
      return averageUtilization !== undefined && averageValue !== undefined
        ? [fieldForbidden(`${at}.averageValue`, "may not set both a target raw value and a target utilization")]
        : [];
  }
}

const isPositive = (value: string | number | undefined): boolean => {
  const quantity = tryParseQuantity(value);
  return quantity !== undefined && quantitySign(quantity) > 0;
};

function checkTarget(target: MetricTarget | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!target?.type) errors.push(required(`${field}.type`, "must specify a metric target type"));
  if (!["Utilization", "Value", "AverageValue"].includes(target?.type ?? ""))
    errors.push(invalid(`${field}.type`, target?.type ?? "", "must be either Utilization, Value, or AverageValue"));
  for (const name of ["value", "averageValue"] as const) {
    const value = target?.[name];
    if (value !== undefined && !isPositive(value))
      errors.push(invalid(`${field}.${name}`, goQuantity(value), "must be positive"));
  }
  const utilization = target?.averageUtilization;
  if (utilization !== undefined && utilization < 1)
    errors.push(invalid(`${field}.averageUtilization`, utilization, "must be greater than 0"));
  return errors;
}

function checkIdentifier(identifier: MetricIdentifier | undefined, field: string): FieldError[] {
  const name = identifier?.name;
  const errors = name
    ? invalidEach(`${field}.name`, name, pathSegmentNameErrors(name))
    : [required(`${field}.name`, "must specify a metric name")];
  return [...errors, ...validateLabelSelector(identifier?.selector, `${field}.selector`)];
}

/** Mirrors autoscaling validation.validateScalingRules. */
function checkRules(rules: HPAScalingRules | undefined, field: string): FieldError[] {
  if (!rules) return [];
  const errors: FieldError[] = [];
  const window = rules.stabilizationWindowSeconds;
  const at = `${field}.stabilizationWindowSeconds`;
  if (window !== undefined && window < 0) errors.push(invalid(at, window, "must be greater than or equal to zero"));
  if (window !== undefined && window > maxStabilizationSeconds)
    errors.push(invalid(at, window, `must be less than or equal to ${maxStabilizationSeconds}`));
  if (rules.selectPolicy !== undefined)
    errors.push(...checkOneOf(rules.selectPolicy, ["Disabled", "Max", "Min"], `${field}.selectPolicy`));
  const policies = rules.policies ?? [];
  if (policies.length === 0) errors.push(required(`${field}.policies`, "must specify at least one Policy"));
  for (const [i, policy] of policies.entries()) {
    const where = `${field}.policies[${i}]`;
    const { value = 0, periodSeconds: period = 0 } = policy;
    errors.push(...checkOneOf(policy.type, ["Percent", "Pods"], `${where}.type`));
    if (value <= 0) errors.push(invalid(`${where}.value`, value, "must be greater than zero"));
    if (period <= 0) errors.push(invalid(`${where}.periodSeconds`, period, "must be greater than zero"));
    if (period > maxPeriodSeconds)
      errors.push(invalid(`${where}.periodSeconds`, period, `must be less than or equal to ${maxPeriodSeconds}`));
  }
  return errors;
}

import {
  duplicate,
  type FieldError,
  fieldForbidden,
  invalid,
  notSupported,
  required,
} from "../../../machinery/field-error.ts";
import { dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors } from "../../../machinery/names.ts";
import { validateLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type {
  Affinity,
  NodeSelector,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  Toleration,
  TopologySpreadConstraint,
  WeightedPodAffinityTerm,
} from "../../types/core_v1.ts";
import type { LabelSelector } from "../../types/meta_v1.ts";
import { checkLabelName, checkOneOf, invalidEach, notPositiveMessage } from "../check.ts";

const requiredTerms = "requiredDuringSchedulingIgnoredDuringExecution";
const preferredTerms = "preferredDuringSchedulingIgnoredDuringExecution";

/** Mirrors core validation.validateAffinity. */
export function checkAffinity(affinity: Affinity | undefined, field: string): FieldError[] {
  if (!affinity) return [];
  const errors: FieldError[] = [];
  const node = affinity.nodeAffinity;
  if (node?.[requiredTerms])
    errors.push(...checkNodeSelector(node[requiredTerms], `${field}.nodeAffinity.${requiredTerms}`));
  for (const [i, term] of (node?.[preferredTerms] ?? []).entries()) {
    const at = `${field}.nodeAffinity.${preferredTerms}[${i}]`;
    errors.push(
      ...checkWeight(term.weight, at),
      ...checkNodeSelectorTerm(term.preference ?? {}, `${at}.preference`, false),
    );
  }
  for (const kind of ["podAffinity", "podAntiAffinity"] as const) {
    const terms = affinity[kind];
    for (const [i, term] of (terms?.[requiredTerms] ?? []).entries())
      errors.push(...checkPodAffinityTerm(term, `${field}.${kind}.${requiredTerms}[${i}]`));
    for (const [i, term] of (terms?.[preferredTerms] ?? []).entries())
      errors.push(...checkWeightedTerm(term, `${field}.${kind}.${preferredTerms}[${i}]`));
  }
  return errors;
}

const checkWeight = (weight: number | undefined, at: string): FieldError[] =>
  !weight || weight <= 0 || weight > 100 ? [invalid(`${at}.weight`, weight ?? 0, "must be in the range 1-100")] : [];

const checkWeightedTerm = (term: WeightedPodAffinityTerm, at: string): FieldError[] => [
  ...checkWeight(term.weight, at),
  ...checkPodAffinityTerm(term.podAffinityTerm ?? { topologyKey: "" }, `${at}.podAffinityTerm`),
];

/** Mirrors core validation.ValidateNodeSelector. */
export function checkNodeSelector(selector: NodeSelector, field: string): FieldError[] {
  const terms = selector.nodeSelectorTerms ?? [];
  const at = `${field}.nodeSelectorTerms`;
  if (terms.length === 0) return [required(at, "must have at least one node selector term")];
  return terms.flatMap((term, i) => checkNodeSelectorTerm(term, `${at}[${i}]`, true));
}

// Preferences may hold values that are no labels: they only fail to match.
function checkNodeSelectorTerm(term: NodeSelectorTerm, field: string, checkValues: boolean): FieldError[] {
  return [
    ...(term.matchExpressions ?? []).flatMap((r, i) =>
      checkNodeRequirement(r, `${field}.matchExpressions[${i}]`, checkValues),
    ),
    ...(term.matchFields ?? []).flatMap((r, i) => checkNodeFieldRequirement(r, `${field}.matchFields[${i}]`)),
  ];
}

function checkNodeRequirement(r: NodeSelectorRequirement, field: string, checkValues: boolean): FieldError[] {
  const values = r.values ?? [];
  const errors: FieldError[] = [];
  switch (r.operator) {
    case "In":
    case "NotIn":
      if (values.length === 0)
        errors.push(required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0)
        errors.push(
          fieldForbidden(`${field}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
        );
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1)
        errors.push(required(`${field}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      break;
    default:
      errors.push(invalid(`${field}.operator`, r.operator ?? "", "not a valid selector operator"));
  }
  errors.push(...checkLabelName(r.key ?? "", `${field}.key`));
  if (checkValues)
    for (const [i, value] of values.entries())
      errors.push(...invalidEach(`${field}.values[${i}]`, value, labelValueErrors(value)));
  return errors;
}

function checkNodeFieldRequirement(r: NodeSelectorRequirement, field: string): FieldError[] {
  const errors: FieldError[] = [];
  if (r.operator !== "In" && r.operator !== "NotIn")
    errors.push(invalid(`${field}.operator`, r.operator ?? "", "not a valid selector operator"));
  else if ((r.values ?? []).length !== 1)
    errors.push(
      required(`${field}.values`, "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"),
    );
  if (r.key !== "metadata.name") errors.push(invalid(`${field}.key`, r.key ?? "", "not a valid field selector key"));
  else
    for (const [i, value] of (r.values ?? []).entries())
      errors.push(...invalidEach(`${field}.values[${i}]`, value, dns1123SubdomainErrors(value)));
  return errors;
}

function checkPodAffinityTerm(term: PodAffinityTerm, field: string): FieldError[] {
  const errors = [
    ...validateLabelSelector(term.labelSelector, `${field}.labelSelector`),
    ...validateLabelSelector(term.namespaceSelector, `${field}.namespaceSelector`),
  ];
  for (const name of term.namespaces ?? [])
    errors.push(...invalidEach(`${field}.namespace`, name, dns1123LabelErrors(name)));
  errors.push(...checkMatchLabelKeys(term, field));
  if (!term.topologyKey) errors.push(required(`${field}.topologyKey`, "can not be empty"));
  return [...errors, ...checkLabelName(term.topologyKey ?? "", `${field}.topologyKey`)];
}

/** Mirrors core validation.validateMatchLabelKeysAndMismatchLabelKeys; the selector already holds what matchLabelKeys added. */
function checkMatchLabelKeys(term: PodAffinityTerm, field: string): FieldError[] {
  const match = term.matchLabelKeys ?? [];
  const mismatch = term.mismatchLabelKeys ?? [];
  const errors = [
    ...checkLabelKeys(match, term.labelSelector, `${field}.matchLabelKeys`),
    ...checkLabelKeys(mismatch, term.labelSelector, `${field}.mismatchLabelKeys`),
  ];
  const seen = new Set(Object.keys(term.labelSelector?.matchLabels ?? {}));
  for (const { key } of term.labelSelector?.matchExpressions ?? []) {
    const i = match.lastIndexOf(key);
    if (i >= 0 && seen.has(key))
      errors.push(invalid(`${field}[${i}]`, key, "exists in both matchLabelKeys and labelSelector"));
    seen.add(key);
  }
  for (const [i, key] of match.entries())
    if (mismatch.includes(key))
      errors.push(invalid(`${field}.matchLabelKeys[${i}]`, key, "exists in both matchLabelKeys and mismatchLabelKeys"));
  return errors;
}

function checkLabelKeys(keys: readonly string[], selector: LabelSelector | undefined, field: string): FieldError[] {
  if (keys.length === 0) return [];
  if (!selector) return [fieldForbidden(field, "must not be specified when labelSelector is not set")];
  return keys.flatMap((key, i) => checkLabelName(key, `${field}[${i}]`));
}

export const taintEffects = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/** Mirrors core validation.ValidateTolerations; a wrong value is told at operator, as upstream has it. */
export function checkTolerations(tolerations: readonly Toleration[] | undefined, field: string): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, toleration] of (tolerations ?? []).entries()) {
    const at = `${field}[${i}]`;
    const { key = "", operator = "", value = "", effect = "" } = toleration;
    if (key) errors.push(...checkLabelName(key, `${at}.key`));
    else if (operator !== "Exists")
      errors.push(
        invalid(
          `${at}.operator`,
          operator,
          'operator must be Exists when `key` is empty, which means "match all values and all keys"',
        ),
      );
    if (typeof toleration.tolerationSeconds === "number" && effect !== "NoExecute")
      errors.push(invalid(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    if (operator === "Equal" || operator === "") {
      const messages = labelValueErrors(value);
      if (messages.length > 0) errors.push(invalid(`${at}.operator`, value, messages.join(";")));
    } else if (operator === "Exists") {
      if (value) errors.push(invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
    } else errors.push(notSupported(`${at}.operator`, operator, ["Equal", "Exists"]));
    if (effect) errors.push(...checkOneOf(effect, taintEffects, `${at}.effect`));
  }
  return errors;
}

/** Mirrors core validation.validateTopologySpreadConstraints. */
export function checkTopologySpread(
  constraints: readonly TopologySpreadConstraint[] | undefined,
  field: string,
): FieldError[] {
  const errors: FieldError[] = [];
  for (const [i, c] of (constraints ?? []).entries()) {
    const at = `${field}[${i}]`;
    if (!c.maxSkew || c.maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, c.maxSkew ?? 0, notPositiveMessage));
    if (!c.topologyKey) errors.push(required(`${at}.topologyKey`, "can not be empty"));
    errors.push(...checkOneOf(c.whenUnsatisfiable, ["DoNotSchedule", "ScheduleAnyway"], `${at}.whenUnsatisfiable`));
    const repeats = constraints!
      .slice(i + 1)
      .some((o) => o.topologyKey === c.topologyKey && o.whenUnsatisfiable === c.whenUnsatisfiable);
    if (repeats)
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${c.topologyKey}, ${c.whenUnsatisfiable}}`));
    errors.push(...checkMinDomains(c, `${at}.minDomains`));
    for (const name of ["nodeAffinityPolicy", "nodeTaintsPolicy"] as const)
      if (c[name] !== undefined) errors.push(...checkOneOf(c[name], ["Honor", "Ignore"], `${at}.${name}`));
    errors.push(...checkSpreadLabelKeys(c, `${at}.matchLabelKeys`));
    errors.push(...validateLabelSelector(c.labelSelector, `${at}.labelSelector`));
  }
  return errors;
}

function checkMinDomains(c: TopologySpreadConstraint, field: string): FieldError[] {
  if (typeof c.minDomains !== "number") return [];
  const errors: FieldError[] = [];
  if (c.minDomains <= 0) errors.push(invalid(field, c.minDomains, notPositiveMessage));
  if (c.whenUnsatisfiable !== "DoNotSchedule")
    errors.push(
      invalid(
        field,
        c.minDomains,
        `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${c.whenUnsatisfiable}`,
      ),
    );
  return errors;
}

function checkSpreadLabelKeys(c: TopologySpreadConstraint, field: string): FieldError[] {
  const keys = c.matchLabelKeys ?? [];
  if (keys.length === 0) return [];
  const errors: FieldError[] = c.labelSelector
    ? []
    : [fieldForbidden(field, "must not be specified when labelSelector is not set")];
  const taken = new Set([
    ...Object.keys(c.labelSelector?.matchLabels ?? {}),
    ...(c.labelSelector?.matchExpressions ?? []).map((e) => e.key),
  ]);
  for (const [i, key] of keys.entries()) {
    errors.push(...checkLabelName(key, `${field}[${i}]`));
    if (taken.has(key)) errors.push(invalid(`${field}[${i}]`, key, "exists in both matchLabelKeys and labelSelector"));
  }
  return errors;
}

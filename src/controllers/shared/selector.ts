import type { LabelSelector, LabelSelectorRequirement } from "../../kinds/types/meta_v1.ts";

type Labels = Readonly<Record<string, string>> | undefined;

const has = (labels: Labels, key: string): boolean => labels !== undefined && Object.hasOwn(labels, key);

function meets(labels: Labels, requirement: LabelSelectorRequirement): boolean {
  const { key, operator, values = [] } = requirement;
  const present = has(labels, key);
  switch (operator) {
    case "In":
      return present && values.includes(labels![key]!);
    case "NotIn":
      return !present || !values.includes(labels![key]!);
    case "Exists":
      return present;
    case "DoesNotExist":
      return !present;
    default:
      return false;
  }
}

/** Whether all of a map's labels are there with the same values; an empty map matches everything. */
export function matchesLabels(wanted: Readonly<Record<string, string>> | undefined, labels: Labels): boolean {
  for (const key in wanted) if (!has(labels, key) || labels![key] !== wanted[key]) return false;
  return true;
}

/** Whether a metav1.LabelSelector matches: absent matches nothing, empty matches everything. Mirrors metav1.LabelSelectorAsSelector. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels): boolean {
  if (selector === undefined) return false;
  return (
    matchesLabels(selector.matchLabels, labels) && (selector.matchExpressions ?? []).every((r) => meets(labels, r))
  );
}

/** Whether a selector selects everything, which workload controllers take for "nothing". */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    selector === undefined ||
    (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)
  );
}

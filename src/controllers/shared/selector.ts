import type { LabelSelector } from "../../kinds/types/meta_v1.ts";

type Labels = Readonly<Record<string, string>> | undefined;

const has = (labels: Labels, key: string): boolean => labels !== undefined && Object.hasOwn(labels, key);

/** Whether all of a map's labels are there with the same values; an empty map matches everything. */
export function matchesLabels(wanted: Readonly<Record<string, string>> | undefined, labels: Labels): boolean {
  for (const key in wanted) if (!has(labels, key) || labels![key] !== wanted[key]) return false;
  return true;
}

/** Whether a selector selects everything, which workload controllers take for "nothing". */
export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return (
    selector === undefined ||
    (Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0)
  );
}

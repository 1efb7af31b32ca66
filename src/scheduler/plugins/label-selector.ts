import type { Pod } from "../../kinds/types/core_v1.ts";
import type { LabelSelector } from "../../kinds/types/meta_v1.ts";
import { labelSelectorMatches } from "../../machinery/selectors/label-selector.ts";

/** Whether a selector picks the labels; none at all picks nothing, an empty one everything. */
export const selects = (
  selector: LabelSelector | undefined,
  labels: Readonly<Record<string, string>> | undefined,
): boolean => selector !== undefined && labelSelectorMatches(selector, labels);

/** The selector, narrowed to the pod's own values of the given label keys. Mirrors podtopologyspread/common.go and the API server's matchLabelKeys. */
export function withLabelKeys(
  selector: LabelSelector | undefined,
  pod: Pod,
  keys: readonly string[] | undefined,
): LabelSelector | undefined {
  const labels = pod.metadata.labels ?? {};
  const extra = (keys ?? []).filter((key) => Object.hasOwn(labels, key));
  if (selector === undefined || extra.length === 0) return selector;
  const expressions = extra.map((key) => ({ key, operator: "In", values: [labels[key] ?? ""] }));
  return { ...selector, matchExpressions: [...(selector.matchExpressions ?? []), ...expressions] };
}

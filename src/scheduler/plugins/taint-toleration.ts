import { isTolerated, untoleratedTaint } from "../../kinds/shared/scheduling/taints.ts";
import type { Toleration } from "../../kinds/types/core_v1.ts";
import type { Plugin } from "../framework.ts";
import { scaledToLargest } from "../framework.ts";

/** Keeps pods off nodes with taints that they do not tolerate, and away from PreferNoSchedule. Mirrors plugins/tainttoleration. */
export const taintToleration: Plugin = {
  name: "TaintToleration",
  weight: 3,
  filter(pod, { node }) {
    const taint = untoleratedTaint(node.spec?.taints, pod.spec?.tolerations, ["NoSchedule", "NoExecute"]);
    if (taint === undefined) return undefined;
    return { reasons: [`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ""}}`], unresolvable: true };
  },
  preScore(pod): readonly Toleration[] {
    return (pod.spec?.tolerations ?? []).filter((t) => !t.effect || t.effect === "PreferNoSchedule");
  },
  score(_pod, { node }, state) {
    const tolerations = state as readonly Toleration[];
    return (node.spec?.taints ?? []).filter((t) => t.effect === "PreferNoSchedule" && !isTolerated(t, tolerations))
      .length;
  },
  normalize: (scores) => scaledToLargest(scores, true),
};

import { isTolerated } from "../../kinds/shared/scheduling/taints.ts";
import type { Plugin } from "../framework.ts";

const taint = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" };

/** Keeps pods off cordoned nodes. Mirrors plugins/nodeunschedulable. */
export const nodeUnschedulable: Plugin = {
  name: "NodeUnschedulable",
  filter(pod, { node }) {
    if (node.spec?.unschedulable !== true || isTolerated(taint, pod.spec?.tolerations)) return undefined;
    return { reasons: ["node(s) were unschedulable"], unresolvable: true };
  },
};

import { formatTime, type Instant, parseTime } from "../../../machinery/time.ts";
import type { PresentFacet } from "../../definition.ts";
import type { Node, NodeCondition } from "../../types/core_v1.ts";

/** How often a kubelet posts a status in which nothing changed, in milliseconds (nodeStatusReportFrequency). */
const REPORT_MS = 5 * 60_000;
const KUBELET_CONDITIONS = new Set(["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"]);

/** The last report before `now` of a kubelet that reported at `since`; "as it is" where that cannot be read. Mirrors kubelet nodeStatusReportFrequency. */
export function lastReport(since: string | undefined, now: Instant): string | undefined {
  const first = parseTime(since);
  if (Number.isNaN(first) || now <= first) return since;
  return formatTime(first + Math.floor((now - first) / REPORT_MS) * REPORT_MS);
}

const isReported = ({ type, status }: NodeCondition): boolean => KUBELET_CONDITIONS.has(type) && status !== "Unknown";

/** Heartbeats follow from time alone, so nobody writes them down. */
export const present: PresentFacet<Node> = {
  present(node, now) {
    const conditions = node.status?.conditions;
    if (conditions === undefined || !conditions.some(isReported)) return node;
    const shown = conditions.map((c) =>
      isReported(c) ? { ...c, lastHeartbeatTime: lastReport(c.lastHeartbeatTime, now) } : c,
    );
    return { ...node, status: { ...node.status, conditions: shown } };
  },
};

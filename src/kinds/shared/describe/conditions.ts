import type { DescribeWriter } from "../../definition.ts";
import { headers, rows } from "./fields.ts";
import { rfc1123 } from "./time.ts";

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string | null;
}

/** Type, status and reason, as workloads show them. */
export function shortConditions(out: DescribeWriter, conditions: readonly Condition[] | undefined): void {
  if (!conditions?.length) return;
  out.write(0, "Conditions:\n");
  rows(out, 1, [
    ...headers("Type", "Status", "Reason"),
    ...conditions.map((c) => [`${c.type} `, c.status, c.reason ?? ""]),
  ]);
}

/** Type, status, time, reason and message, as namespaces show them. */
export function timedConditions(out: DescribeWriter, conditions: readonly Condition[]): void {
  out.write(0, "Conditions:\n");
  rows(out, 1, [
    ...headers("Type", "Status", "LastTransitionTime", "Reason", "Message"),
    ...conditions.map((c) => [c.type, c.status, rfc1123(c.lastTransitionTime), c.reason ?? "", c.message ?? ""]),
  ]);
}

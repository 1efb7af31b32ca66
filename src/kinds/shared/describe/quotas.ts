import { formatQuantity, newQuantity, parseQuantity, quantityValue } from "../../../machinery/quantity.ts";
import type { DescribeWriter } from "../../definition.ts";
import type { LimitRange, LimitRangeItem, ResourceQuota } from "../../types/core_v1.ts";
import { quantityCell } from "../table/cells.ts";
import { field, rows } from "./fields.ts";

const scopeTexts = new Map([
  [
    "Terminating",
    "Matches all pods that have an active deadline. These pods have a limited lifespan on a node before being actively terminated by the system.",
  ],
  [
    "NotTerminating",
    "Matches all pods that do not have an active deadline. These pods usually include long running pods whose container command is not expected to terminate.",
  ],
  [
    "BestEffort",
    "Matches all pods that do not have resource requirements set. These pods have a best effort quality of service.",
  ],
  [
    "NotBestEffort",
    "Matches all pods that have at least one resource requirement set. These pods have a burstable or guaranteed quality of service.",
  ],
]);

/** "Scopes:" and what each means; `bullet` begins those lines. */
export function quotaScopes(out: DescribeWriter, { spec }: ResourceQuota, level: number, bullet: string): void {
  const scopes = [...(spec?.scopes ?? [])].sort();
  if (scopes.length === 0) return;
  field(out, "Scopes", scopes.join(", "), level);
  for (const scope of scopes) {
    const text = scopeTexts.get(scope);
    if (text !== undefined) out.write(level, `${bullet}${text}\n`);
  }
}

/** Resource, used and hard of a quota. `convert`: what is used is written as the limit is. */
export function quotaRows({ status }: ResourceQuota, convert: boolean): string[][] {
  const hard = status?.hard ?? {};
  return Object.keys(hard)
    .sort()
    .map((resource) => {
      const limit = parseQuantity(hard[resource]!);
      const used = parseQuantity(status?.used?.[resource] ?? "0");
      const shown = convert && limit.format !== used.format ? newQuantity(quantityValue(used), limit.format) : used;
      return [resource, formatQuantity(shown), formatQuantity(limit)];
    });
}

/** All quotas of a namespace. Mirrors describe.DescribeResourceQuotas. */
export function describeQuotas(out: DescribeWriter, quotas: readonly ResourceQuota[]): void {
  if (quotas.length === 0) {
    out.write(0, "No resource quota.\n");
    return;
  }
  out.write(0, "Resource Quotas\n");
  const name = (q: ResourceQuota): string => q.metadata.name ?? "";
  for (const quota of [...quotas].sort((a, b) => (name(a) < name(b) ? -1 : 1))) {
    field(out, "Name", name(quota), 1);
    quotaScopes(out, quota, 1, "* ");
    // The dashes are fewer than the letters, in kubectl as well.
    rows(out, 1, [["Resource", "Used", "Hard"], ["--------", "---", "---"], ...quotaRows(quota, false)]);
  }
}

const limitColumns = ["Type", "Resource", "Min", "Max", "Default Request", "Default Limit", "Max Limit/Request Ratio"];

function limitRows(item: LimitRangeItem): string[][] {
  const lists = [item.min, item.max, item.defaultRequest, item.default, item.maxLimitRequestRatio];
  const resources = [...new Set(lists.flatMap((list) => Object.keys(list ?? {})))].sort();
  return resources.map((resource) => [
    item.type,
    resource,
    ...lists.map((list) => (list?.[resource] === undefined ? "-" : quantityCell(list[resource]))),
  ]);
}

/** A table of limits; `prefix` stands before each line. Mirrors describe.describeLimitRangeSpec. */
export function limitTable(out: DescribeWriter, ranges: readonly LimitRange[], prefix: string): void {
  const table = [
    limitColumns,
    limitColumns.map((c) => "-".repeat(c.length)),
    ...ranges.flatMap((r) => (r.spec?.limits ?? []).flatMap(limitRows)),
  ];
  rows(
    out,
    0,
    table.map(([first, ...rest]) => [`${prefix}${first}`, ...rest]),
  );
}

/** All limits of a namespace. Mirrors describe.DescribeLimitRanges. */
export function describeLimitRanges(out: DescribeWriter, ranges: readonly LimitRange[]): void {
  if (ranges.length === 0) {
    out.write(0, "No LimitRange resource.\n");
    return;
  }
  out.write(0, "Resource Limits\n");
  limitTable(out, ranges, " ");
}

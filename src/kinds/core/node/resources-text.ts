import {
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityMilliValue,
  quantityValue,
  zeroQuantity,
} from "../../../machinery/quantity.ts";
import type { Instant } from "../../../machinery/time.ts";
import type { DescribeWriter } from "../../definition.ts";
import { headers, rows } from "../../shared/describe/fields.ts";
import { addAmounts, podRequestsAndLimits, type ResourceAmounts } from "../../shared/describe/pod-resources.ts";
import { age } from "../../shared/table/cells.ts";
import type { Node, Pod } from "../../types/core_v1.ts";

interface Totals {
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
}

const standardResources = new Set(["cpu", "memory", "ephemeral-storage"]);
const isHugePage = (name: string): boolean => name.startsWith("hugepages-");
const amount = (all: ResourceAmounts, name: string): Quantity => all.get(name) ?? zeroQuantity;

/** "2250m (28%)". Of a resource that a node has none of, `ofNothing` is the share. */
function share(used: Quantity, all: Quantity, name: string, ofNothing: string): string {
  const value = name === "cpu" ? quantityMilliValue : quantityValue;
  const percent = value(all) === 0 ? ofNothing : String(Math.trunc((value(used) / value(all)) * 100));
  return `${formatQuantity(used)} (${percent}%)`;
}

// What Go makes of a float that is infinite or no number, as an int64.
const overflow = "-9223372036854775808";

function podRow(pod: Pod, allocatable: ResourceAmounts, now: Instant): readonly string[] {
  const { requests, limits } = podRequestsAndLimits(pod);
  const cell = (of: ResourceAmounts, name: string): string =>
    share(amount(of, name), amount(allocatable, name), name, overflow);
  return [
    pod.metadata.namespace ?? "",
    pod.metadata.name ?? "",
    "",
    cell(requests, "cpu"),
    cell(limits, "cpu"),
    cell(requests, "memory"),
    cell(limits, "memory"),
    age(pod, now),
  ];
}

function podTable(out: DescribeWriter, pods: readonly Pod[], allocatable: ResourceAmounts, now: Instant): void {
  out.write(0, `Non-terminated Pods:\t(${pods.length} in total)\n`);
  rows(out, 1, [
    ["Namespace", "Name", "", "CPU Requests", "CPU Limits", "Memory Requests", "Memory Limits", "Age"],
    ["---------", "----", "", "------------", "----------", "---------------", "-------------", "---"],
    ...pods.map((p) => podRow(p, allocatable, now)),
  ]);
}

function totalsOf(pods: readonly Pod[]): Totals {
  const sum: Totals = { requests: new Map(), limits: new Map() };
  for (const pod of pods) {
    const { requests, limits } = podRequestsAndLimits(pod);
    addAmounts(sum.requests, requests);
    addAmounts(sum.limits, limits);
  }
  return sum;
}

function allocatedTable(out: DescribeWriter, { requests, limits }: Totals, allocatable: ResourceAmounts): void {
  const names = [...allocatable.keys()].sort();
  const shared = (name: string): string[] => [
    name,
    share(amount(requests, name), amount(allocatable, name), name, "0"),
    share(amount(limits, name), amount(allocatable, name), name, "0"),
  ];
  const plain = (name: string): string[] => [
    name,
    formatQuantity(amount(requests, name)),
    formatQuantity(amount(limits, name)),
  ];
  out.write(0, "Allocated resources:\n");
  out.write(1, "(Total limits may be over 100 percent, i.e., overcommitted.)\n");
  rows(out, 1, [
    ...headers("Resource", "Requests", "Limits"),
    ...[...standardResources].map(shared),
    ...names.filter(isHugePage).map(shared),
    ...names.filter((n) => !isHugePage(n) && !standardResources.has(n) && n !== "pods").map(plain),
  ]);
}

/** The node's pods and what they take of it. Mirrors describe.describeNodeResource. */
export function describeNodeResources(out: DescribeWriter, { status }: Node, pods: readonly Pod[], now: Instant): void {
  const list = Object.keys(status?.allocatable ?? {}).length > 0 ? status?.allocatable : status?.capacity;
  const allocatable: ResourceAmounts = new Map(
    Object.entries(list ?? {}).map(([name, value]) => [name, parseQuantity(value)]),
  );
  podTable(out, pods, allocatable, now);
  allocatedTable(out, totalsOf(pods), allocatable);
}

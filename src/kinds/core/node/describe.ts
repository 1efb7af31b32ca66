import type { KubeObject } from "../../../machinery/object.ts";
import { StatusError } from "../../../machinery/status-error.ts";
import type { DescribeContext, DescribeFacet, DescribeWriter } from "../../definition.ts";
import { writeEvents } from "../../shared/describe/events.ts";
import { annotations, field, labels, multiline, rows } from "../../shared/describe/fields.ts";
import { rfc1123 } from "../../shared/describe/time.ts";
import { nodeRoles, quantityCell } from "../../shared/table/cells.ts";
import type { Lease } from "../../types/coordination_v1.ts";
import type { Node, NodeSystemInfo, Pod, Taint } from "../../types/core_v1.ts";
import { describeNodeResources } from "./resources-text.ts";

/** "key=value:Effect". Mirrors Taint.ToString. */
function taintText({ key, value, effect }: Taint): string {
  if (!effect) return value ? `${key}=${value}:` : key;
  return value ? `${key}=${value}:${effect}` : `${key}:${effect}`;
}

function taints(out: DescribeWriter, { spec }: Node): void {
  const order = (t: Taint): string => `${t.effect},${t.key}`;
  const all = [...(spec?.taints ?? [])].sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : 0));
  multiline(out, "Taints", all.map(taintText));
}

async function lease(out: DescribeWriter, { metadata }: Node, context: DescribeContext): Promise<void> {
  let found: Lease | undefined;
  let failure = `leases.coordination.k8s.io "${metadata.name}" not found`;
  try {
    const { name = "" } = metadata;
    found = (await context.get("coordination.k8s.io", "v1", "leases", "kube-node-lease", name)) as Lease | undefined;
  } catch (error) {
    failure = (error as Error).message;
  }
  if (found === undefined) {
    field(out, "Lease", `Failed to get lease: ${failure}`);
    return;
  }
  const { holderIdentity, acquireTime, renewTime } = found.spec ?? {};
  out.write(0, "Lease:\n");
  field(out, "HolderIdentity", holderIdentity ?? "<unset>", 1);
  field(out, "AcquireTime", acquireTime ? rfc1123(acquireTime) : "<unset>", 1);
  field(out, "RenewTime", renewTime ? rfc1123(renewTime) : "<unset>", 1);
}

function conditions(out: DescribeWriter, { status }: Node): void {
  if (!status?.conditions?.length) return;
  out.write(0, "Conditions:\n");
  rows(out, 1, [
    ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"],
    ["----", "------", "-----------------", "------------------", "------", "-------"],
    ...status.conditions.map((c) => [
      `${c.type} `,
      `${c.status} `,
      `${rfc1123(c.lastHeartbeatTime)} `,
      `${rfc1123(c.lastTransitionTime)} `,
      `${c.reason ?? ""} `,
      c.message ?? "",
    ]),
  ]);
}

function amounts(
  out: DescribeWriter,
  title: string,
  list: Readonly<Record<string, string | number>> | undefined,
): void {
  const names = Object.keys(list ?? {}).sort();
  if (names.length === 0) return;
  out.write(0, `${title}:\n`);
  for (const name of names) field(out, name, quantityCell(list![name]), 1);
}

const infoFields: readonly (readonly [label: string, name: keyof NodeSystemInfo])[] = [
  ["Machine ID", "machineID"],
  ["System UUID", "systemUUID"],
  ["Boot ID", "bootID"],
  ["Kernel Version", "kernelVersion"],
  ["OS Image", "osImage"],
  ["Operating System", "operatingSystem"],
  ["Architecture", "architecture"],
  ["Container Runtime Version", "containerRuntimeVersion"],
  ["Kubelet Version", "kubeletVersion"],
  ["Kube-Proxy Version", "kubeProxyVersion"],
];

function machine(out: DescribeWriter, { spec, status }: Node): void {
  out.write(0, "Addresses:\n");
  for (const { type, address } of status?.addresses ?? []) field(out, type, address, 1);
  amounts(out, "Capacity", status?.capacity);
  amounts(out, "Allocatable", status?.allocatable);
  out.write(0, "System Info:\n");
  for (const [label, name] of infoFields) field(out, label, status?.nodeInfo?.[name] ?? "", 1);
  if (spec?.podCIDR) field(out, "PodCIDR", spec.podCIDR);
  if (spec?.podCIDRs?.length) field(out, "PodCIDRs", spec.podCIDRs.join(","));
  if (spec?.providerID) field(out, "ProviderID", spec.providerID);
}

/** The node's pods that have not ended; undefined where the user may not see them. */
async function podsOn({ metadata }: Node, context: DescribeContext): Promise<readonly Pod[] | undefined> {
  const fieldSelector = `spec.nodeName=${metadata.name},status.phase!=Failed,status.phase!=Succeeded`;
  try {
    return (await context.list("", "v1", "pods", undefined, { fieldSelector })) as readonly unknown[] as Pod[];
  } catch (error) {
    if (error instanceof StatusError && error.reason === "Forbidden") return undefined;
    throw error;
  }
}

/** Events name a node by its uid, the kubelet's by its name. */
async function eventsOf(node: Node, context: DescribeContext): Promise<readonly KubeObject[]> {
  const read = (uid: string | undefined): Promise<KubeObject[]> =>
    context.events(node, uid === undefined ? undefined : { uid }).catch(() => []);
  return [...(await read(undefined)), ...(await read(node.metadata.name))];
}

async function describeNode(node: Node, context: DescribeContext, out: DescribeWriter): Promise<void> {
  const { metadata, spec } = node;
  const pods = await podsOn(node, context);
  field(out, "Name", metadata.name ?? "");
  field(out, "Roles", nodeRoles(metadata.labels).join(",") || "<none>");
  labels(out, "Labels", metadata.labels);
  annotations(out, "Annotations", metadata.annotations);
  field(out, "CreationTimestamp", rfc1123(metadata.creationTimestamp));
  taints(out, node);
  field(out, "Unschedulable", spec?.unschedulable ?? false);
  await lease(out, node, context);
  conditions(out, node);
  machine(out, node);
  if (pods === undefined) field(out, "Pods", "not authorized");
  else describeNodeResources(out, node, pods, context.now);
  if (context.showEvents) writeEvents(await eventsOf(node, context), context.now, out);
}

/** Mirrors describe.describeNode. */
export const describe: DescribeFacet<Node> = { describe: describeNode };

import { formatLabelSelector } from "../../../machinery/selectors/label-selector.ts";
import type { DescribeFacet, DescribeWriter } from "../../definition.ts";
import { isEmptySelector } from "../../shared/check.ts";
import { annotations, field, labels } from "../../shared/describe/fields.ts";
import { goTimeText } from "../../shared/describe/time.ts";
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../types/networking_v1.ts";

/** How kubectl words the two directions. */
interface Direction {
  readonly word: "ingress" | "egress";
  readonly peers: "From" | "To";
  readonly anyone: string;
}

const ingress: Direction = { word: "ingress", peers: "From", anyone: "traffic not restricted by source" };
const egress: Direction = { word: "egress", peers: "To", anyone: "traffic not restricted by destination" };

interface Rule {
  readonly ports: readonly NetworkPolicyPort[] | undefined;
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
}

function ports(out: DescribeWriter, all: readonly NetworkPolicyPort[] = []): void {
  if (all.length === 0) out.write(2, "To Port: <any> (traffic allowed to all ports)\n");
  for (const { port, endPort, protocol = "TCP" } of all) {
    const first = port ?? "<nil>";
    out.write(
      2,
      endPort === undefined ? `To Port: ${first}/${protocol}\n` : `To Port Range: ${first}-${endPort}/${protocol}\n`,
    );
  }
}

function peer(out: DescribeWriter, { namespaceSelector, podSelector, ipBlock }: NetworkPolicyPeer): void {
  if (namespaceSelector) out.write(3, `NamespaceSelector: ${formatLabelSelector(namespaceSelector)}\n`);
  if (podSelector) out.write(3, `PodSelector: ${formatLabelSelector(podSelector)}\n`);
  if (namespaceSelector || podSelector || !ipBlock) return;
  out.write(3, "IPBlock:\n");
  out.write(4, `CIDR: ${ipBlock.cidr}\n`);
  out.write(4, `Except: ${(ipBlock.except ?? []).join(", ")}\n`);
}

function describeRules(out: DescribeWriter, rules: readonly Rule[], { word, peers, anyone }: Direction): void {
  if (rules.length === 0) out.write(2, `<none> (Selected pods are isolated for ${word} connectivity)\n`);
  for (const [i, rule] of rules.entries()) {
    ports(out, rule.ports);
    if (!rule.peers?.length) out.write(2, `${peers}: <any> (${anyone})\n`);
    for (const one of rule.peers ?? []) {
      out.write(2, `${peers}:\n`);
      peer(out, one);
    }
    if (i !== rules.length - 1) out.write(2, "----------\n");
  }
}

function describeDirection(out: DescribeWriter, direction: Direction, affected: boolean, rules: readonly Rule[]): void {
  if (!affected) {
    out.write(1, `Not affecting ${direction.word} traffic\n`);
    return;
  }
  out.write(1, `Allowing ${direction.word} traffic:\n`);
  describeRules(out, rules, direction);
}

/** Mirrors describe.describeNetworkPolicy. */
export const describe: DescribeFacet<NetworkPolicy> = {
  describe: ({ metadata, spec }, _context, out) => {
    field(out, "Name", metadata.name ?? "");
    field(out, "Namespace", metadata.namespace ?? "");
    field(out, "Created on", goTimeText(metadata.creationTimestamp));
    labels(out, "Labels", metadata.labels);
    annotations(out, "Annotations", metadata.annotations);
    out.write(0, "Spec:\n");
    const everyone = isEmptySelector(spec?.podSelector ?? {});
    out.write(1, "PodSelector: ");
    out.write(
      2,
      `${everyone ? "<none> (Allowing the specific traffic to all pods in this namespace)" : formatLabelSelector(spec?.podSelector)}\n`,
    );
    const types = spec?.policyTypes ?? [];
    const incoming = (spec?.ingress ?? []).map((r) => ({ ports: r.ports, peers: r.from }));
    const outgoing = (spec?.egress ?? []).map((r) => ({ ports: r.ports, peers: r.to }));
    describeDirection(out, ingress, types.includes("Ingress"), incoming);
    describeDirection(out, egress, types.includes("Egress"), outgoing);
    out.write(1, `Policy Types: ${types.join(", ") || "<none>"}\n`);
  },
};
